"""An employer's list as rows of texts: from CSV, a workbook, or lines of the batch format."""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from afilia.documents.examination import sandbox
from afilia.documents.examination.errors import FileRefusedError
from afilia.novedades.reading import inspect
from afilia.novedades.rules.layouts import SEPARATOR, Catalogue, Effect, Layout
from afilia.payroll.columns import columns
from afilia.payroll.rules.columns import LOOKED_AT, heading_row, match
from afilia.payroll.rules.states import Refusal

WORKBOOK = b"PK\x03\x04"
SEPARATORS = (SEPARATOR, "\t", ",", "|")
MOST_COLUMNS = 100
MOST_ROWS = 500_000
START = 65_536  # bytes in which the first rows are sought
RUC_LENGTH, TYPE_PLACE = 13, 4


class TableRefusedError(Exception):
    """A file is no list that can be read."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Table:
    """`rows` has `line`, the number of the row in the file, and the texts of the columns "0", "1", …"""

    headings: tuple[str, ...]
    found: Mapping[str, int]  # name → place of the column
    rows: pl.DataFrame


def read(path: Path, *, catalogue: Catalogue, max_bytes: int, remembered: Mapping[str, str]) -> Table:
    """Read a list. Raises TableRefusedError; BusyError when too many workbooks are opened at once."""
    if path.stat().st_size > max_bytes:
        raise TableRefusedError(Refusal.TOO_LARGE)
    with path.open("rb") as file:
        start = file.read(len(WORKBOOK))
    texts = _sheet(path) if start == WORKBOOK else _text(path, max_bytes=max_bytes)
    if texts.height == 0:
        raise TableRefusedError(Refusal.EMPTY)
    if layout := _layout(texts, catalogue):
        names = [field.name for field in layout.fields]
        wanted = {column.name for column in columns()}
        found = {name: at for at, name in enumerate(names[: texts.width - 1]) if name in wanted}
        return Table(headings=tuple(names), found=found, rows=texts)
    first = [[cell or "" for cell in row[1:]] for row in texts.head(LOOKED_AT).iter_rows()]
    at = heading_row(first, columns(), remembered=remembered)
    found = match(first[at], columns(), remembered=remembered)
    return Table(headings=tuple(first[at]), found=found, rows=texts.slice(at + 1))


def _sheet(path: Path) -> pl.DataFrame:
    try:
        text = sandbox.sheet(path.read_bytes())
    except FileRefusedError as error:
        raise TableRefusedError(Refusal.NOT_A_TABLE) from error
    return _rows(text, "\t", quote=None)


def _text(path: Path, *, max_bytes: int) -> pl.DataFrame:
    facts = inspect(lambda: path.open("rb"), max_bytes=max_bytes)
    if facts.refused:
        code = facts.findings["code"][0]
        raise TableRefusedError(Refusal.EMPTY if code == "file.empty" else Refusal.NOT_A_TABLE)
    text = path.read_bytes().decode(facts.encoding.removesuffix("-sig"), errors="replace")
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").encode()
    first = plain[:START].decode(errors="replace").splitlines()[:LOOKED_AT]
    separator = max(SEPARATORS, key=lambda one: sum(line.count(one) for line in first))
    # A quotation mark alone would swallow rows: then no mark means anything.
    paired = all(line.count(b'"') % 2 == 0 for line in plain.split(b"\n"))
    return _rows(plain, separator, quote='"' if paired else None)


def _rows(text: bytes, separator: str, *, quote: str | None) -> pl.DataFrame:
    """The rows as texts with their numbers; all have the columns of the widest of the first ones."""
    lines = text[:START].decode(errors="replace").splitlines()[:LOOKED_AT]
    width = min(max((line.count(separator) for line in lines), default=0) + 1, MOST_COLUMNS)
    try:
        rows = pl.read_csv(
            io.BytesIO(text),
            has_header=False,
            separator=separator,
            quote_char=quote,
            schema={str(at): pl.String for at in range(width)},
            truncate_ragged_lines=True,
            missing_columns="insert",
            n_rows=MOST_ROWS + 1,
            raise_if_empty=False,
        )
    except pl.exceptions.PolarsError as error:
        raise TableRefusedError(Refusal.NOT_A_TABLE) from error
    if rows.height > MOST_ROWS:
        raise TableRefusedError(Refusal.TOO_LARGE)
    return rows.with_columns(pl.all().str.strip_chars(' "')).with_row_index("line", offset=1)


def _layout(rows: pl.DataFrame, catalogue: Catalogue) -> Layout | None:
    """The layout of batch lines; None for another list."""
    first = next((row[1:] for row in rows.head(LOOKED_AT).iter_rows() if any(row[1:])), ())
    if len(first) <= TYPE_PLACE or len(first[0] or "") != RUC_LENGTH or not (first[0] or "").isdigit():
        return None
    layout = catalogue.layouts.get(first[TYPE_PLACE] or "")
    if layout and layout.effect not in {Effect.PAY, Effect.ENTRY}:
        raise TableRefusedError(Refusal.OTHER_NOVEDAD)
    return layout
