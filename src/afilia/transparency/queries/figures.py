"""The figures that everybody may see."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.transparency.models import Build, MonthlyFact
from afilia.transparency.policy import policy, published
from afilia.transparency.rules import small
from afilia.transparency.rules.counting import Key, Measure, Published
from afilia.transparency.rules.months import Month, after, first_of, series

Counts = Mapping[Key, int]
COUNTED_AT_OFFICES = frozenset({Measure.ARRIVED, Measure.VISITS_ATTENDED, Measure.MISSED})
WAITS = frozenset({Measure.WAIT_MEDIAN, Measure.WAIT_P95})
AVAILABILITY = frozenset({Measure.ASKED, Measure.ANSWERED_ATTEMPTS, Measure.DAYS_MEASURED})
COMPLAINTS = frozenset({Measure.COMPLAINTS, Measure.THANKS, Measure.ANSWERED, Measure.ANSWERED_IN_TIME})


@dataclass(frozen=True, kw_only=True)
class Since:
    """Since when the ledger is counted, and up to when."""

    begins_on: date | None
    built_at: datetime | None


def since() -> Since:
    build = Build.objects.filter(pk=1).first()
    return Since(begins_on=build.begins_on if build else None, built_at=build.built_at if build else None)


def slugs() -> list[str]:
    """The procedures with figures, in the order of the catalogue."""
    return [*load().procedures]


def first_month() -> date:
    """The first month that any sheet tells of."""
    return min(min(table) for table in published().values())


def month_of(text: str, *, today: date) -> date | None:
    """The first day of the month that is written as `2026-05`; None where there are no figures of it."""
    try:
        on = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return on if first_month() <= on <= today else None


def all_series(*, today: date) -> dict[str, list[Month]]:
    """Attentions and complaints of every procedure in every month, none left out."""
    counted: dict[str, dict[date, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    facts = MonthlyFact.objects.filter(
        measure__in=[Measure.ATTENDED, Measure.COMPLAINTS], province="", office="", code=""
    )
    for slug, month, measure, value in facts.values_list("procedure", "month", "measure", "value"):
        counted[slug][month][measure] = value
    begins_on = since().begins_on
    return {
        slug: series(
            published().get(slug, {}),
            {
                month: Published(
                    attended=told.get(Measure.ATTENDED, 0), complaints=told.get(Measure.COMPLAINTS, 0)
                )
                for month, told in counted[slug].items()
            },
            first=first_month(),
            ledger_from=begins_on,
            today=today,
        )
        for slug in slugs()
    }


def months(
    *, first: date, last: date, measures: Collection[Measure] = (), procedure: str = ""
) -> dict[date, Counts]:
    """What is shown of each month of a stretch, by its first day: all, or some measures, or one procedure."""
    rows = MonthlyFact.objects.filter(month__gte=first_of(first), month__lt=after(last))
    if measures:
        rows = rows.filter(measure__in=measures)
    if procedure:
        rows = rows.filter(procedure=procedure)
    facts: dict[date, dict[Key, int]] = defaultdict(dict)
    names = ("measure", "procedure", "province", "office", "code")
    for row in rows.order_by("month", *names).values("month", "value", *names):
        month, value, measure = row.pop("month"), row.pop("value"), Measure(row.pop("measure"))
        facts[month][Key(measure=measure, **row)] = value
    return {month: _shown(counts) for month, counts in facts.items()}


def offices(codes: Iterable[str]) -> dict[str, Office]:
    """Offices by their codes."""
    return {office.code: office for office in Office.objects.filter(code__in=[*codes])}


def _shown(counts: Mapping[Key, int]) -> Counts:
    """The figures of a month: those of places in whole steps, and nothing of where few were attended."""
    step = policy().place_step
    shown = {}
    for key, value in counts.items():
        attended = Key(measure=Measure.VISITS_ATTENDED, office=key.office)
        if key.province or (key.office and key.measure in COUNTED_AT_OFFICES):
            told = small.shown(value, step=step)
        elif key.measure in COUNTED_AT_OFFICES:  # of all offices, which may be one
            told = value if value >= step else None
        elif key.measure in WAITS:
            told = value if counts.get(attended, 0) >= step else None
        else:
            told = value
        if told is not None:
            shown[key] = told
    return shown
