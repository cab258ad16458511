from datetime import date, time

import pytest

from afilia.offices.reading import COLUMNS, Fault, Group, read

PROCEDURES = ["clave-patronal", "codigo-extranjeros", "dependientes"]
OFFICE = {
    "codigo": "UIO-1",
    "nombre": "Quito Centro",
    "provincia": "Pichincha",
    "ciudad": "Quito",
    "direccion": "Av. de la Prueba, 12",
    "lunes": "08:00-12:00 13:00-17:00",
    "viernes": "22:00-24:00",
    "centro_comercial": "no",
    "ventanillas": "4",
    "tramites": "clave-patronal:15 codigo-extranjeros:20",
    "abierta_desde": "2026-01-02",
}


def file(*offices: dict[str, str], columns: tuple[str, ...] = tuple(COLUMNS), separator: str = ",") -> bytes:
    lines = [separator.join(columns)]
    for office in offices:
        cells = [office.get(column, "") for column in columns]
        lines.append(separator.join(f'"{cell}"' if separator in cell else cell for cell in cells))
    return "\n".join(lines).encode()


def test_an_office_is_read_as_it_stands() -> None:
    (plan,), faults = read(file(OFFICE), procedures=PROCEDURES)
    assert faults == []
    assert (plan.code, plan.province, plan.address, plan.shopping_centre, plan.counters) == (
        *("UIO-1", "17", "Av. de la Prueba, 12", False, 4),
    )
    assert (plan.open_from, plan.open_to) == (date(2026, 1, 2), None)
    assert [(each.weekday, each.opens, each.closes) for each in plan.stretches] == [
        (0, time(8), time(12)),
        (0, time(13), time(17)),
        (4, time(22), time(0)),
    ]
    # The usual case: all counters serve all procedures, in places as long as the longest.
    assert plan.groups == (Group(procedures=("clave-patronal", "codigo-extranjeros"), minutes=20, seats=4),)


def test_a_night_and_a_whole_day_are_hours() -> None:
    hours = {"lunes": "22:00-02:00", "miercoles": "00:00-24:00", "viernes": "20:00-08:00"}
    (plan,), _ = read(file(OFFICE | hours), procedures=PROCEDURES)
    assert [(each.weekday, each.opens.hour, each.closes.hour) for each in plan.stretches] == [
        (0, 22, 2),
        (2, 0, 0),
        (4, 20, 8),
    ]


def test_counters_are_divided_among_groups() -> None:
    text = "clave-patronal:15 codigo-extranjeros:15 x3 | dependientes:30 x1"
    (plan,), _ = read(file(OFFICE | {"tramites": text}), procedures=PROCEDURES)
    assert [(group.procedures, group.minutes, group.seats) for group in plan.groups] == [
        (("clave-patronal", "codigo-extranjeros"), 15, 3),
        (("dependientes",), 30, 1),
    ]


def test_names_of_columns_may_be_english_and_cells_parted_by_semicolons_after_a_mark() -> None:
    columns = tuple(COLUMNS.values())
    office = {COLUMNS[name]: cell for name, cell in OFFICE.items()}
    content = b"\xef\xbb\xbf" + file(office, columns=columns[::-1], separator=";")
    (plan,), faults = read(content, procedures=PROCEDURES)
    assert (plan.code, plan.address, faults) == ("UIO-1", "Av. de la Prueba, 12", [])


