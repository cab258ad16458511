"""How the clock of a case stands, for who works on it."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.cases.rules import deadlines
from afilia.cases.rules.deadlines import IsWorking


class Owner(StrEnum):
    MINE = "mine"
    NOBODY = "nobody"


class Urgency(StrEnum):
    LATE = "late"
    SOON = "soon"  # due today or in the next two days
    STOPPED = "stopped"  # the applicant corrects


class Clock(StrEnum):
    NONE = "none"
    RUNNING = "running"
    LATE = "late"
    STOPPED = "stopped"


@dataclass(frozen=True, kw_only=True)
class Due:
    """The clock, and the working days that are left or that it is late."""

    clock: Clock
    days: int = 0


def due(*, due_on: date | None, days_left: int | None, today: date, is_working: IsWorking) -> Due:
    """How the clock stands on a day. A last day that is today leaves none, and is not late."""
    if days_left is not None:
        return Due(clock=Clock.STOPPED, days=days_left)
    if due_on is None:
        return Due(clock=Clock.NONE)
    if due_on < today:
        return Due(clock=Clock.LATE, days=deadlines.between(due_on, today, is_working=is_working))
    return Due(clock=Clock.RUNNING, days=deadlines.between(today, due_on, is_working=is_working))
