"""Who may ask for a foreigner code, and for whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.identifiers.names import words

OLDEST = 120  # years
YOUNGEST = 15  # years: below it nobody may work (Constitución art. 46)


class Fault(StrEnum):
    """Why a request is not prepared, or not changed."""

    OVER = "over"  # it is decided, withdrawn or expired
    OWN = "own"  # the foreigner would ask, come or sign for themself
    HAS_CODE = "has-code"  # the document belongs to somebody who has a number already
    LIVE = "live"  # the employer has a live request for that document
    TAXPAYER = "taxpayer"  # the RUC is not active at the SRI
    SRI_DOWN = "sri-down"
    SUT = "sut"  # the contract says something else of the identity
    NO_CONTRACT = "no-contract"
    POWER = "power"  # of another attorney, or none of this employer
    APPOINTMENT = "appointment"  # of somebody else, for something else, or over


@dataclass(frozen=True, kw_only=True)
class Human:
    """Somebody by all that is known of them: numbers of documents of any kind, in their plain form."""

    numbers: frozenset[str]
    names: str
    birth_on: date | None = None  # None: not known


def is_same(one: Human, other: Human) -> bool:
    """Whether two are one person: they share a number, or the names and the day of birth."""
    if one.numbers & other.numbers:
        return True
    same_day = one.birth_on is not None and one.birth_on == other.birth_on
    return same_day and words(one.names) == words(other.names)


def asks_for_themself(foreigner: Human, others: Iterable[Human]) -> bool:
    """Whether one of those who ask, sign or come is the foreigner (procedure sheet 002, step 3, notes)."""
    return any(is_same(foreigner, other) for other in others)


def birth_fault(birth_on: date, *, today: date) -> bool:
    """Whether nobody who may work can be born on that day."""
    return not today.year - OLDEST <= birth_on.year or _years(birth_on, today) < YOUNGEST


def _years(since: date, until: date) -> int:
    return until.year - since.year - ((until.month, until.day) < (since.month, since.day))
