import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from afilia.batches import files
from afilia.batches.models import Batch
from afilia.documents import signing
from tests.batches.conftest import Visitor
from tests.batches.test_views import one_good_one_bad, words


def inputs(page: str) -> dict[str, str]:
    """What the form of the page would send as it stands."""
    found = re.findall(r'<input(?![^>]*type="checkbox")[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', page)
    return {name: unescape(value) for name, value in found if name == "line" or re.match(r"f\d", name)}


def mend(visitor: Visitor, batch: Batch, **changes: str):
    fields = inputs(visitor.read(batch, "corregir/")) | changes
    return visitor.client.post(visitor.address(batch, "corregir/"), fields)


def sent_bytes(batch: Batch) -> str:
    with files.open_upload(batch) as file:
        return file.read().decode()


def test_grid_shows_the_rejected_lines_alone_with_the_error_at_its_field(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    batch = visitor.send(good, bad)
    page = visitor.read(batch, "corregir/")
    assert inputs(page)["line"] == "2"
    assert inputs(page)["f6-2"] == bad.split(";")[5]
    assert good.split(";")[5] not in page
    wrong = re.search(r'<input[^>]*id="f7-2"[^>]*>', page)
    assert wrong
    assert 'aria-describedby="f7-2-1"' in wrong[0]
    assert 'id="f7-2-1"' in page
    assert "Escriba el dato que falta en el campo sueldo." in words(page)


def test_mended_lines_become_a_batch_of_their_own_that_names_the_first(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    batch = visitor.send(good, bad, name="nomina.txt")
    response = mend(visitor, batch, **{"f7-2": "650.00"})
    assert response.status_code == 302
    visitor.run_jobs()
    mended = visitor.batch_at(response["Location"])
    assert mended.parent == batch
    assert sent_bytes(mended) == f"{bad}650.00\r\n"
    page = words(visitor.read(mended))
    assert "nomina_corregido.txt" in page
    assert "Correcciones de nomina.txt" in page
    assert "La línea del archivo se puede registrar." in page
    assert "Correcciones que ya envió nomina_corregido.txt" in words(visitor.read(batch))


def test_typed_lines_are_taken_while_the_batch_is_judged_again(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    batch = visitor.send(good, bad)
    fields = inputs(visitor.read(batch, "corregir/")) | {"f7-2": "650.00"}
    visitor.post_file(f"{good}\r\n{bad}\r\n".encode())  # asks for another plan
    page = visitor.client.get(visitor.address(batch, "corregir/"))
    assert page["Location"] == visitor.address(batch)
    response = visitor.client.post(visitor.address(batch, "corregir/"), fields)
    assert sent_bytes(visitor.batch_at(response["Location"])) == f"{bad}650.00\r\n"


def test_typed_lines_with_an_error_are_shown_again_while_the_batch_is_judged_again(visitor: Visitor) -> None:
    good, bad = one_good_one_bad(visitor)
    batch = visitor.send(good, bad)
    fields = inputs(visitor.read(batch, "corregir/")) | {"f7-2": "650;00"}
    visitor.post_file(f"{good}\r\n{bad}\r\n".encode())
    response = visitor.client.post(visitor.address(batch, "corregir/"), fields)
    assert response.status_code == 422
    assert inputs(response.content.decode()) == fields


def test_lines_of_a_registered_batch_can_still_be_mended(visitor: Visitor) -> None:
    batch = visitor.register(visitor.send(*one_good_one_bad(visitor)))
    assert "1 línea no se registró" in words(visitor.read(batch))
    response = mend(visitor, batch, **{"f7-2": "650.00"})
    visitor.run_jobs()
    mended = visitor.register(visitor.batch_at(response["Location"]))
    assert "Comprobante número" in visitor.read(mended)


def test_a_line_can_be_left_out(visitor: Visitor) -> None:
    first, second = (visitor.record("MSU", number, sueldo="") for number in visitor.hire(2))
    batch = visitor.send(first, second)
    page = visitor.read(batch, "corregir/")
    fields = {**inputs(page), "line": ["1", "2"], "out-1": "1", "f7-2": "650.00"}
    response = visitor.client.post(visitor.address(batch, "corregir/"), fields)
    assert sent_bytes(visitor.batch_at(response["Location"])) == f"{second}650.00\r\n"


def test_leaving_everything_out_is_an_error_and_sends_nothing(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    response = mend(visitor, batch, **{"out-2": "1"})
    assert response.status_code == 422
    assert "No queda ninguna línea por enviar" in words(response.content.decode())
    assert Batch.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("650;00", "el dato no puede llevar punto y coma."),
        ("650\r\n.00", "el dato no puede tener más de una línea."),
    ],
)
def test_what_would_break_the_line_is_refused_and_nothing_typed_is_lost(
    visitor: Visitor, typed: str, reason: str
) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    response = mend(visitor, batch, **{"f7-2": typed, "f2-2": "0009"})
    page = response.content.decode()
    assert response.status_code == 422
    assert f"Línea 2, campo sueldo: {reason}" in words(page)
    assert 'href="#f7-2"' in page
    assert 'value="0009"' in page
    assert Batch.objects.count() == 1


def test_a_field_too_many_is_shown_apart_and_gone_when_it_is_deleted(visitor: Visitor) -> None:
    line = visitor.record("MSU", visitor.hire(1)[0])
    batch = visitor.send(f"{line};O;P")
    page = visitor.read(batch, "corregir/")
    assert inputs(page)["f0-1"] == "O;P"
    assert "Este dato sobra: bórrelo." in page
    kept = mend(visitor, batch)
    assert sent_bytes(visitor.batch_at(kept["Location"])) == f"{line};O;P\r\n"
    visitor.run_jobs()
    mended = mend(visitor, batch, **{"f0-1": ""})
    assert sent_bytes(visitor.batch_at(mended["Location"])) == f"{line}\r\n"


def test_lines_sent_again_without_a_change_are_the_same_batch(visitor: Visitor) -> None:
    _, bad = one_good_one_bad(visitor)
    batch = visitor.send(bad)
    response = mend(visitor, batch)
    assert response["Location"] == visitor.address(batch)
    batch.refresh_from_db()
    assert batch.parent is None


def test_spaces_of_a_field_stay_as_they_were_sent(visitor: Visitor) -> None:
    line = visitor.record("MSU", visitor.hire(1)[0], sueldo=" 65 0.00 ")
    batch = visitor.send(line)
    assert inputs(visitor.read(batch, "corregir/"))["f7-1"] == " 65 0.00 "


def test_optional_fields_at_the_end_are_written_only_when_they_are_filled(visitor: Visitor) -> None:
    worker = visitor.hire(1)[0]
    line = visitor.record("PFN", worker, sueldo_total="x")
    batch = visitor.send(line, novedad="PFN")
    response = mend(visitor, batch, **{"f7-1": "500.00"})
    mended = sent_bytes(visitor.batch_at(response["Location"])).rstrip("\r\n")
    assert mended == line.replace(";x;", ";500.00;")


def test_lines_beyond_the_page_are_left_to_the_download(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afilia.batches.mending.MENDED_LINES", 2)
    batch = visitor.send(*(visitor.record("MSU", number, sueldo="") for number in visitor.hire(5)))
    page = visitor.read(batch, "corregir/")
    assert len(re.findall(r'name="line"', page)) == 2
    assert "Faltan 3 líneas que no caben en esta página" in words(page)


def test_lines_that_are_no_numbers_are_not_lines(visitor: Visitor) -> None:
    batch = visitor.send(*one_good_one_bad(visitor))
    response = visitor.client.post(visitor.address(batch, "corregir/"), {"line": ["x", "-1", "9" * 30, "²"]})
    assert response.status_code == 422
    assert Batch.objects.count() == 1


def test_nothing_is_mended_where_nothing_was_rejected(visitor: Visitor) -> None:
    batch = visitor.send(visitor.record("MSU", visitor.hire(1)[0]))
    assert visitor.client.get(visitor.address(batch, "corregir/")).status_code == 404


def test_five_hundred_lines_of_the_widest_type_fit_in_one_form(visitor: Visitor) -> None:
    lines = [visitor.record("ENT", f"17{number:08d}", jornada="x") for number in range(500)]
    batch = visitor.send(*lines, novedad="ENT")
    page = visitor.read(batch, "corregir/")
    rows = re.findall(r'name="line" value="(\d+)"', page)
    assert len(rows) == 500
    fields: dict[str, str | list[str]] = {**inputs(page), "line": rows}
    response = visitor.client.post(visitor.address(batch, "corregir/"), fields)
    assert response.status_code == 302
    assert sent_bytes(visitor.batch_at(response["Location"])).count("\r\n") == 500


@pytest.fixture
def small_limits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """1,000 bytes for anybody, 5,000 for who is signed in, and 1,000 for the form around the file."""
    monkeypatch.setattr("afilia.batches.uploads.FORM_BYTES", 1000)
    monkeypatch.setattr(signing, "MAX_BYTES", 1000)
    settings.POLICY = replace(settings.POLICY, max_bytes=5000)


@pytest.mark.parametrize(("signed_in", "size"), [(True, 6001), (False, 2001)])
def test_a_request_too_large_is_refused_before_it_is_stored(
    visitor: Visitor, small_limits: None, signed_in: bool, size: int
) -> None:
    """With the protection against forged requests on: it reads the body before any view does."""
    visitor.client.handler.enforce_csrf_checks = True
    if not signed_in:
        visitor.client.cookies.clear()
    small, large = visitor.post_file(b"x" * 900), visitor.post_file(b"x" * size)
    assert small.status_code == 403
    assert large.status_code == 413
    assert "El archivo es demasiado grande" in large.content.decode()


def test_a_file_over_the_limit_of_its_employer_is_refused_with_a_sentence(
    visitor: Visitor, small_limits: None, settings: Any
) -> None:
    response = visitor.post_file(b"x" * 5001)
    assert response.status_code == 422
    assert "El archivo pesa más de" in words(response.content.decode())
    assert not Batch.objects.exists()


def test_a_full_disk_is_told_and_keeps_nothing(visitor: Visitor, settings: Any) -> None:
    settings.FILES_DIR = Path("/dev/full")
    response = visitor.post_file(b"x;y\r\n")
    assert response.status_code == 422
    assert "no tiene espacio para guardar el archivo" in words(response.content.decode())
    assert Batch.objects.count() == 0


def test_upload_says_what_it_takes_before_the_file_is_chosen(visitor: Visitor) -> None:
    page = words(visitor.client.get("/empleadores/batch/cargar/").content.decode())
    assert "Texto .txt, .dat o .csv de hasta 256 MB, con un solo tipo de novedad y un solo RUC." in page
    assert "MND – Días no laborados (retirado)" in page
    assert "RRT" not in page
    assert page.index("hasta 256 MB") < page.index("Cargar y revisar")
