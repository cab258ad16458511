"""What the ledger tells of a month."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from django.db import connection
from django.db.models import Min, QuerySet
from django.utils import timezone

from afilia.attendance.rules.figures import Event
from afilia.audit.models import Entry
from afilia.offices.models import Office
from afilia.transparency.models import MonthlyFact
from afilia.transparency.policy import policy
from afilia.transparency.rules.counting import AVAILABILITY, Complained, Told, subject_of
from afilia.transparency.rules.months import after

FIELDS = ("event", "subject", "at", "facts")
OF_A_DAY = "^(?:attendance:.*|availability):([0-9]{4}-[0-9]{2}-[0-9]{2})$"  # subjects that say their day

MONTHS = """
SELECT DISTINCT date_trunc('month', coalesce(
    substring(subject FROM %(of_a_day)s)::date, (at AT TIME ZONE %(zone)s)::date
))::date
FROM audit_entry WHERE id > %(mark)s AND id <= %(head)s AND event = ANY(%(events)s) ORDER BY 1
"""


def head() -> int:
    """The last entry of the ledger, 0 while there is none; they become visible in the order of their ids."""
    return Entry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def first_day(mark: int, *, until: int) -> date | None:
    """The earliest day of the entries after one and up to another: what came in later may tell of before."""
    first = Entry.objects.filter(pk__gt=mark, pk__lte=until).aggregate(first=Min("at"))["first"]
    return timezone.localdate(first) if first else None


def months_since(mark: int, *, until: int) -> list[date]:
    """The months, by their first days, that entries tell of which came after one entry and up to another."""
    with connection.cursor() as cursor:
        cursor.execute(
            MONTHS,
            {
                "of_a_day": OF_A_DAY,
                "zone": timezone.get_default_timezone_name(),
                "mark": mark,
                "head": until,
                "events": sorted(_counted() | _decisions() | {*Event, AVAILABILITY}),
            },
        )
        return [month for (month,) in cursor.fetchall()]


def of_month(month: date) -> list[Told]:
    """The entries of a month that count by themselves, in their order."""
    return [_told(entry) for entry in _within(month, _counted()).values_list(*FIELDS).iterator()]


def decisions_of(month: date) -> list[Told]:
    """All entries about what was decided in a month, from its beginning, in their order."""
    rules = policy().decided
    ends = [
        (entry, _told(entry))
        for entry in _within(month, {event for one in rules for event in one.ends}).values_list(*FIELDS)
    ]
    subjects = {told.subject for _entry, told in ends}
    subjects |= {
        subject_of(told, one) for _entry, told in ends for one in rules if one.key and told.event in one.ends
    }
    first, last = _bounds(month)
    entries = Entry.objects.filter(subject__in=subjects, event__in=_decisions(), at__lt=last).order_by("pk")
    return [_told(entry, is_counted=entry[2] >= first) for entry in entries.values_list(*FIELDS).iterator()]


def by_subject(subjects: Iterable[str]) -> list[Told]:
    """The entries about some subjects, in their order."""
    entries = Entry.objects.filter(subject__in=[*subjects]).order_by("pk")
    return [_told(entry) for entry in entries.values_list(*FIELDS).iterator()]


def office_codes() -> list[str]:
    """Of all offices that ever were."""
    return [*Office.objects.order_by("code").values_list("code", flat=True)]


def all_facts() -> Sequence[tuple[object, ...]]:
    """Every fact of every month, in one order."""
    names = ("month", "measure", "procedure", "province", "office", "code", "value")
    return [*MonthlyFact.objects.order_by(*names).values_list(*names)]


def _counted() -> set[str]:
    return {one.event for one in policy().attended} | {*Complained}


def _decisions() -> set[str]:
    return {event for one in policy().decided for event in one.events}


def _bounds(month: date) -> tuple[datetime, datetime]:
    zone = timezone.get_default_timezone()
    return (
        datetime.combine(month, time.min, tzinfo=zone),
        datetime.combine(after(month), time.min, tzinfo=zone),
    )


def _within(month: date, events: set[str]) -> QuerySet[Entry]:
    first, last = _bounds(month)
    return Entry.objects.filter(at__gte=first, at__lt=last, event__in=events).order_by("pk")


def _told(entry: tuple[object, ...], *, is_counted: bool = True) -> Told:
    event, subject, at, facts = entry
    return Told(event=event, subject=subject, at=at, facts=facts, is_counted=is_counted)  # type: ignore[arg-type]
