"""Which places of an agenda may be booked at a moment: those in its hours, released by then, not too soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from afilia.offices import rules as offices
from afilia.offices.rules import Opening, Shut, Slot

# The golden ratio spreads any share of the places evenly over a day, and a greater share holds the smaller.
GOLDEN, WHOLE = 61_803_399, 100_000_000


@dataclass(frozen=True, kw_only=True)
class Release:
    """Up to so many days ahead, so many per cent of the places; in the order of the days."""

    steps: tuple[tuple[int, int], ...]

    @property
    def horizon(self) -> int:
        """The days ahead of the last places that can be booked."""
        return self.steps[-1][0]

    def percent(self, days_ahead: int) -> int:
        """How many per cent of the places of a day are released so many days before it."""
        if days_ahead < 0:
            return 0
        return next((percent for days, percent in self.steps if days_ahead <= days), 0)


def released_seats(slot: int, *, seats: int, percent: int) -> tuple[int, ...]:
    """The seats, from 1, that are released of the slot at that position."""
    first = slot * seats
    return tuple(
        seat + 1 for seat in range(seats) if (first + seat) * GOLDEN % WHOLE < percent * (WHOLE // 100)
    )


@lru_cache(maxsize=4096)
def released(slots: int, *, seats: int, percent: int) -> int:
    """How many places of a day with so many slots are released."""
    return sum(len(released_seats(slot, seats=seats, percent=percent)) for slot in range(slots))


def bookable(
    on: date,
    *,
    opening: Opening,
    minutes: int,
    shut: Sequence[Shut],
    release: Release,
    lead: timedelta,
    now: datetime,
) -> list[Slot]:
    """The slots of a day that may be booked at all at a moment: they begin no sooner than `lead` after it."""
    if not release.percent(days_ahead(on, opening=opening, now=now)):
        return []
    slots = offices.slots(on, opening=opening, minutes=minutes, shut=shut)
    return [slot for slot in slots if slot.starts_at >= now + lead]


def days_ahead(on: date, *, opening: Opening, now: datetime) -> int:
    """How many days a day is ahead in the office's own calendar."""
    return (on - now.astimezone(opening.zone).date()).days


def usual_slots(on: date, *, opening: Opening, minutes: int) -> int | None:
    """How many slots a day has whatever its date, where nothing is closed; None when that is to be counted.

    It is to be counted where clocks change, and where the office begins or ends about then.
    """
    day = timedelta(days=1)
    if not (opening.is_open(on - day) and opening.is_open(on) and _is_usual(on, opening.zone.key)):
        return None
    return _usual(opening.stretches, on.weekday(), minutes)


@lru_cache(maxsize=4096)
def _is_usual(on: date, zone: str) -> bool:
    return offices.is_usual(on, ZoneInfo(zone))


@lru_cache(maxsize=4096)
def _usual(stretches: tuple[offices.Stretch, ...], weekday: int, minutes: int) -> int:
    on = date(2001, 1, 1) + timedelta(days=weekday)  # a Monday, and no clock changed that week
    opening = Opening(stretches=stretches, zone=ZoneInfo("UTC"), since=date.min)
    return len(offices.slots(on, opening=opening, minutes=minutes))
