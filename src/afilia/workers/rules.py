"""When two people may be one, and what keeps them from being joined."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DoubleReason(StrEnum):
    """Why somebody may be the person who is asked about."""

    DOCUMENT = "document"  # the same document
    NUMBER = "number"  # the same number on a document of another kind or country
    BIRTH_AND_NAMES = "birth-and-names"


class JoinRefusal(StrEnum):
    """Why two people are not joined, or a join is not undone."""

    UNKNOWN = "unknown"  # nobody has one of the two numbers
    SAME = "same"  # both numbers are one person's
    TWO_CEDULAS = "two-cedulas"  # nobody has two
    EMPLOYMENTS = "employments"  # clashes
    DEPENDENTS = "dependents"  # both have the same dependent, and the other's registration lasts longer
    PARTNERS = "partners"  # each has a spouse or partner without end, and not the same one
    ITSELF = "itself"  # one of the two depends on the other
    ROWS = "rows"  # something else that nobody has twice
    UNDONE = "undone"  # it was undone
    ADDED = "added"  # nobody said whose something is that was added since
    LATER = "later"  # a later join of the same people is undone first


class Clash(StrEnum):
    """Why two employments in one branch cannot be one person's."""

    ACTIVE = "active"  # neither has ended
    ENTRY_DAY = "entry-day"  # both began on the same day


@dataclass(frozen=True, kw_only=True)
class RowKey:
    """A row of any app that refers to a person: its model's label, the field that refers, its key."""

    table: str
    field: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Twice:
    """What an app above says of its rows that one person cannot have twice."""

    stay: frozenset[RowKey] = frozenset()  # with whose they are, for as long as the join lasts
    refusal: JoinRefusal | None = None
    employers: frozenset[int] = frozenset()  # keys of those with whom it is to be mended


@dataclass(frozen=True, kw_only=True)
class Work:
    """An employment by its key, the key of its branch and its days."""

    key: int
    branch: int
    entered_on: date
    left_on: date | None
    annulled: bool


@dataclass(frozen=True, kw_only=True)
class Clashing:
    mine: Work
    theirs: Work
    why: Clash


def clashes(mine: Iterable[Work], theirs: Iterable[Work]) -> list[Clashing]:
    """The pairs of employments that one person cannot have."""
    theirs = list(theirs)
    return [
        Clashing(mine=one, theirs=other, why=why)
        for one in mine
        for other in theirs
        if one.branch == other.branch and (why := _clash(one, other))
    ]


def _clash(one: Work, other: Work) -> Clash | None:
    if one.entered_on == other.entered_on:
        return Clash.ENTRY_DAY
    goes_on = one.left_on is None and other.left_on is None
    return Clash.ACTIVE if goes_on and not (one.annulled or other.annulled) else None
