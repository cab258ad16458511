"""Monthly figures from the entries of the ledger and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from afilia.attendance.rules.figures import Figures, percentile


class Measure(StrEnum):
    """What is counted; times are seconds."""

    ATTENDED = "attended"
    ATTENDED_ONLINE = "attended-online"
    COMPLAINTS = "complaints"
    THANKS = "thanks"
    ANSWERED = "answered"  # complaints and thanks
    ANSWERED_IN_TIME = "answered-in-time"
    DECIDED = "decided"
    DECIDE_MEDIAN = "decide-median"
    DECIDE_P95 = "decide-p95"
    FIRST_TRY_OF = "first-try-of"  # decided where a first try can be right or wrong
    FIRST_TRY = "first-try"
    REJECTIONS = "rejections"  # by code
    ARRIVED = "arrived"
    VISITS_ATTENDED = "visits-attended"
    MISSED = "missed"
    WAIT_MEDIAN = "wait-median"
    WAIT_P95 = "wait-p95"
    ASKED = "asked"  # attempts to reach the portal from outside
    ANSWERED_ATTEMPTS = "answered-attempts"
    DAYS_MEASURED = "days-measured"


class Complained(StrEnum):
    """What the ledger tells of complaints and thanks."""

    RECEIVED = "complaint.received"
    ANSWERED = "complaint.answered"


AVAILABILITY = "availability.measured"  # of a day; its subject is `availability:<date>`


@dataclass(frozen=True, kw_only=True)
class Attended:
    event: str
    counts_as: str = ""  # a procedure, whichever the entry names
    procedure: str = ""
    channel: str = ""
    only: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Decided:
    procedure: str
    begins: frozenset[str]
    ends: frozenset[str]
    right: frozenset[str] = frozenset()
    when: Mapping[str, Any] = field(default_factory=dict)
    faults: frozenset[str] = frozenset()
    key: str = ""
    codes: str = ""

    @property
    def events(self) -> frozenset[str]:
        return self.begins | self.ends | self.faults


@dataclass(frozen=True, kw_only=True)
class Published:
    """A line of a sheet's table."""

    attended: int
    complaints: int


@dataclass(frozen=True, kw_only=True)
class Policy:
    attended: tuple[Attended, ...]
    decided: tuple[Decided, ...]
    online: frozenset[str]
    place_step: int  # figures of places are shown in steps of so many


@dataclass(frozen=True, kw_only=True)
class Told:
    """An entry of the ledger; `is_counted` when it is of the month, not only of what came before."""

    event: str
    subject: str
    at: datetime
    facts: Mapping[str, Any]
    is_counted: bool = True


@dataclass(frozen=True, kw_only=True)
class Key:
    """Of what a figure is; what does not matter is empty."""

    measure: Measure
    procedure: str = ""
    province: str = ""  # code
    office: str = ""  # code
    code: str = ""  # of a finding


Counts = dict[Key, int]


def attended(entries: Iterable[Told], policy: Policy) -> Counts:
    """Attentions by procedure, how many of them online, and by province where the entry tells one."""
    counts: Counter[Key] = Counter()
    known = {one.event: one for one in policy.attended}
    for entry in entries:
        one = known.get(entry.event)
        if one is None or not _has(entry.facts, one.only):
            continue
        procedure = one.counts_as or entry.facts.get("procedure") or one.procedure
        counts[Key(measure=Measure.ATTENDED, procedure=procedure)] += 1
        if (entry.facts.get("channel") or one.channel) in policy.online:
            counts[Key(measure=Measure.ATTENDED_ONLINE, procedure=procedure)] += 1
        if province := entry.facts.get("province"):
            counts[Key(measure=Measure.ATTENDED, procedure=procedure, province=province)] += 1
    return dict(counts)


