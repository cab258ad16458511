"""When a case is due: working days, with a clock that stops while the applicant corrects."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from afilia.cases.rules.moves import RUNNING, State

DAY = timedelta(days=1)
IsWorking = Callable[[date], bool]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Of a case: the last day while it runs, the working days left while it stands still, or neither."""

    due_on: date | None = None
    days_left: int | None = None  # negative: so many late


def add(on: date, days: int, *, is_working: IsWorking) -> date:
    """The day that is so many working days after `on`, which does not count; before it, if negative."""
    step = DAY if days >= 0 else -DAY
    left = abs(days)
    while left:
        on += step
        left -= is_working(on)
    return on


def between(on: date, until: date, *, is_working: IsWorking) -> int:
    """How many working days `until` is after `on`: so that `add` leads there, from and to working days."""
    if until < on:
        return -between(until, on, is_working=is_working)
    return sum(is_working(on + DAY * number) for number in range(1, (until - on).days + 1))


def clock(before: Clock, state: State, *, on: date, promised: int, is_working: IsWorking) -> Clock:
    """The clock of a case that comes into a state on a day, `promised` being the procedure's working days.

    It starts with the submission, stops while a correction is awaited, runs on with the days that were left,
    and ends with the decision.
    """
    if state is State.CORRECTION_ASKED and before.due_on:
        return Clock(days_left=between(on, before.due_on, is_working=is_working))
    if state not in RUNNING:
        return before if state is State.CORRECTION_ASKED else Clock()
    if before.due_on:
        return before
    days = promised if before.days_left is None else before.days_left
    return Clock(due_on=add(on, days, is_working=is_working))
