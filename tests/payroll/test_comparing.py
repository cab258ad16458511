"""A list beside the labour history: from the upload to a batch that closes the differences."""

import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client

from afilia.access.models import EmployerKey
from afilia.access.queries import holder
from afilia.access.rules.acts import Act
from afilia.batches.models import Batch
from afilia.employers.models import Branch, Employer
from afilia.payroll import actions, queries, tables
from afilia.payroll.models import Comparison
from afilia.payroll.rules.states import State
from tests.batches.filing import Planned
from tests.builders import (
    NOW,
    cedula,
    give_access,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    make_person,
    signed_in_client,
)
from tests.novedades.checking import context
from tests.novedades.labour import text

pytestmark = pytest.mark.django_db

NOMINA = "/empleadores/nomina/"
MONTH = date(2026, 11, 1)


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer())


@pytest.fixture
def key(branch: Branch) -> EmployerKey:
    return make_key(branch.employer)


def number(employment: object) -> str:
    return employment.person.numbers.get().number  # type: ignore[attr-defined]


def compared(
    key: EmployerKey, content: bytes | str, *, month: date = MONTH, name: str = "n.csv"
) -> Comparison:
    """A list on its way through the job."""
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    comparison = actions.receive(holder=holder(key), file_name=name, path=path, month=month, now=NOW)
    return run(comparison)


def run(comparison: Comparison) -> Comparison:
    comparison.refresh_from_db()
    actions.compare(comparison_id=comparison.pk, attempt=comparison.attempt, now=NOW, context=context())
    comparison.refresh_from_db()
    return comparison


def told(comparison: Comparison) -> list[tuple[str, str]]:
    assert comparison.state == State.COMPARED
    _total, rows = queries.differences(comparison)
    return [(row["kind"], row["number"]) for row in rows.iter_rows(named=True)]


def workbook(*rows: tuple[object, ...]) -> bytes:
    output = io.BytesIO()
    with xlsxwriter.Workbook(output) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(at, column, value, day)
                else:
                    sheet.write(at, column, value)
    return output.getvalue()


def test_list_that_agrees_has_no_difference(branch: Branch, key: EmployerKey) -> None:
    worker = make_employment(branch=branch, entry_pay=600)
    make_employment(branch=branch, left_on=date(2026, 11, 5), entry_pay=500)  # left in the month
    make_employment(branch=branch, left_on=date(2026, 10, 31))
    comparison = compared(key, f"Cédula;Sueldo;Fecha ingreso\n{number(worker)};600,00;02/01/2025\n")
    assert told(comparison) == []


def test_each_kind_of_difference_is_found(branch: Branch, key: EmployerKey) -> None:
    south = make_branch(branch.employer, number="0002")
    paid, entered, leaving, moved, absent = (make_employment(branch=branch, entry_pay=600) for _ in range(5))
    left = make_employment(branch=branch, left_on=date(2026, 8, 31))
    new, back = cedula(), make_employment(branch=branch, left_on=date(2026, 8, 31))
    lines = [
        (number(paid), "0001", "650.50", "2025-01-02", ""),
        (number(entered), "1", "600", "2025-01-03", ""),
        (number(leaving), "1", "", "", "2026-11-20"),
        (number(moved), "2", "600", "", ""),
        (number(left), "1", "600", "2025-01-02", ""),
        (new, "2", "482", "2026-11-02", ""),
        (number(back), "2", "482", "2026-11-03", ""),
        (cedula(), "1", "482", "2020-11-03", "2026-10-30"),  # left before the month
    ]
    content = "CEDULA,SUCURSAL,SUELDO,INGRESO,SALIDA\r\n" + "".join(f"{','.join(line)}\r\n" for line in lines)
    comparison = compared(key, content)
    assert sorted(told(comparison)) == sorted(
        [
            ("pay", number(paid)),
            ("entry-day", number(entered)),
            ("exit-day", number(leaving)),
            ("branch", number(moved)),
            ("ended", number(left)),
            ("missing", new),
            ("missing", number(back)),
            ("absent", number(absent)),
        ]
    )
    assert comparison.summary["due"] == {
        "missing": "2026-11-17", "exit-day": "2026-11-23", "pay": "2026-12-03"
    }  # fmt: skip
    assert ["0002", "missing", 2] in comparison.summary["branches"]
    assert south.employer == branch.employer


def test_workbook_reads_like_the_csv(branch: Branch, key: EmployerKey) -> None:
    person = make_person(number="0102030400")
    make_employment(branch=branch, person=person, entry_pay=600)
    content = workbook(
        ("Nómina de noviembre", ""),
        ("Cédula", "Nombres", "Sueldo", "Fecha de ingreso"),
        (102030400, "=1+1", 600.5, date(2025, 1, 2)),
        ("TOTAL", "", 600.5, ""),
    )
    comparison = compared(key, content, name="n.xlsx")
    assert told(comparison) == [("pay", "0102030400")]
    assert comparison.summary["problems"] == {"bad-number": 1}


