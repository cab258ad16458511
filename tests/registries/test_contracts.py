from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from afilia.audit.models import Entry
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.registries import actions
from afilia.registries.contracts import COLUMNS, Broken, Contract, Fault, Field, differences, nearest, read
from afilia.registries.models import SutRecord

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
PASSPORT = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX123456")
BORN = date(1991, 4, 2)
LUCIA = Contract(
    ruc="1799998242001",
    document=PASSPORT,
    names="PRADA EJEMPLO LUCIA",
    birth_on=BORN,
    registered_on=date(2026, 11, 3),
)
HEADER = ",".join(COLUMNS)
ROW = "1799998242001,PASAPORTE,AX123456,CO,PRADA EJEMPLO LUCIA,1991-04-02,2026-11-03"
COUNTRIES = {"CO", "VE"}


def compare(**changes: Any) -> tuple[Field, ...]:
    asked: dict[str, Any] = {"document": PASSPORT, "names": "Lucía Prada Ejemplo", "birth_on": BORN}
    return differences(LUCIA, **asked | changes)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, ()),
        ({"document": replace(PASSPORT, kind=DocumentKind.VISA)}, (Field.KIND,)),
        ({"document": replace(PASSPORT, country="VE")}, (Field.COUNTRY,)),
        ({"document": replace(PASSPORT, number="AX12345")}, (Field.NUMBER,)),
        ({"names": "LUCIA PRADA"}, (Field.NAMES,)),
        ({"birth_on": date(1991, 2, 4)}, (Field.BIRTH,)),
        (
            {"document": replace(PASSPORT, country="VE", number="1"), "birth_on": date(1991, 4, 3)},
            (Field.COUNTRY, Field.NUMBER, Field.BIRTH),
        ),
    ],
)
def test_what_differs_is_named_field_by_field(changes: dict[str, Any], fields: tuple[Field, ...]) -> None:
    assert compare(**changes) == fields


def test_the_nearest_contract_is_the_one_that_differs_least() -> None:
    slip = replace(LUCIA, document=replace(PASSPORT, number="AX12345"))
    stranger = replace(slip, names="OTRA PERSONA")
    asked: dict[str, Any] = {"document": PASSPORT, "names": LUCIA.names, "birth_on": BORN}
    assert nearest([slip, LUCIA], **asked) == LUCIA
    assert nearest([stranger, slip], **asked) == slip
    assert nearest([stranger], **asked) is None
    newer = replace(slip, registered_on=date(2026, 11, 9))
    assert nearest([slip, newer], **asked) == newer


@pytest.mark.parametrize("delimiter", [",", ";"])
def test_a_file_is_read_by_the_names_of_its_columns(delimiter: str) -> None:
    names = [*reversed(COLUMNS), "OTRA"]
    row = [
        "2026-11-03",
        "1991-04-02",
        "PRADA  EJEMPLO LUCIA",
        "co",
        "ax 123.456",
        "pasaporte",
        LUCIA.ruc,
        "x",
    ]
    lines = [f"\ufeff{delimiter.join(names)}\r\n", "\r\n", f"{delimiter.join(row)}\r\n"]
    assert list(read(lines, countries=COUNTRIES)) == [LUCIA]


@pytest.mark.parametrize(
    ("row", "fault", "column"),
    [
        (ROW.replace("1799998242001", "179999824200"), Fault.RUC, "RUC"),
        (ROW.replace("PASAPORTE", "LICENCIA"), Fault.KIND, "TIPO_DOCUMENTO"),
        (ROW.replace("AX123456", "-"), Fault.NUMBER, "NUMERO_DOCUMENTO"),
        (ROW.replace(",CO,", ",EC,"), Fault.COUNTRY, "PAIS"),
        (ROW.replace("PRADA EJEMPLO LUCIA", " "), Fault.NAMES, "NOMBRES"),
        (ROW.replace("1991-04-02", "1991-02-30"), Fault.DATE, "FECHA_NACIMIENTO"),
        (ROW.replace("2026-11-03", "03/11/2026"), Fault.DATE, "FECHA_REGISTRO"),
        (f"{ROW},x", Fault.COLUMNS, ""),
        (ROW.replace("LUCIA", "LUC\ufffdA"), Fault.NOT_READABLE, ""),
        (ROW.replace("LUCIA", "LUC\x00A"), Fault.NOT_READABLE, ""),
        (ROW + " " * 5000, Fault.NOT_READABLE, ""),
    ],
)
def test_a_faulty_row_is_told_with_its_line_and_its_column(row: str, fault: Fault, column: str) -> None:
    assert list(read([HEADER, row, ROW], countries=COUNTRIES)) == [
        Broken(line=2, fault=fault, column=column),
        LUCIA,
    ]


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    return path


@pytest.mark.django_db
def test_loading_twice_changes_nothing_and_a_changed_row_is_brought_up_to_date(tmp_path: Path) -> None:
    file = write(tmp_path / "sut.csv", ROW, ROW.replace("AX123456", "AX7"), "x", ROW)
    broken: list[Broken] = []
    for _ in range(2):
        told = actions.load_contracts(file=file, tell=broken.append, actor="operator", now=NOW)
        assert told == (2, 2)
    assert SutRecord.objects.count() == 1
    write(file, ROW.replace("1991-04-02", "1991-04-03"))
    actions.load_contracts(file=file, tell=broken.append, actor="operator", now=NOW)
    assert SutRecord.objects.get().birth_on == date(1991, 4, 3)
    assert Entry.objects.filter(event="sut.loaded").count() == 3


@pytest.mark.django_db
def test_the_command_tells_faulty_rows_with_file_and_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "sut.csv", ROW, ROW.replace(",CO,", ",XX,"))
    with pytest.raises(SystemExit) as ended:
        call_command("import-sut", str(file))
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert f"{file}:3: PAIS no es un país en dos letras (ISO 3166)" in said.err
    assert "1 contratos cargados, 1 filas rechazadas" in said.out


@pytest.mark.django_db
def test_the_command_loads_nothing_of_another_file(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text("RUC,NOMBRES\n")
    with pytest.raises(CommandError, match="TIPO_DOCUMENTO") as error:
        call_command("import-sut", str(file))
    assert error.value.returncode == 2
    with pytest.raises(CommandError, match="No se puede leer"):
        call_command("import-sut", str(tmp_path / "nowhere.csv"))
