"""Which column of an employer's list is which: by its heading."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

LOOKED_AT = 20  # rows in which the headings are sought: titles may stand above them
IDENTIFICATION = "identificacion"


@dataclass(frozen=True, kw_only=True)
class Column:
    """Something that can be compared."""

    name: str
    label: Mapping[str, str]  # by language
    headings: frozenset[str]


def plain(heading: str) -> str:
    """A heading in small letters without accents, its words between single blanks."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return " ".join(
        "".join(
            letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter)
        ).split()
    )


def match(
    headings: Sequence[str], columns: Sequence[Column], *, remembered: Mapping[str, str]
) -> dict[str, int]:
    """Name of each column that is found → its place among the headings, from 0.

    `remembered` is what the employer said before: plain heading → name, empty for one that means nothing.
    Of two headings for the same column the first counts.
    """
    known = {heading: column.name for column in columns for heading in column.headings} | dict(remembered)
    found: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = known.get(plain(heading), "")
        if name:
            found.setdefault(name, at)
    return found


def heading_row(
    rows: Sequence[Sequence[str]], columns: Sequence[Column], *, remembered: Mapping[str, str]
) -> int:
    """Which of the first rows holds the headings: the one with most known ones, else the first filled."""
    scores = [len(match(row, columns, remembered=remembered)) for row in rows]
    if any(scores):
        return scores.index(max(scores))
    return next((at for at, row in enumerate(rows) if sum(bool(cell.strip()) for cell in row) > 1), 0)


def are_enough(found: Mapping[str, int]) -> bool:
    """Whether a list can be compared: it says who, even if nothing else."""
    return IDENTIFICATION in found
