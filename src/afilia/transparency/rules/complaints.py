"""Complaints and thanks: who answers them, by when, and how often anyone may send one."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.staff.rules import Role, Staff, reaches
from afilia.verification.rules import Limit, Pass, pass_needed

# Many people share an address behind a carrier's translation.
SENDING = Limit(free=3, most=20)  # of a subscriber
FOLLOWING = Limit(free=5, most=40)
NEIGHBOURS = Limit(free=30, most=300)
MAILS = 3  # to one address within the window of the limits
ROLES = frozenset({Role.SUPERVISOR, Role.COORDINATION})


class Kind(StrEnum):
    """The values are those of the measures that count them."""

    COMPLAINTS = "complaints"
    THANKS = "thanks"


class Fault(StrEnum):
    ANSWERED = "answered"  # by another official meanwhile
    OUTCOME = "outcome"  # not one of the data


@dataclass(frozen=True, kw_only=True)
class Policy:
    working_days: int  # to answer
    kept_days: int  # text, names and e-mail, after the answer
    outcomes: tuple[str, ...]


def pass_for(*, subscriber: int, neighbours: int, limit: Limit) -> Pass:
    """What sending or following takes, the numbers being those within the window, this one included."""
    return pass_needed([(subscriber, limit), (neighbours, NEIGHBOURS)])


def sees(staff: Staff, *, office_id: int | None, province: str) -> bool:
    """Whether an official answers what came from a place: of the own office, the own province, or all.

    What names no province is the country's; what names an office is its supervisor's and its province's.
    """
    return bool(staff.roles & ROLES) and reaches(staff, office_id=office_id, province=province)


def is_in_time(*, answered_on: date, due_on: date) -> bool:
    return answered_on <= due_on
