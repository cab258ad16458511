"""The facts of the months, made from the ledger."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from afilia.attendance.rules import figures
from afilia.transparency import queries
from afilia.transparency.models import Build, MonthlyFact
from afilia.transparency.policy import edition, policy
from afilia.transparency.rules import counting
from afilia.transparency.rules.counting import Counts
from afilia.transparency.rules.months import after

DAY = timedelta(days=1)


@transaction.atomic
def build(*, now: datetime) -> list[date]:
    """Make the facts of the months that entries tell of which are not known yet; the result is the months.

    Where something else counts than when they were made, all of them are made again. Two at once wait for one
    another, and the second finds nothing left to do.
    """
    known = _known()
    if known.edition != edition():
        _forget(known)
    head = queries.head()
    months = queries.months_since(known.mark, until=head)
    for month in months:
        _write(month)
    days = (known.begins_on, queries.first_day(known.mark, until=head))
    known.begins_on = min((day for day in days if day), default=None)
    known.mark, known.edition, known.built_at = head, edition(), now
    known.save()
    return months


@transaction.atomic
def rebuild(*, now: datetime) -> bool:
    """Forget all facts and make them again from nothing but the ledger; whether they were others before."""
    before = queries.all_facts()
    _forget(_known())
    build(now=now)
    return queries.all_facts() != before


def _known() -> Build:
    """How far the facts are, held against all others who make them."""
    Build.objects.get_or_create(pk=1)
    return Build.objects.select_for_update().get(pk=1)


def _forget(known: Build) -> None:
    MonthlyFact.objects.all().delete()
    known.mark, known.begins_on = 0, None
    known.save()


def _write(month: date) -> None:
    MonthlyFact.objects.filter(month=month).delete()
    MonthlyFact.objects.bulk_create(
        MonthlyFact(
            month=month,
            measure=key.measure,
            procedure=key.procedure,
            province=key.province,
            office=key.office,
            code=key.code,
            value=value,
        )
        for key, value in _count(month).items()
    )


def _count(month: date) -> Counts:
    told, rules = queries.of_month(month), policy()
    return {
        **counting.attended(told, rules),
        **counting.complained(told),
        **counting.decided(queries.decisions_of(month), rules),
        **_visited(month),
        **counting.available(queries.by_subject(f"availability:{on}" for on in _days(month))),
    }


def _visited(month: date) -> Counts:
    """The figures of each office, and of all."""
    codes = queries.office_codes()
    days = {figures.subject(code, on.isoformat()): code for code in codes for on in _days(month)}
    entries: dict[str, list[figures.Told]] = defaultdict(list)
    for entry in queries.by_subject(days):
        entries[entry.subject].append(figures.Told(event=entry.event, at=entry.at, facts=entry.facts))
    counts = counting.visited(figures.of_days(entries.values()))
    for code in codes:
        own = [told for day, told in entries.items() if days[day] == code]
        counts |= counting.visited(figures.of_days(own), office=code)
    return counts


def _days(month: date) -> Iterator[date]:
    on = month
    while on < after(month):
        yield on
        on += DAY
