"""The figures of an office's day, from the entries of the ledger and nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from afilia.attendance.rules.order import Standing


class Event(StrEnum):
    """What the ledger tells of an office's day; its subject is the day, `attendance:<office>:<date>`."""

    ARRIVED = "attendance.arrived"
    PRIORITY = "attendance.priority-changed"
    CALLED = "attendance.called"
    PUT_BACK = "attendance.put-back"
    STARTED = "attendance.started"
    ABSENT = "attendance.absent"
    RETURNED = "attendance.returned"
    TRANSFERRED = "attendance.transferred"
    ATTENDED = "attendance.attended"
    DAY_CLOSED = "attendance.day-closed"
    COUNTER_OPENED = "attendance.counter-opened"
    COUNTER_CLOSED = "attendance.counter-closed"


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry of the ledger."""

    event: str
    at: datetime
    facts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Of a procedure, or of all; waits are seconds until the first call, null where nobody was called."""

    arrived: int
    appointments: int  # of those who arrived, in time or late
    walk_ins: int
    priority: int
    attended: int
    missed: int  # appointments whose person never came, and people called in vain
    unattended: int
    wait_median: int | None
    wait_p95: int | None


@dataclass(kw_only=True)
class _Visit:
    procedure: str
    standing: str
    priority: bool
    counts_from: datetime
    waited: int | None = None
    end: Event | str | None = None


@dataclass(kw_only=True)
class _Day:
    visits: dict[str, _Visit] = field(default_factory=dict)
    never_came: dict[str, int] = field(default_factory=dict)


ALL = ""  # the procedure of the figures of all
UNATTENDED, NO_SHOW, UNRECORDED = "unattended", "no_show", "unrecorded"  # facts of a closed day: visits
NEVER_CAME = "never_came"  # appointments by procedure


def subject(office: str, on: str) -> str:
    """The day of an office in the ledger: its code and the ISO date."""
    return f"attendance:{office}:{on}"


def of_day(entries: Iterable[Told]) -> dict[str, Figures]:
    """The figures by procedure, and of all under ALL, from a day's entries in their order."""
    day = _read(entries)
    procedures = {visit.procedure for visit in day.visits.values()} | set(day.never_came)
    return {
        procedure: _sum(
            [visit for visit in day.visits.values() if procedure in {ALL, visit.procedure}],
            sum(count for slug, count in day.never_came.items() if procedure in {ALL, slug}),
        )
        for procedure in [ALL, *sorted(procedures)]
    }


def of_days(days: Iterable[Iterable[Told]]) -> Figures:
    """The figures of all procedures over several days, each with its entries in their order."""
    read = [_read(entries) for entries in days]
    visits = [visit for day in read for visit in day.visits.values()]
    return _sum(visits, sum(count for day in read for count in day.never_came.values()))


def _read(entries: Iterable[Told]) -> _Day:
    day = _Day()
    for entry in entries:
        _take(day, entry)
    return day


def _take(day: _Day, entry: Told) -> None:
    facts = entry.facts
    if entry.event == Event.ARRIVED:
        day.visits[facts["visit"]] = _Visit(
            procedure=facts["procedure"],
            standing=facts["standing"],
            priority=facts["priority"],
            counts_from=datetime.fromisoformat(facts["counts_from"]),
        )
    elif entry.event == Event.DAY_CLOSED:
        for end in (UNATTENDED, NO_SHOW, UNRECORDED):
            for visit in facts[end]:
                day.visits[visit].end = end
        day.never_came = dict(facts[NEVER_CAME])
    elif visit_id := facts.get("visit"):
        _go_on(day.visits[visit_id], entry)


def _go_on(visit: _Visit, entry: Told) -> None:
    if entry.event == Event.CALLED and visit.waited is None:
        visit.waited = max(0, (entry.at - visit.counts_from) // timedelta(seconds=1))
    elif entry.event == Event.TRANSFERRED:
        visit.procedure = entry.facts["procedure"]
    elif entry.event == Event.PRIORITY:
        visit.priority = entry.facts["priority"]
    elif entry.event == Event.ATTENDED:
        visit.end = Event.ATTENDED


def _sum(visits: list[_Visit], never_came: int) -> Figures:
    waits = sorted(visit.waited for visit in visits if visit.waited is not None)
    ends = [visit.end for visit in visits]
    walk_ins = sum(visit.standing == Standing.WALK_IN for visit in visits)
    return Figures(
        arrived=len(visits),
        appointments=len(visits) - walk_ins,
        walk_ins=walk_ins,
        priority=sum(visit.priority for visit in visits),
        attended=ends.count(Event.ATTENDED) + ends.count(UNRECORDED),
        missed=ends.count(NO_SHOW) + never_came,
        unattended=ends.count(UNATTENDED),
        wait_median=percentile(waits, 50),
        wait_p95=percentile(waits, 95),
    )


def percentile(ordered: list[int], percent: int) -> int | None:
    """The smallest value that so many per cent do not exceed; None of nothing."""
    return ordered[-(-len(ordered) * percent // 100) - 1] if ordered else None
