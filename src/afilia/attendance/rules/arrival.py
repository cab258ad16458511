"""What an arrival counts as, and whether there is room for somebody without an appointment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from afilia.attendance.rules.order import OrderPolicy, Standing


class Refusal(StrEnum):
    """Why nobody is received now."""

    OTHER_OFFICE = "other-office"
    OTHER_DAY = "other-day"
    HERE = "here"  # received already
    NOT_BOOKED = "not-booked"  # held, cancelled or over
    CLOSED = "closed"  # the office is not open now
    FULL = "full"  # no room for somebody without appointment or priority
    NOT_DONE = "not-done"  # the office does not do this procedure
    OVER = "over"  # the day was closed


class Punctuality(StrEnum):
    EARLY = "early"  # waits until its time comes near
    ON_TIME = "on-time"
    LATE = "late"  # has lost its place, not its attention


def punctuality(*, due_at: datetime, now: datetime, policy: OrderPolicy) -> Punctuality:
    if now < due_at - policy.early:
        return Punctuality.EARLY
    return Punctuality.ON_TIME if now <= due_at + policy.grace else Punctuality.LATE


def standing(*, due_at: datetime, now: datetime, policy: OrderPolicy) -> Standing:
    """As what somebody with an appointment waits who comes at `now`."""
    late = punctuality(due_at=due_at, now=now, policy=policy) is Punctuality.LATE
    return Standing.LATE if late else Standing.APPOINTMENT


def appointment_refusal(
    *, same_office: bool, booked: bool, here: bool, on: date, today: date
) -> Refusal | None:
    """Why an appointment is not received here now; `booked` says that it is confirmed."""
    if not same_office:
        return Refusal.OTHER_OFFICE
    if here:
        return Refusal.HERE
    if not booked:
        return Refusal.NOT_BOOKED
    return None if on == today else Refusal.OTHER_DAY


@dataclass(frozen=True, kw_only=True)
class Load:
    """The work that an office has before it."""

    is_open: bool  # now
    left: timedelta  # of its hours today
    counters: int  # that serve the procedure
    promised: timedelta  # of their time: who waits, who is being served, and appointments still to come


def walk_in_refusal(*, priority: bool, load: Load, takes: timedelta) -> Refusal | None:
    """Why somebody without an appointment is not received.

    The groups of the sheet are always received while the office is open; others where the counters have time
    left until it closes.
    """
    if not load.is_open:
        return Refusal.CLOSED
    if priority:
        return None
    return None if load.promised + takes <= load.left * load.counters else Refusal.FULL
