import codecs
import csv
import hashlib
import io
import json
from threading import BoundedSemaphore

import openpyxl
import pytest

from afilia.batches import queries, report
from afilia.batches.models import Batch
from afilia.batches.views import downloads
from afilia.documents import signing
from tests.batches.conftest import Visitor
from tests.batches.test_views import one_good_one_bad

REPORTS = ("informe.csv", "informe.xlsx", "informe.json")


def fetch(visitor: Visitor, batch: Batch, name: str) -> bytes:
    response = visitor.client.get(visitor.address(batch, name))
    assert response.status_code == 200
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment;")
    assert "no-store" in response["Cache-Control"]
    return b"".join(response.streaming_content) if response.streaming else response.content


@pytest.fixture
def batch(visitor: Visitor) -> Batch:
    good, bad = one_good_one_bad(visitor)
    dangerous = visitor.record("MSU", visitor.hire(1)[0], sueldo="@SUM(1)")
    return visitor.send(good, bad, dangerous, name="nómina de mayo.txt")


def test_report_as_json_has_the_shape_of_the_offline_checker(visitor: Visitor, batch: Batch) -> None:
    report = json.loads(fetch(visitor, batch, "informe.json"))
    findings = report.pop("findings")
    assert report == {
        "file": "nómina de mayo.txt",
        "sha256": batch.sha256,
        "novedad": "MSU",
        "lines": 3,
        "accepted": 1,
        "rejected": 2,
        "warnings": 0,
    }
    assert [(row["line"], row["code"]) for row in findings] == [(2, "field.empty"), (3, "amount.format")]
    assert [*findings[0]] == ["line", "column", "field", "code", "severity", "seen", "expected", "fix"]


def read_csv(visitor: Visitor, batch: Batch) -> list[dict[str, str]]:
    content = fetch(visitor, batch, "informe.csv")
    assert content.startswith(codecs.BOM_UTF8)
    return [*csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")]


def test_report_as_csv_opens_in_a_spreadsheet_of_ecuador_and_runs_nothing_there(
    visitor: Visitor, batch: Batch
) -> None:
    rows = read_csv(visitor, batch)
    assert [*rows[0]] == [
        "Línea",
        "N.º de campo",
        "Campo",
        "Código",
        "Gravedad",
        "Se encontró",
        "Se espera",
        "Cómo corregirlo",
    ]
    assert [row["Línea"] for row in rows] == ["2", "3"]
    assert [row["Gravedad"] for row in rows] == ["Error", "Error"]
    assert rows[1]["Se encontró"] == "'@SUM(1)"


@pytest.fixture
def late(visitor: Visitor) -> Batch:
    """A batch whose one line was due on 3 February 2025."""
    worker = visitor.hire(1)[0]
    line = visitor.record("MSU", worker).split(";")
    return visitor.send(";".join([*line[:2], "2025", "01", *line[4:]]))


@pytest.mark.parametrize(("spoken", "expected"), [("es", "3 de febrero de 2025"), ("en", "3 February 2025")])
def test_days_are_in_words_for_people_and_iso_for_programs(
    visitor: Visitor, late: Batch, spoken: str, expected: str
) -> None:
    visitor.client.cookies["django_language"] = spoken
    assert expected in fetch(visitor, late, "informe.csv").decode()
    assert expected in visitor.read(late)
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(visitor, late, "informe.xlsx"))).active
    assert any(expected in str(cell.value) for row in sheet.iter_rows() for cell in row)
    machine = fetch(visitor, late, "informe.json").decode()
    assert "2025-02-03" in machine
    assert expected not in machine


def test_report_as_workbook_holds_texts_and_numbers_alone(visitor: Visitor, batch: Batch) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(visitor, batch, "informe.xlsx"))).active
    head, first, second = sheet.iter_rows()
    assert [cell.value for cell in head][:4] == ["Línea", "N.º de campo", "Campo", "Código"]
    assert [cell.value for cell in first][:5] == [2, 7, "sueldo", "field.empty", "Error"]
    assert second[5].value == "@SUM(1)"
    assert {cell.data_type for row in (first, second) for cell in row} == {"n", "s"}


