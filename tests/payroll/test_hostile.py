"""Lists that mean harm: they are refused, and the portal goes on."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from afilia.documents.examination import sandbox
from afilia.documents.examination.errors import FileRefusedError
from afilia.payroll import tables
from afilia.payroll.rules import values
from tests.novedades.checking import context

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(sheet: bytes) -> bytes:
    """A workbook whose only sheet is these bytes."""
    made, output = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        book.add_worksheet()
    with zipfile.ZipFile(made) as good, zipfile.ZipFile(output, "w", zipfile.ZIP_DEFLATED) as book:
        for name in good.namelist():
            book.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else good.read(name))
    return output.getvalue()


def sheet(rows: bytes) -> bytes:
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (MAIN.encode(), rows)


CELL = b'<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row>'


def test_small_workbook_made_by_hand_is_read() -> None:
    assert sandbox.sheet(workbook(sheet(CELL % b"C\xc3\xa9dula\t\n1"))) == "Cédula 1\n".encode()


CORNERS = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    "make",
    [
        lambda: workbook(sheet(CELL % (b"9" * 100_000_000))),  # 100 MB out of 100 kB
        lambda: workbook(sheet(CORNERS)),
        lambda: workbook(sheet(CELL % b"1"))[:900],
    ],
    ids=["bomb", "corners", "cut"],
)
def test_workbook_that_asks_for_too_much_is_refused(make: Callable[[], bytes]) -> None:
    with pytest.raises(FileRefusedError):
        sandbox.sheet(make())
    assert sandbox.sheet(workbook(sheet(CELL % b"1"))) == b"1\n"


def test_entities_and_formulas_of_a_workbook_do_nothing() -> None:
    entity = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + sheet(CELL % b"&e;")
    try:
        text = sandbox.sheet(workbook(entity))
    except FileRefusedError:
        text = b""
    assert b"root" not in text
    formula = b'<row r="1"><c r="A1"><f>1+1</f><v>7</v></c></row>'
    assert sandbox.sheet(workbook(sheet(formula))) == b"7\n"


LIST = "Cédula;Nombres;Sueldo;Fecha de ingreso\r\n0102030400;PEÑA LUZ;600,50;02/01/2025\r\n".encode()


@pytest.mark.parametrize("end", range(len(LIST)))
def test_list_cut_off_anywhere_is_read_or_refused(tmp_path: Path, end: int) -> None:
    cut = tmp_path / "cut.csv"
    cut.write_bytes(LIST[:end])
    try:
        table = tables.read(cut, catalogue=context().catalogue, max_bytes=len(LIST), remembered={})
    except tables.TableRefusedError:
        return
    names = table.rows.select("line", *(pl.col(str(at)).alias(name) for name, at in table.found.items()))
    read = values.read(names, foreigner_prefixes=context().foreigner_prefixes)
    assert read.height <= 1
    for number, problem in read.select("number", "problem").iter_rows():
        assert problem or number == "0102030400"