def test_worker_is_the_same_under_either_number(branch: Branch, key: EmployerKey) -> None:
    person = make_person(number="6101234567")
    person.numbers.create(number=cedula(), kind="cedula")
    make_employment(branch=branch, person=person, entry_pay=600)
    for either in person.numbers.all():
        assert told(compared(key, f"Cédula;Sueldo\n{either.number};600\n")) == []


def test_batch_lines_are_a_list_too(branch: Branch, key: EmployerKey) -> None:
    first, second = (make_employment(branch=branch, entry_pay=600) for _ in range(2))
    ruc = branch.employer.ruc
    content = (
        f"{ruc};0001;2026;11;MSU;{number(first)};600.00\r\n{ruc};0001;2026;11;MSU;{number(second)};601.00\r\n"
    )
    assert told(compared(key, content)) == [("pay", number(second))]
    other = compared(key, f"{ruc};0001;2026;11;SAL;{number(first)};20261120;V;00000000\r\n")
    assert (other.state, other.refusal) == (State.REFUSED, "other-novedad")


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", "empty"),
        (b"PK\x03\x04no workbook", "not-a-table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "not-a-table"),
        (b"%PDF-1.7\n", "not-a-table"),
        (b"a\0b\n", "not-a-table"),
    ],
)
def test_file_that_is_no_list_is_refused_with_a_reason(
    branch: Branch, key: EmployerKey, content: bytes, refusal: str
) -> None:
    comparison = compared(key, content)
    assert (comparison.state, comparison.refusal) == (State.REFUSED, refusal)
    client = signed_in_client(Client(), key)
    assert "La lista no se pudo leer." in text(client, f"{NOMINA}{comparison.pk}/")


def test_list_in_an_old_encoding_is_read(branch: Branch, key: EmployerKey) -> None:
    worker = make_employment(branch=branch)
    content = f'"Cédula";"Año de nómina"\r\n"{number(worker)}";"Peña; Luz"\r\n'.encode("cp1252")
    assert told(compared(key, content)) == []


def test_quotation_mark_alone_swallows_no_row(branch: Branch, key: EmployerKey) -> None:
    workers = [make_employment(branch=branch) for _ in range(3)]
    lines = [f'{number(one)};"{place}' for one, place in zip(workers, ("a", 'b"', "c"), strict=True)]
    assert told(compared(key, "Cédula;Nombres\n" + "\n".join(lines))) == []