def test_workbook_that_cannot_hold_everything_says_where_the_rest_is(
    visitor: Visitor, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = "El libro de Excel trae los primeros 1 hallazgos de 2. El informe CSV los trae todos."
    assert told not in visitor.read(batch)
    monkeypatch.setattr(report, "SHEET_FINDINGS", 1)
    assert told in visitor.read(batch)
    sheet = openpyxl.load_workbook(io.BytesIO(fetch(visitor, batch, "informe.xlsx"))).active
    assert [row[0].value for row in sheet.iter_rows()] == ["Línea", 2, told]
    assert len(read_csv(visitor, batch)) == 2


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> BoundedSemaphore:
    """One place for reports, instead of some."""
    places = BoundedSemaphore(1)
    monkeypatch.setattr(downloads, "REPORTS", places)
    monkeypatch.setattr(downloads, "REPORT_WAIT", 0.0)
    return places


@pytest.mark.parametrize("name", REPORTS)
def test_reports_at_once_are_few_and_the_next_one_is_asked_to_come_back(
    visitor: Visitor, batch: Batch, places: BoundedSemaphore, name: str
) -> None:
    with places:
        response = visitor.client.get(visitor.address(batch, name))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert f'href="{visitor.address(batch, name)}"' in response.content.decode()
    for _ in range(2):
        fetch(visitor, batch, name)


@pytest.mark.usefixtures("places")
def test_report_that_nobody_reads_to_the_end_leaves_its_place(visitor: Visitor, batch: Batch) -> None:
    visitor.client.get(visitor.address(batch, "informe.csv")).close()
    half_read = visitor.client.get(visitor.address(batch, "informe.json"))
    next(half_read.streaming_content)
    half_read.close()
    fetch(visitor, batch, "informe.csv")


def test_report_in_parts_is_the_same_report(
    visitor: Visitor, batch: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [fetch(visitor, batch, name) for name in ("informe.csv", "informe.json")]
    monkeypatch.setattr(queries, "FINDINGS_PART", 1)
    csv_parts, json_parts = (fetch(visitor, batch, name) for name in ("informe.csv", "informe.json"))
    assert csv_parts == whole[0]
    assert json.loads(json_parts) == json.loads(whole[1])


def test_report_without_findings_is_still_a_report(visitor: Visitor) -> None:
    batch = visitor.send(visitor.record("MSU", visitor.hire(1)[0]))
    assert json.loads(fetch(visitor, batch, "informe.json"))["findings"] == []
    assert fetch(visitor, batch, "informe.csv").decode().count("\r\n") == 1
    assert openpyxl.load_workbook(io.BytesIO(fetch(visitor, batch, "informe.xlsx"))).active.max_row == 1


def test_rejected_lines_come_as_they_were_sent(visitor: Visitor, batch: Batch) -> None:
    lines = fetch(visitor, batch, "rechazadas.txt").decode().split("\r\n")
    assert [line.rpartition(";")[2] for line in lines] == ["", "@SUM(1)", ""]
    assert len(lines[0].split(";")) == 7


def test_name_of_a_download_is_that_of_the_file(visitor: Visitor, batch: Batch) -> None:
    response = visitor.client.get(visitor.address(batch, "rechazadas.txt"))
    assert "n%C3%B3mina%20de%20mayo_rechazadas.txt" in response["Content-Disposition"]
    response.close()


def test_nothing_rejected_nothing_to_download(visitor: Visitor) -> None:
    batch = visitor.send(visitor.record("MSU", visitor.hire(1)[0]))
    assert visitor.client.get(visitor.address(batch, "rechazadas.txt")).status_code == 404


@pytest.mark.parametrize("name", ["comprobante.pdf", "comprobante.json", "anexo.csv"])
def test_there_is_no_receipt_before_there_is_a_registration(
    visitor: Visitor, batch: Batch, name: str
) -> None:
    assert visitor.client.get(visitor.address(batch, name)).status_code == 404


@pytest.mark.parametrize("name", [*REPORTS, "rechazadas.txt"])
def test_there_is_no_report_while_the_file_is_being_judged(visitor: Visitor, name: str) -> None:
    batch = visitor.batch_at(visitor.post_file(b"x;y\r\n")["Location"])
    assert visitor.client.get(visitor.address(batch, name)).status_code == 404


def test_receipt_is_given_as_signed_pdf_as_json_and_with_its_annex(visitor: Visitor, batch: Batch) -> None:
    batch = visitor.register(batch)
    pdf = fetch(visitor, batch, "comprobante.pdf")
    assert signing.examine(pdf).verdict is signing.Verdict.GENUINE
    assert batch.receipt is not None
    assert hashlib.sha256(pdf).hexdigest() == batch.receipt.sha256
    receipt = json.loads(fetch(visitor, batch, "comprobante.json"))
    annex = fetch(visitor, batch, "anexo.csv")
    assert receipt["number"] == batch.receipt.number
    assert (receipt["lines"], receipt["registered"], receipt["rejected"]) == (3, 1, 2)
    assert receipt["annex_sha256"] == hashlib.sha256(annex).hexdigest()
    rows = [*csv.DictReader(io.StringIO(annex.decode(), newline=""))]
    assert [row["resultado"] for row in rows] == ["Registrada", "Rechazada", "Rechazada"]
