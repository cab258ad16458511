"""Rows of a CSV file whose columns are known by their names. Pure."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

LONGEST_LINE = 4096  # characters


class Fault(StrEnum):
    """Why a line is no row."""

    NOT_READABLE = "not-readable"
    COLUMNS = "wrong-number-of-columns"


class NotTheTableError(Exception):
    """The first line does not name each of the columns once; `columns` are those in question."""

    def __init__(self, columns: Sequence[str]) -> None:
        super().__init__(*columns)
        self.columns = columns


def rows(lines: Iterable[str], *, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str] | Fault]]:
    """The lines below the first with their numbers, commas or semicolons between the columns.

    Raises NotTheTableError, before the first row.
    """
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    header = [name.strip().upper() for name in next(csv.reader([first], delimiter=delimiter), [])]
    if wrong := [name for name in columns if header.count(name) != 1]:
        raise NotTheTableError(wrong)
    for at, line in enumerate(rest, start=2):
        if line.strip():
            yield at, _row(line, header, delimiter=delimiter)


def _row(line: str, header: Sequence[str], *, delimiter: str) -> dict[str, str] | Fault:
    if len(line) > LONGEST_LINE or "\ufffd" in line or not line.strip("\r\n").isprintable():
        return Fault.NOT_READABLE
    values = next(csv.reader([line], delimiter=delimiter))
    if len(values) != len(header):
        return Fault.COLUMNS
    return {name: value.strip() for name, value in zip(header, values, strict=True)}