def test_list_of_too_many_rows_is_refused(
    branch: Branch, key: EmployerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MOST_ROWS", 3)
    comparison = compared(key, "Cédula\n" + "1\n" * 3)
    assert (comparison.state, comparison.refusal) == (State.REFUSED, "too-large")


def test_unknown_headings_are_asked_for_and_remembered(branch: Branch, key: EmployerKey) -> None:
    worker = make_employment(branch=branch, entry_pay=600)
    client = signed_in_client(Client(), key)
    comparison = compared(key, f"Quién;Cuánto\n{number(worker)};700\n")
    assert comparison.state == State.ASKING
    address = client.get(f"{NOMINA}{comparison.pk}/")["Location"]
    assert client.post(address, {"identificacion": "", "sueldo": "1"}).status_code == 422
    twice = client.post(address, {"identificacion": "1", "sueldo": "1"})
    assert twice.status_code == 422
    assert client.post(address, {"identificacion": "0", "sueldo": "1"}).status_code == 302
    assert told(run(comparison)) == [("pay", number(worker))]
    next_one = compared(key, f"QUIEN;CUANTO\n{number(worker)};600\n")
    assert told(next_one) == []


def test_columns_that_are_known_need_not_be_said_again(branch: Branch, key: EmployerKey) -> None:
    comparison = compared(key, f"Quién;Fecha de ingreso\n{cedula()};2026-11-10\n")
    form = signed_in_client(Client(), key).get(f"{NOMINA}{comparison.pk}/columnas/").context["form"]
    assert form["fecha_ingreso"].value() == "1"


def test_what_is_sent_twice_is_one_comparison_and_an_old_job_does_nothing(
    branch: Branch, key: EmployerKey
) -> None:
    worker = make_employment(branch=branch)
    content = f"Cédula\n{number(worker)}\n"
    first, second = compared(key, content), compared(key, content)
    assert first.pk == second.pk
    actions.compare(comparison_id=first.pk, attempt=first.attempt, now=NOW, context=context())
    assert Comparison.objects.get().attempt == second.attempt == 2


def test_ready_files_are_ones_that_the_checker_accepts(branch: Branch, key: EmployerKey) -> None:
    from afilia.batches import actions as batches

    client = signed_in_client(Client(), key)
    paid, absent = (make_employment(branch=branch, entry_pay=600) for _ in range(2))
    new = cedula()
    comparison = compared(key, f"Cédula;Sueldo;Ingreso\n{number(paid)};650,5;\n{new};500;2026-11-10\n")
    page = f"{NOMINA}{comparison.pk}/"
    answers = {
        "ENT": {"jornada": "1", "seguro_social": "R", "tipo_empleador": "2", "relacion_trabajo": "06",
                "cargo": "BODEGUERA", "actividad_sectorial": "0101011112039", "origen_pago": "P"},
        "SAL": {"fecha_salida": "2026-11-20", "causa": "V"},
        "MSU": {},
    }  # fmt: skip
    for novedad, given in answers.items():
        assert f"{page}archivo/{novedad}/" in client.get(page).content.decode()
        sent = client.post(f"{page}archivo/{novedad}/", {**given, "do": "batch"})
        assert sent.status_code == 302
        batch = Batch.objects.get(novedad=novedad)
        batches.plan(batch_id=batch.pk, attempt=batch.attempt, now=NOW)
        planned = Planned.of(batch)
        assert (planned.summary["rejected"], planned.outcomes) == (0, ["new"])
        [line] = planned.lines
        worker = {"ENT": new, "SAL": number(absent), "MSU": number(paid)}[novedad]
        assert line["number"] == worker
    assert planned.lines[0]["amount"] == Decimal("650.50")
    taken = client.post(f"{page}archivo/MSU/", {"file": "1"})
    assert taken.content.decode() == f"{branch.employer.ruc};0001;2026;11;MSU;{number(paid)};650.50\r\n"
    assert Batch.objects.count() == 3


def test_ready_file_asks_for_what_it_needs(branch: Branch, key: EmployerKey) -> None:
    client = signed_in_client(Client(), key)
    make_employment(branch=branch)
    comparison = compared(key, f"Cédula\n{cedula()}\n")
    refused = client.post(f"{NOMINA}{comparison.pk}/archivo/ENT/", {"sueldo": "mucho", "cargo": ""})
    assert refused.status_code == 422
    said = refused.content.decode()
    assert not refused.context["form"]["relacion_trabajo"].field.choices[0][0]
    for words in ("Escriba la fecha.", "Escriba el valor en dólares", "Escriba el código de 13 dígitos."):
        assert words in said
    assert Batch.objects.count() == 0
    for novedad in ("MSU", "INS", "XXX"):
        assert client.get(f"{NOMINA}{comparison.pk}/archivo/{novedad}/").status_code == 404


def test_ready_file_asks_for_the_branch_where_there_are_several(branch: Branch, key: EmployerKey) -> None:
    make_branch(branch.employer, number="0002")
    client = signed_in_client(Client(), key)
    comparison = compared(key, f"Cédula;Ingreso;Sueldo\n{cedula()};2026-11-10;500\n")
    form = client.get(f"{NOMINA}{comparison.pk}/archivo/ENT/").context["form"]
    assert next(iter(form.fields)) == "sucursal"
    given = {name: field.choices[-1][0] for name, field in form.fields.items() if hasattr(field, "choices")}
    given |= {"cargo": "BODEGUERA", "actividad_sectorial": "0101011112039", "sucursal": "0002", "file": "1"}
    taken = client.post(f"{NOMINA}{comparison.pk}/archivo/ENT/", given)
    assert taken.content.decode().split(";")[1] == "0002"


def test_who_helps_is_led_only_to_the_files_of_the_acts_given(branch: Branch, key: EmployerKey) -> None:
    comparison = compared(key, f"Cédula;Ingreso;Sueldo\n{cedula()};2026-11-10;500\n")
    Employer.objects.update(history_version=F("history_version") + 1)
    for act, may in ((Act.ENTRIES_AND_EXITS, True), (Act.PAY, False), (Act.REQUESTS, False)):
        given = give_access(branch.employer, acts=[act])
        assert given.key is not None
        helper = signed_in_client(Client(), given.key)
        helper.post(f"/contadores/clientes/{given.pk}/ingresar/")
        page = helper.get(f"{NOMINA}{comparison.pk}/").content.decode()
        assert ("archivo/ENT/" in page) is may
        assert ("otra-vez/" in page) is (act is not Act.REQUESTS)


ADDRESSES = ("", "avance/", "columnas/", "diferencias.csv", "diferencias.xlsx", "archivo/ENT/")


@pytest.mark.parametrize("address", ADDRESSES)
def test_comparison_of_others_is_not_found(branch: Branch, key: EmployerKey, address: str) -> None:
    make_employment(branch=branch)
    comparison = compared(key, f"Cédula\n{cedula()}\n")
    own = signed_in_client(Client(), key)
    assert own.get(f"{NOMINA}{comparison.pk}/{address}").status_code == 200
    stranger = make_key(make_branch(make_employer()).employer)
    restricted = make_key(branch.employer, branches=(branch,))
    for other in (stranger, restricted):
        client = signed_in_client(Client(), other)
        assert client.get(f"{NOMINA}{comparison.pk}/{address}").status_code == 404
        assert client.post(f"{NOMINA}{comparison.pk}/otra-vez/").status_code == 404
    assert "ingresar" in Client().get(f"{NOMINA}{comparison.pk}/{address}")["Location"]


def test_key_of_one_branch_compares_that_branch_alone(branch: Branch) -> None:
    south = make_branch(branch.employer, number="0002")
    make_employment(branch=branch)
    here = make_employment(branch=south)
    key = make_key(branch.employer, branches=(south,))
    comparison = compared(key, f"Cédula;Sucursal\n{number(here)};0002\n{cedula()};0001\n")
    assert [kind for kind, _number in told(comparison)] == ["missing"]
    assert comparison.summary["problems"] == {"branch": 1}
    client = signed_in_client(Client(), key)
    assert client.get(f"{NOMINA}{comparison.pk}/").status_code == 200
    key.branches.set([branch])
    assert client.get(f"{NOMINA}{comparison.pk}/").status_code == 404


def test_page_tells_differences_filters_them_and_gives_them_as_files(
    branch: Branch, key: EmployerKey
) -> None:
    make_employment(branch=branch, person=make_person(names="=AUSENTE"), entry_pay=500)
    comparison = compared(key, f"Cédula\n{cedula()}\nTOTAL\n")
    client = signed_in_client(Client(), key)
    page = f"{NOMINA}{comparison.pk}/"
    said = text(client, page)
    for words in ("2 diferencias", "Sin aviso de entrada", "=AUSENTE", "La cédula o el código no es válido."):
        assert words in said
    assert "1 diferencia" in text(client, f"{page}?diferencia=absent&sucursal=0001&page=9")
    content = b"".join(client.get(f"{page}diferencias.csv").streaming_content).decode("utf-8-sig")
    assert ";'=AUSENTE;0001;" in content
    assert len(b"".join(client.get(f"{page}diferencias.xlsx").streaming_content)) > 1000


def test_history_that_changed_is_said_and_compared_again(branch: Branch, key: EmployerKey) -> None:
    worker = make_employment(branch=branch, entry_pay=600)
    comparison = compared(key, f"Cédula;Sueldo\n{number(worker)};700\n")
    client, page = signed_in_client(Client(), key), f"{NOMINA}{comparison.pk}/"
    assert "La historia laboral cambió" not in text(client, page)
    worker.entry_pay = Decimal(700)
    worker.save()
    branch.employer.history_version += 1
    branch.employer.save()
    assert "La historia laboral cambió" in text(client, page)
    assert client.post(f"{page}otra-vez/").status_code == 302
    assert "Comparamos su lista" in text(client, page)
    assert told(run(comparison)) == []


def test_upload_page_takes_a_list_and_says_what_is_wrong(branch: Branch, key: EmployerKey) -> None:
    client = signed_in_client(Client(), key)
    make_employment(branch=branch)
    assert client.post(f"{NOMINA}cargar/", {"mes": "1999-01"}).status_code == 422
    month = client.get(f"{NOMINA}cargar/").context["form"].fields["mes"].choices[0][0]
    lista = SimpleUploadedFile("nómina.csv", b"Cedula\n0102030400\n")
    sent = client.post(f"{NOMINA}cargar/", {"mes": month, "lista": lista})
    comparison = Comparison.objects.get()
    assert sent["Location"] == f"{NOMINA}{comparison.pk}/"
    assert comparison.file_name == "nómina.csv"
    assert "nómina.csv" in text(client, NOMINA)


def test_comparisons_are_forgotten_with_their_files(branch: Branch, key: EmployerKey) -> None:
    make_employment(branch=branch)
    comparison = compared(key, f"Cédula\n{cedula()}\n")
    folder = Path(settings.FILES_DIR) / "payroll" / str(comparison.pk)
    assert folder.is_dir()
    actions.forget(before=NOW)
    assert Comparison.objects.exists()
    actions.forget(before=NOW.replace(year=2027))
    assert not Comparison.objects.exists()
    assert not folder.exists()
