"""What an employer must do, until when, and by which rule."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from afilia.novedades.rules.deadlines import PERIOD_END, due_after
from afilia.novedades.rules.layouts import Context

MONTHS_AHEAD = 6
LATE_FOR = timedelta(days=7)  # in which a warning about what was missed still goes out


class Kind(StrEnum):
    NOVEDADES = "novedades"  # of a month
    CONTRIBUTIONS = "contributions"  # of a month


class When(StrEnum):
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, kw_only=True)
class Contributions:
    day: int  # of the next month
    source: str


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something that is due on a day, the day included, about a month (its first day)."""

    kind: Kind
    month: date
    on: date
    source: str
    novedades: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class EventRule:
    """A novedad that is due some days after what it tells of."""

    novedad: str
    days: int
    source: str


def dues(context: Context, contributions: Contributions, *, months_back: int) -> list[Due]:
    """What is due about the months from some before this one to MONTHS_AHEAD after it, by day."""
    now = context.today.year * 12 + context.today.month - 1
    months = [date(at // 12, at % 12 + 1, 1) for at in range(now - months_back, now + MONTHS_AHEAD + 1)]
    found = [due for month in months for due in _of_month(month, context, contributions)]
    return sorted(found, key=lambda due: (due.on, due.kind))


def _of_month(month: date, context: Context, contributions: Contributions) -> Iterator[Due]:
    by_day: dict[tuple[date, str], list[str]] = {}
    for novedad, layout in context.catalogue.layouts.items():
        rule = context.catalogue.deadlines.get(novedad)
        if rule and rule.base == PERIOD_END and not layout.retired:
            on = due_after(layout, context, day=month)
            if on:
                by_day.setdefault((on, rule.source), []).append(novedad)
    for (on, source), novedades in by_day.items():
        yield Due(kind=Kind.NOVEDADES, month=month, on=on, source=source, novedades=tuple(novedades))
    following = date(month.year + month.month // 12, month.month % 12 + 1, contributions.day)
    yield Due(kind=Kind.CONTRIBUTIONS, month=month, on=following, source=contributions.source)


def event_rules(context: Context) -> list[EventRule]:
    """The novedades whose days are counted from what they tell of: entries, exits, arrears."""
    return [
        EventRule(novedad=novedad, days=rule.days, source=rule.source)
        for novedad, rule in context.catalogue.deadlines.items()
        if rule.base != PERIOD_END and novedad in context.catalogue.layouts
    ]


def warnings_on(today: date, due: Due, *, before: int, after: int) -> When | None:
    """The warning for which a day is right; `before` and `after` are days, and zero sends none."""
    left = (due.on - today).days
    if before and 0 <= left <= before:
        return When.BEFORE
    missed = after and due.kind is Kind.NOVEDADES and after <= -left < after + LATE_FOR.days
    return When.AFTER if missed else None
