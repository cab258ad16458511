"""The figures of an office's days: from the ledger, and as they were written down when the day was closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from afilia.attendance.models import DayFigure, OfficeDay
from afilia.attendance.rules import figures
from afilia.attendance.rules.figures import Figures, Told
from afilia.audit.models import Entry
from afilia.offices.models import Office

FIELDS = tuple(Figures.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class DayFigures:
    """The figures of a date, by procedure and of all; `is_closed` is false while they may still grow."""

    on: date
    is_closed: bool
    all: Figures
    by_procedure: dict[str, Figures]


def from_ledger(office_code: str, on: date) -> dict[str, Figures]:
    """The figures by procedure, and of all under the empty one, from nothing but the ledger."""
    entries = Entry.objects.filter(subject=figures.subject(office_code, on.isoformat())).order_by("pk")
    return figures.of_day(
        Told(event=event, at=at, facts=facts)
        for event, at, facts in entries.values_list("event", "at", "facts").iterator()
    )


def for_office(office: Office, *, from_on: date, to_on: date) -> Sequence[DayFigures]:
    """The days of an office with something to tell, the latest first; days not closed as they stand."""
    days = OfficeDay.objects.filter(office=office, on__range=(from_on, to_on)).order_by("-on")
    return [_of_day(office, day) for day in days.prefetch_related("figures")]


def written(day: OfficeDay) -> dict[str, Figures]:
    """What was written down of a closed day, by procedure and of all."""
    return {row.procedure: _figures(row) for row in day.figures.all()}


def _of_day(office: Office, day: OfficeDay) -> DayFigures:
    found = written(day) if day.closed_at else from_ledger(office.code, day.on)
    return DayFigures(
        on=day.on,
        is_closed=day.closed_at is not None,
        all=found[figures.ALL],
        by_procedure={slug: found[slug] for slug in sorted(found) if slug != figures.ALL},
    )


def _figures(row: DayFigure) -> Figures:
    return Figures(**{name: getattr(row, name) for name in FIELDS})
