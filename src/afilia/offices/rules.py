"""When an office attends: its places on a day, from its hours, its zone and what is closed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
LONGEST_REASON = 200  # characters


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Hours of a weekday (0 is Monday); they run past midnight where `closes` is not after `opens`."""

    weekday: int
    opens: time
    closes: time

    @property
    def runs_over(self) -> bool:
        return self.closes <= self.opens


@dataclass(frozen=True, kw_only=True)
class Opening:
    """When an office is open at all. `until` is the last day, None while there is none."""

    stretches: tuple[Stretch, ...]
    zone: ZoneInfo
    since: date
    until: date | None = None

    def is_open(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


@dataclass(frozen=True, kw_only=True)
class Shut:
    """A part of a day on which an office is closed; None from its beginning, or to its end."""

    on: date
    from_time: time | None = None
    until_time: time | None = None
    because: str = ""

    @property
    def all_day(self) -> bool:
        return self.from_time is None and self.until_time is None


class Slot(NamedTuple):
    """A place in time; `position` counts those of the day, the closed ones too. The times are in UTC."""

    position: int
    starts_at: datetime
    ends_at: datetime


def slots(on: date, *, opening: Opening, minutes: int, shut: Sequence[Shut] = ()) -> list[Slot]:
    """The places that begin on a day of the office's own calendar, in order.

    A place lasts so many minutes of real time, whatever the clocks do meanwhile; one that reaches into
    something closed is left out. Where clocks change at an opening or closing hour, the office counts as open
    only when it is by both readings.
    """
    if any(each.all_day and each.on == on for each in shut):
        return []
    closed = [_span(each, opening.zone) for each in shut]
    return [
        slot
        for slot in _all_slots(on, opening, timedelta(minutes=minutes))
        if not any(slot.starts_at < end and start < slot.ends_at for start, end in closed)
    ]


class ClosureFault(StrEnum):
    """Why a closure would close nothing or tell nobody why, or cannot be taken back."""

    PAST = "past"
    HOURS = "hours"  # it ends before it begins
    REASON = "reason"  # none, or too long
    NONE = "none"  # nothing to take back


def closure_fault(
    *, on: date, from_time: time | None, until_time: time | None, reason: str, today: date
) -> ClosureFault | None:
    if on < today:
        return ClosureFault.PAST
    if until_time is not None and until_time <= (from_time or time()):
        return ClosureFault.HOURS
    return None if 0 < len(reason.strip()) <= LONGEST_REASON else ClosureFault.REASON


def is_usual(on: date, zone: ZoneInfo) -> bool:
    """Whether no clock changes on a day, the one before or the one after."""
    start = datetime.combine(on - DAY, time(), zone)
    return start.utcoffset() == datetime.combine(on + 2 * DAY, time(), zone).utcoffset()


def do_overlap(stretches: Sequence[Stretch]) -> bool:
    """Whether two of the hours of a week have a moment in common."""
    week = 7 * 24 * 60
    spans = sorted(_minutes_of_week(stretch) for stretch in stretches)
    return any(following[0] < end for (_, end), following in pairwise(spans)) or (
        bool(spans) and spans[-1][1] - week > spans[0][0]
    )


def _minutes_of_week(stretch: Stretch) -> tuple[int, int]:
    start, end = (at.hour * 60 + at.minute for at in (stretch.opens, stretch.closes))
    begin = stretch.weekday * 24 * 60
    return begin + start, begin + end + (24 * 60 if stretch.runs_over else 0)


def _all_slots(on: date, opening: Opening, length: timedelta) -> Iterator[Slot]:
    position = 0
    begins = _instant(on, time(), opening.zone, later=False)
    ends = _instant(on + DAY, time(), opening.zone, later=False)
    for begun_on in (on - DAY, on):
        if not opening.is_open(begun_on):
            continue
        for stretch in opening.stretches:
            if stretch.weekday != begun_on.weekday() or (begun_on < on and not stretch.runs_over):
                continue
            at = _instant(begun_on, stretch.opens, opening.zone, later=True)
            ends_on = begun_on + DAY if stretch.runs_over else begun_on
            end = _instant(ends_on, stretch.closes, opening.zone, later=False)
            while at + length <= end:
                if begins <= at < ends:
                    yield Slot(position, at, at + length)
                    position += 1
                at += length


def _span(shut: Shut, zone: ZoneInfo) -> tuple[datetime, datetime]:
    start = _instant(shut.on, shut.from_time or time(), zone, later=False)
    end_on, end = (shut.on, shut.until_time) if shut.until_time else (shut.on + DAY, time())
    return start, _instant(end_on, end, zone, later=True)


def _instant(on: date, at: time, zone: ZoneInfo, *, later: bool) -> datetime:
    """The moment of a local time; the earlier or the later one of a time that clocks show twice or skip."""
    both = [datetime.combine(on, at.replace(fold=fold), zone).astimezone(UTC) for fold in (0, 1)]
    return max(both) if later else min(both)
