"""The first sheet of a workbook as text. Formulas are not run: their last result counts."""

import io
from datetime import date, datetime
from typing import Any

from python_calamine import CalamineWorkbook, SheetVisibleEnum


def text(content: bytes) -> bytes:
    """Rows in lines, cells between tabs, as UTF-8; the blanks within a cell are single ones."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
    output = io.StringIO()
    if shown:
        for row in book.get_sheet_by_name(shown[0]).iter_rows():
            output.write("\t".join(map(_cell, row)))
            output.write("\n")
    return output.getvalue().encode()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.2f}"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return " ".join(str(value).split())