def decided(entries: Sequence[Told], policy: Policy) -> Counts:
    """Times to decide, first tries that were right, and codes of rejection; entries in their order."""
    counts: Counter[Key] = Counter()
    for one in policy.decided:
        spans: dict[str, list[int]] = defaultdict(list)
        for span in _spans(entries, one):
            spans[span.procedure].append(span.seconds)
            if one.right:
                counts[Key(measure=Measure.FIRST_TRY_OF, procedure=span.procedure)] += 1
                counts[Key(measure=Measure.FIRST_TRY, procedure=span.procedure)] += span.is_right
            for code, lines in span.codes.items():
                counts[Key(measure=Measure.REJECTIONS, procedure=span.procedure, code=code)] += lines
        for procedure, seconds in spans.items():
            counts.update(_times(procedure, sorted(seconds)))
    return dict(counts)


def complained(entries: Iterable[Told]) -> Counts:
    """Complaints and thanks received, and those answered, in time or late."""
    counts: Counter[Key] = Counter()
    for entry in entries:
        procedure = entry.facts.get("procedure", "")
        if entry.event == Complained.RECEIVED:
            counts[Key(measure=Measure(entry.facts["kind"]), procedure=procedure)] += 1
        elif entry.event == Complained.ANSWERED:
            counts[Key(measure=Measure.ANSWERED, procedure=procedure)] += 1
            counts[Key(measure=Measure.ANSWERED_IN_TIME, procedure=procedure)] += entry.facts["in_time"]
    return dict(counts)


def visited(figures: Figures, *, office: str = "") -> Counts:
    """The figures of an office's month, or without an office of all offices; nothing where nobody came."""
    if not figures.arrived and not figures.missed:
        return {}
    found = {
        Measure.ARRIVED: figures.arrived,
        Measure.VISITS_ATTENDED: figures.attended,
        Measure.MISSED: figures.missed,
        Measure.WAIT_MEDIAN: figures.wait_median,
        Measure.WAIT_P95: figures.wait_p95,
    }
    return {Key(measure=name, office=office): value for name, value in found.items() if value is not None}


def available(entries: Iterable[Told]) -> Counts:
    """How often the portal was asked from outside and answered, and on how many days somebody asked."""
    counts: Counter[Key] = Counter()
    for entry in entries:
        counts[Key(measure=Measure.ASKED)] += entry.facts["asked"]
        counts[Key(measure=Measure.ANSWERED_ATTEMPTS)] += entry.facts["answered"]
        counts[Key(measure=Measure.DAYS_MEASURED)] += 1
    return dict(counts)


@dataclass(frozen=True, kw_only=True)
class _Span:
    procedure: str
    seconds: int
    is_right: bool
    codes: Mapping[str, int]


def _spans(entries: Sequence[Told], one: Decided) -> Iterator[_Span]:
    begun: dict[str, datetime] = {}
    faulty: set[str] = set()
    for entry in entries:
        if entry.event in one.begins:
            begun[entry.subject] = entry.at
        elif entry.event in one.faults:
            faulty.add(entry.subject)
        elif entry.event in one.ends:
            subject = subject_of(entry, one)
            began = begun.pop(subject, None)
            if began is None or not entry.is_counted:
                continue
            right = entry.event in one.right and subject not in faulty and _has(entry.facts, one.when)
            yield _Span(
                procedure=entry.facts.get("procedure") or one.procedure,
                seconds=max(0, (entry.at - began) // timedelta(seconds=1)),
                is_right=right,
                codes=entry.facts.get(one.codes) or {} if one.codes else {},
            )


def subject_of(entry: Told, one: Decided) -> str:
    """The subject under which the ledger tells how what ends with an entry began."""
    return one.key.format(**entry.facts) if one.key else entry.subject


def _times(procedure: str, ordered: list[int]) -> Counts:
    found = {
        Measure.DECIDED: len(ordered),
        Measure.DECIDE_MEDIAN: percentile(ordered, 50),
        Measure.DECIDE_P95: percentile(ordered, 95),
    }
    return {
        Key(measure=name, procedure=procedure): value for name, value in found.items() if value is not None
    }


def _has(facts: Mapping[str, Any], asked: Mapping[str, Any]) -> bool:
    return all(facts.get(name) == value for name, value in asked.items())