@pytest.mark.parametrize(
    ("changes", "column", "fault"),
    [
        ({"codigo": ""}, "codigo", Fault.EMPTY),
        ({"codigo": "X" * 21}, "codigo", Fault.TOO_LONG),
        ({"codigo": "UIO/1"}, "codigo", Fault.CODE),
        ({"codigo": "UIO 1"}, "codigo", Fault.CODE),
        ({"provincia": "Atlántida"}, "provincia", Fault.PROVINCE),
        ({"lunes": "8-17"}, "lunes", Fault.HOURS),
        ({"lunes": "08:00-25:00"}, "lunes", Fault.HOURS),
        ({"lunes": "08:00-24:01"}, "lunes", Fault.HOURS),
        ({"lunes": "17:00-08:00"}, "lunes", Fault.NIGHT),
        ({"lunes": "08:00-12:00 11:00-17:00"}, "", Fault.OVERLAP),
        ({"lunes": "", "viernes": ""}, "lunes", Fault.NEVER_OPEN),
        ({"centro_comercial": "quizá"}, "centro_comercial", Fault.YES_NO),
        ({"ventanillas": "0"}, "ventanillas", Fault.COUNTERS),
        ({"ventanillas": "cuatro"}, "ventanillas", Fault.COUNTERS),
        ({"tramites": "clave-patronal"}, "tramites", Fault.PROCEDURES),
        ({"tramites": "clave-patronal:15 x1 | "}, "tramites", Fault.PROCEDURES),
        ({"tramites": "pasaportes:15"}, "tramites", Fault.UNKNOWN_PROCEDURE),
        ({"tramites": "clave-patronal:0"}, "tramites", Fault.MINUTES),
        ({"tramites": "clave-patronal:15 clave-patronal:20"}, "tramites", Fault.TWICE),
        ({"tramites": "dependientes:5 x1 | dependientes:9 x1"}, "tramites", Fault.TWICE),
        ({"tramites": "clave-patronal:15 | dependientes:30 x1"}, "tramites", Fault.SEATS_MISSING),
        ({"tramites": "clave-patronal:15 x5"}, "tramites", Fault.TOO_MANY_SEATS),
        ({"abierta_desde": "23/11/2026"}, "abierta_desde", Fault.DATE),
        ({"abierta_hasta": "2025-01-01"}, "abierta_hasta", Fault.ENDS_BEFORE),
    ],
)
def test_each_fault_is_named_with_its_line_and_column_and_nothing_is_read(
    changes: dict[str, str], column: str, fault: Fault
) -> None:
    plans, faults = read(file(OFFICE, OFFICE | {"codigo": "UIO-2"} | changes), procedures=PROCEDURES)
    assert plans == []
    assert {(each.line, each.column, each.fault) for each in faults} == {(3, column, fault)}


def test_all_faults_of_a_file_are_told_at_once() -> None:
    bad = OFFICE | {"provincia": "?", "ventanillas": "?", "lunes": "?"}
    _, faults = read(file(bad, OFFICE, OFFICE), procedures=PROCEDURES)
    assert {(each.line, each.fault) for each in faults} == {
        (2, Fault.PROVINCE),
        (2, Fault.COUNTERS),
        (2, Fault.HOURS),
        (4, Fault.REPEATED),
    }


@pytest.mark.parametrize(
    ("content", "line", "fault"),
    [
        (b"", 1, Fault.NO_COLUMN),
        (file(), 1, Fault.NO_OFFICE),
        (file(OFFICE, columns=(*COLUMNS, "color")), 1, Fault.UNKNOWN_COLUMN),
        (file(OFFICE, columns=(*COLUMNS, "codigo")), 1, Fault.REPEATED_COLUMN),
        (file(OFFICE) + b"\na,b", 3, Fault.CELLS),
        (file(OFFICE) + b"\n\xff", 3, Fault.NOT_UTF8),
        (file(OFFICE | {"nombre": "a\0b"}), 2, Fault.NOT_UTF8),
        (file(OFFICE) + b'\n"' + b"x" * 200_000, 3, Fault.CELLS),
    ],
    ids=["empty", "no-office", "unknown-column", "repeated-column", "cells", "not-utf8", "nul", "quotation"],
)
def test_a_file_that_is_none_is_refused(content: bytes, line: int, fault: Fault) -> None:
    plans, faults = read(content, procedures=PROCEDURES)
    assert plans == []
    assert (line, fault) in {(each.line, each.fault) for each in faults}
