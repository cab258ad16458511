"""Codes that were given before are taken over as they are, once."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from afilia.audit.models import Entry
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.workers import actions, queries
from afilia.workers.models import IdentityDocument, IdentityNumber, Person
from afilia.workers.older_codes import COLUMNS, Broken, Fault, OlderCode, read
from tests.builders import NOW, make_person

BORN = date(1991, 4, 2)
HEADER = ",".join(COLUMNS)
ROW = "6100000009,ROJAS PAZ ANA,1991-04-02,PASAPORTE,ax 123.456,co"
BARE = "6100000008,PEÑA LUZ,,,,"
PASSPORT = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX123456")


def parsed(*rows: str) -> list[OlderCode | Broken]:
    return list(read([HEADER, *rows], prefixes=["61"], countries={"CO"}))


def test_a_file_is_read_by_the_names_of_its_columns() -> None:
    lines = [
        f"\ufeff{';'.join(['X', *reversed(COLUMNS)])}\r\n",
        f"x;{';'.join(reversed(ROW.split(',')))}\r\n",
    ]
    assert list(read(lines, prefixes=["61"], countries={"CO"})) == [
        OlderCode(line=2, code="6100000009", names="ROJAS PAZ ANA", birth_on=BORN, document=PASSPORT)
    ]
    assert parsed(BARE) == [
        OlderCode(line=2, code="6100000008", names="PEÑA LUZ", birth_on=None, document=None)
    ]


@pytest.mark.parametrize(
    ("row", "fault", "column"),
    [
        (ROW.replace("6100000009", "610000009"), Fault.CODE, "CODIGO"),
        (ROW.replace("6100000009", "1700000009"), Fault.PREFIX, "CODIGO"),
        (ROW.replace("ROJAS PAZ ANA", " "), Fault.NAMES, "NOMBRES"),
        (ROW.replace("1991-04-02", "1991-02-30"), Fault.DATE, "FECHA_NACIMIENTO"),
        (ROW.replace("PASAPORTE", ""), Fault.KIND, "TIPO_DOCUMENTO"),
        (ROW.replace("ax 123.456", "-"), Fault.NUMBER, "NUMERO_DOCUMENTO"),
        (ROW.replace(",co", ",EC"), Fault.COUNTRY, "PAIS"),
        (f"{ROW},x", Fault.COLUMNS, ""),
        (ROW.replace("ANA", "AN\ufffd"), Fault.NOT_READABLE, ""),
    ],
)
def test_a_faulty_line_is_told_with_its_number_and_column(row: str, fault: Fault, column: str) -> None:
    assert parsed(row, BARE)[0] == Broken(line=2, fault=fault, column=column)
    assert isinstance(parsed(row, BARE)[1], OlderCode)


def test_a_code_and_a_document_are_in_a_file_once() -> None:
    assert parsed(ROW, ROW, ROW.replace("6100000009", "6100000007"))[1:] == [
        Broken(line=3, fault=Fault.REPEATED_CODE, column="CODIGO", earlier=2),
        Broken(line=4, fault=Fault.REPEATED_DOCUMENT, column="NUMERO_DOCUMENTO", earlier=2),
    ]


def write(folder: Path, *rows: str) -> Path:
    file = folder / "codes.csv"
    file.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    return file


def load(file: Path, *, all_or_nothing: bool = False) -> tuple[actions.Imported, list[Broken]]:
    told: list[Broken] = []
    done = actions.import_codes(
        file=file, prefixes=["61"], all_or_nothing=all_or_nothing, tell=told.append, actor="operator", now=NOW
    )
    return done, told


@pytest.mark.django_db
def test_loading_twice_changes_nothing(tmp_path: Path) -> None:
    file = write(tmp_path, ROW, BARE)
    assert load(file)[0] == actions.Imported(added=2, completed=0, unchanged=0, broken=0)
    assert load(file)[0] == actions.Imported(added=0, completed=0, unchanged=2, broken=0)
    person = queries.person_of("6100000009")
    assert person is not None
    assert (person.names, person.birth_on, person.identity_confirmed_at) == ("ROJAS PAZ ANA", BORN, NOW)
    found = queries.document_of(PASSPORT)
    assert found is not None
    assert found.person == person
    assert Person.objects.count() == IdentityNumber.objects.count() == 2
    assert [entry.facts["added"] for entry in Entry.objects.filter(event="foreigner-codes.imported")] == [
        2,
        0,
    ]


@pytest.mark.django_db
def test_what_is_missing_of_who_is_known_is_filled_in(tmp_path: Path) -> None:
    person = make_person(number="6100000009", names="", birth_on=None, identity_confirmed_at=None)
    assert load(write(tmp_path, ROW))[0] == actions.Imported(added=0, completed=1, unchanged=0, broken=0)
    person.refresh_from_db()
    assert (person.names, person.birth_on) == ("ROJAS PAZ ANA", BORN)
    assert person.documents.get().number == "AX123456"


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"names": "OTRA PERSONA"}, {"birth_on": date(1980, 1, 1)}])
def test_a_code_of_somebody_else_is_named_and_left_alone(tmp_path: Path, change: dict[str, object]) -> None:
    make_person(number="6100000009", **{"names": "ROJAS PAZ ANA", "birth_on": BORN} | change)
    done, told = load(write(tmp_path, ROW, BARE))
    assert told == [Broken(line=2, fault=Fault.OTHER_PERSON, column="CODIGO")]
    assert done == actions.Imported(added=1, completed=0, unchanged=0, broken=1)
    assert not IdentityDocument.objects.exists()


@pytest.mark.django_db
def test_a_document_of_somebody_with_another_number_is_named(tmp_path: Path) -> None:
    load(write(tmp_path, ROW))
    done, told = load(write(tmp_path, ROW.replace("6100000009", "6100000007")))
    assert told == [Broken(line=2, fault=Fault.OTHER_CODE, column="NUMERO_DOCUMENTO")]
    assert done.broken == 1
    assert queries.person_of("6100000007") is None


@pytest.mark.django_db
def test_all_or_nothing_takes_nothing_with_a_faulty_line(tmp_path: Path) -> None:
    with pytest.raises(actions.NothingImportedError):
        load(write(tmp_path, ROW, "x"), all_or_nothing=True)
    assert not Person.objects.exists()
    assert not Entry.objects.filter(event="foreigner-codes.imported").exists()


@pytest.mark.django_db
def test_all_or_nothing_takes_nothing_with_the_code_of_somebody_else(tmp_path: Path) -> None:
    person = make_person(number="6100000009", names="OTRA PERSONA")
    with pytest.raises(actions.NothingImportedError):
        load(write(tmp_path, ROW, BARE), all_or_nothing=True)
    assert [*Person.objects.all()] == [person]


@pytest.mark.django_db
def test_rows_of_each_fate_stand_in_one_file(tmp_path: Path) -> None:
    """What one row comes to is not another one's: new, completed, unchanged and two that are refused."""
    bare = make_person(number="6100000001", names="", birth_on=None, identity_confirmed_at=None)
    make_person(number="6100000002", names="ROJAS PAZ ANA", birth_on=BORN)
    make_person(number="6100000003", names="OTRA PERSONA")
    row = "{},ROJAS PAZ ANA,1991-04-02,PASAPORTE,AX00{},CO"
    numbers = ["6100000001", "6100000002", "6100000003", "6100000004", "6100000005"]
    IdentityDocument.objects.create(person=bare, kind="passport", country="CO", number="AX005")
    done, told = load(write(tmp_path, *(row.format(one, one[-1]) for one in numbers)))
    assert [(one.line, one.fault) for one in told] == [(4, Fault.OTHER_PERSON), (6, Fault.OTHER_CODE)]
    assert done == actions.Imported(added=1, completed=2, unchanged=0, broken=2)
    bare.refresh_from_db()
    assert (bare.names, bare.birth_on, bare.identity_confirmed_at) == ("ROJAS PAZ ANA", BORN, NOW)
    assert {*IdentityDocument.objects.values_list("person__numbers__number", "number")} == {
        ("6100000001", "AX005"),
        ("6100000001", "AX001"),
        ("6100000002", "AX002"),
        ("6100000004", "AX004"),
    }


@pytest.mark.django_db
def test_the_command_tells_faulty_lines_with_the_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, ROW, ROW, BARE)
    with pytest.raises(SystemExit) as ended:
        call_command("import-foreign-codes", str(file))
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert f"{file}:3: CODIGO ya está en la línea 2; deje una sola" in said.err
    assert "2 códigos nuevos, 0 completados, 0 sin cambios, 1 líneas rechazadas" in said.out
    with pytest.raises(CommandError, match="1 líneas con errores") as nothing:
        call_command("import-foreign-codes", "--all-or-nothing", str(file))
    assert nothing.value.returncode == 2


@pytest.mark.django_db
def test_the_command_takes_nothing_of_another_file(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("CODIGO\n")
    with pytest.raises(CommandError, match="NOMBRES") as error:
        call_command("import-foreign-codes", str(file))
    assert error.value.returncode == 2
    with pytest.raises(CommandError, match="No se puede leer"):
        call_command("import-foreign-codes", str(tmp_path / "nowhere.csv"))
