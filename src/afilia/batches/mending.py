"""The grid in which rejected lines are mended: from the lines as sent, or as a person typed them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.http import QueryDict
from django.utils.translation import gettext

from afilia.batches import queries, report
from afilia.batches.actions import MENDED_LINES
from afilia.batches.models import Batch
from afilia.novedades.rules.layouts import SEPARATOR, Layout
from afilia.novedades.rules.marks import Severity

LONGEST_MENDED = 2000  # characters; a longer line is no record that a page can show
BREAKS = re.compile(r"[\r\n]")


@dataclass(frozen=True, kw_only=True)
class Cell:
    id: str
    label: str
    value: str
    width: int  # characters
    problems: tuple[report.Found, ...]
    refused: str = ""  # why what was typed cannot be sent

    @property
    def described_by(self) -> str:
        parts = [f"{self.id}-{at}" for at in range(1, len(self.problems) + 1)]
        return " ".join([*parts, *([f"{self.id}-refused"] if self.refused else [])])


@dataclass(frozen=True, kw_only=True)
class Row:
    line: str  # its number, as text: pages group the digits of numbers
    cells: tuple[Cell, ...]
    surplus: Cell | None
    problems: tuple[report.Found, ...]  # about the line as a whole
    left_out: bool


@dataclass(kw_only=True)
class Grid:
    """The rows of the page; `more` lines are left for the download."""

    rows: list[Row]
    more: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)  # text, and href of the cell

    @property
    def errors(self) -> list[dict[str, str]]:
        """What keeps the lines from being sent; the title of the page asks for it."""
        return self.failures

    def lines(self, layout: Layout) -> list[str]:
        """The lines to send, as records."""
        return [_record(row, layout) for row in self.rows if not row.left_out]

    def refuse(self, text: str) -> None:
        self.failures.append({"text": text})


def as_sent(batch: Batch, layout: Layout, language: str) -> Grid:
    """The grid with the rejected lines as they were sent."""
    numbers = queries.rejected_numbers(batch, count=MENDED_LINES)
    raw = {
        number: text
        for number, text in queries.raw_lines(batch, numbers).items()
        if len(text) <= LONGEST_MENDED
    }
    found = _problems(batch, [*raw], language)
    rows = [_row(str(number), raw[number].split(SEPARATOR), found, layout) for number in sorted(raw)]
    return Grid(rows=rows, more=batch.summary["rejected"] - len(rows))


def as_typed(posted: QueryDict, batch: Batch, layout: Layout, language: str) -> Grid:
    """The grid with what a person typed; `errors` says what cannot be sent so.

    What was found in the lines is missing while the batch is being judged again.
    """
    numbers = [int(text) for text in posted.getlist("line") if re.fullmatch(r"[0-9]{1,9}", text)]
    numbers = [*dict.fromkeys(numbers)][:MENDED_LINES]
    found = _problems(batch, numbers, language) if batch.decided_at else {}
    rows = []
    for number in numbers:
        fields = [posted.get(_name(number, at), "") for at in range(1, len(layout.fields) + 1)]
        surplus = posted.get(_name(number, 0), "")
        left_out = bool(posted.get(f"out-{number}", ""))
        rows.append(_row(str(number), fields, found, layout, typed=True, left_out=left_out, surplus=surplus))
    grid = Grid(rows=rows, more=max(0, batch.summary.get("rejected", 0) - len(rows)))
    for row in rows:
        grid.failures += [
            {"text": gettext("Línea %(line)s, campo %(field)s: %(refused)s")
             % {"line": row.line, "field": cell.label, "refused": cell.refused},
             "href": f"#{cell.id}"}
            for cell in row.cells
            if cell.refused and not row.left_out
        ]  # fmt: skip
    if not any(line.strip(SEPARATOR + " ") for line in grid.lines(layout)):
        grid.refuse(gettext("No queda ninguna línea por enviar. Deje al menos una, o vuelva al informe."))
    return grid


Problems = Mapping[tuple[int, int], Sequence[report.Found]]  # by line and column


def _problems(batch: Batch, numbers: list[int], language: str) -> Problems:
    by_place: dict[tuple[int, int], list[report.Found]] = {}
    for number, found in report.found_in(batch, numbers, language):
        if found.severity != Severity.INFO:
            by_place.setdefault((number, found.column), []).append(found)
    return by_place


def _name(line: int | str, column: int) -> str:
    return f"f{column}-{line}"


def _row(
    line: str,
    fields: list[str],
    found: Problems,
    layout: Layout,
    *,
    typed: bool = False,
    left_out: bool = False,
    surplus: str = "",
) -> Row:
    known = len(layout.fields)
    surplus = surplus if typed else SEPARATOR.join(fields[known:])
    fields = [*fields[:known], *[""] * (known - len(fields))]
    return Row(
        line=line,
        cells=tuple(
            Cell(
                id=_name(line, at),
                label=known_field.name,
                value=value,
                width=max(4, min(30, max(len(value), len(known_field.name)))),
                problems=tuple(found.get((int(line), at), ())),
                refused=_refused(value) if typed else "",
            )
            for at, (known_field, value) in enumerate(zip(layout.fields, fields, strict=True), 1)
        ),
        surplus=Cell(id=_name(line, 0), label=gettext("sobra"), value=surplus, width=14, problems=())
        if surplus
        else None,
        problems=tuple(
            problem
            for (number, column), problems in found.items()
            if number == int(line) and not 0 < column <= known
            for problem in problems
        ),
        left_out=left_out,
    )


def _refused(value: str) -> str:
    if SEPARATOR in value:
        return gettext("el dato no puede llevar punto y coma.")
    if BREAKS.search(value):
        return gettext("el dato no puede tener más de una línea.")
    return ""


def _record(row: Row, layout: Layout) -> str:
    """A row as a line of the file; optional fields at the end that are empty are not written."""
    values = [cell.value for cell in row.cells]
    if row.surplus:
        return SEPARATOR.join([*values, BREAKS.sub(" ", row.surplus.value)])
    while len(values) > layout.least and not values[-1]:
        values.pop()
    return SEPARATOR.join(values)
