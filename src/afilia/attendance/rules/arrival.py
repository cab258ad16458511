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
    CLOSED = "closed"  # the office does not attend any more today, or not yet
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
    """The work that an office has before it until it closes."""

    closes_at: datetime
    counters: int  # that serve the procedure
    promised: timedelta  # of counter time: who waits, who is being served, and appointments still to come


def walk_in_refusal(
    *, priority: bool, opens_at: datetime | None, load: Load | None, takes: timedelta, now: datetime
) -> Refusal | None:
    """Why somebody without an appointment is not received.

    `opens_at` and `load` are None where the office does not attend today. The groups of the sheet are always
    received while it is open; others where the counters have time left until it closes.
    """
    if opens_at is None or load is None or not opens_at <= now < load.closes_at:
        return Refusal.CLOSED
    if priority:
        return None
    left = (load.closes_at - now) * load.counters
    return None if load.promised + takes <= left else Refusal.FULL
