"""The labour history of one worker in words: employments, pay over time, novedades."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format, number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from afilia.kit import charts
from afilia.novedades.catalogue import wording
from afilia.novedades.models import Filing, Novedad
from afilia.novedades.queries import Recorded
from afilia.novedades.reader import say_amount, say_day
from afilia.novedades.rules.acts import HISTORY
from afilia.novedades.rules.deadlines import PERIOD_END, due_after
from afilia.novedades.rules.fields import NO_DATE
from afilia.novedades.rules.layouts import Context, Effect, Field, Kind, Layout
from afilia.workers.models import Employment, Person

PAYING = (Effect.ENTRY, Effect.PAY)  # of one month, the later in this list counts


@dataclass(frozen=True, kw_only=True)
class Row:
    """One novedad as it is told."""

    kind: str
    name: str
    period: date  # its first day
    branch: str
    content: tuple[tuple[str, str], ...]  # name of the field, value
    filing: Filing
    linked: bool
    days_late: int | None  # zero or less: in time; None where no rule says when it was due
    replaced_by: Filing | None
    annulled: bool  # it takes what it is about out of force
    line: int  # of the filing
    may_change: bool  # there is a form for it


@dataclass(frozen=True, kw_only=True)
class Pay:
    """What a worker earns from a month on."""

    since: date
    employment_id: int
    branch: str
    amount: Decimal  # US$
    row: Row


@dataclass(frozen=True, kw_only=True)
class Place:
    """One employment and the pay in force in it; None when it is over or nothing says it."""

    employment: Employment
    active: bool
    pay: Pay | None


@dataclass(frozen=True, kw_only=True)
class Duty:
    """Something that is to be filed about a worker until a day; `name` is that of the type of novedad."""

    novedad: str
    name: str
    month: date | None  # of changes that the duty is about; None where the day `days` after an event counts
    until: date | None
    days: int


@dataclass(frozen=True, kw_only=True)
class WorkerPage:
    person: Person
    places: tuple[Place, ...]
    duties: tuple[Duty, ...]  # while the worker is active
    reserve_from: date | None  # the month from which reserve funds are due, of an active worker
    pays: tuple[Pay, ...]  # latest first
    rows: tuple[Row, ...]  # latest first
    several_branches: bool


def page(
    employments: list[Employment], recorded: list[Recorded], context: Context, language: str
) -> WorkerPage:
    """Tell the history of one person's employments, of which there is at least one, both latest first."""
    rows = tuple(_row(one, context, language) for one in recorded)
    pays: dict[int, list[Pay]] = {employment.pk: [] for employment in employments}
    for one, row in zip(recorded, rows, strict=True):
        layout = context.catalogue.layouts.get(one.novedad.kind)
        in_force = not (one.replaced_by or one.novedad.annulled)
        if layout and layout.effect in PAYING and one.novedad.amount is not None and in_force:
            employment_id = one.novedad.employment_id
            pays[employment_id].append(
                Pay(
                    since=row.period,
                    employment_id=employment_id,
                    branch=row.branch,
                    amount=one.novedad.amount,
                    row=row,
                )
            )
    order = [
        kind
        for effect in PAYING
        for kind, layout in context.catalogue.layouts.items()
        if layout.effect is effect
    ]
    for those in pays.values():
        those.sort(key=lambda pay: (pay.since, order.index(pay.row.kind)), reverse=True)
    places = tuple(_place(employment, pays[employment.pk], context.today) for employment in employments)
    active = any(place.active for place in places)
    return WorkerPage(
        person=employments[0].person,
        places=places,
        duties=tuple(_duties(context, language)) if active else (),
        reserve_from=_reserve_from(employments, context) if active else None,
        pays=tuple(pay for employment in employments for pay in pays[employment.pk]),
        rows=rows,
        several_branches=len({employment.branch_id for employment in employments}) > 1,
    )


def _place(employment: Employment, pays: list[Pay], today: date) -> Place:
    active = not employment.annulled and (employment.left_on is None or employment.left_on >= today)
    in_force = next((pay for pay in pays if pay.since <= today), None) if active else None
    return Place(employment=employment, active=active, pay=in_force)


def _duties(context: Context, language: str) -> Iterator[Duty]:
    for novedad, layout in context.catalogue.layouts.items():
        rule = context.catalogue.deadlines.get(novedad)
        if rule and layout.effect in {Effect.PAY, Effect.EXIT}:
            month = context.today.replace(day=1) if rule.base == PERIOD_END else None
            yield Duty(
                novedad=novedad,
                name=layout.name[language],
                month=month,
                until=due_after(layout, context, day=month) if month else None,
                days=rule.days,
            )


def _reserve_from(employments: list[Employment], context: Context) -> date:
    """The first day of the month from which reserve funds are due: counted from the first entry."""
    entered = min(employment.entered_on for employment in employments if not employment.annulled)
    months = entered.year * 12 + entered.month - 1 + context.catalogue.reserve_from_month - 1
    return date(months // 12, months % 12 + 1, 1)


def pictures(worker: WorkerPage, today: date) -> list[SafeString]:
    """The pay over time, one picture for each employment in which it changed."""
    drawn = []
    for place in reversed(worker.places):
        entered, left = place.employment.entered_on, place.employment.left_on
        branch = place.employment.branch.number
        of_place = [pay for pay in worker.pays if pay.employment_id == place.employment.pk]
        # Of one month the change counts, not the entry: the latest come first.
        points = sorted({pay.since: pay.amount for pay in reversed(of_place)}.items())
        if len(points) > 1:
            title = gettext("Sueldo en la sucursal %(branch)s desde el %(day)s")
            about = gettext("De US$ %(first)s a US$ %(last)s. La tabla que sigue trae cada cambio.")
            drawn.append(
                charts.steps(
                    id=f"sueldo-{place.employment.pk}",
                    title=title % {"branch": branch, "day": say_day(entered)},
                    about=about
                    % {"first": number_format(points[0][1], 2), "last": number_format(points[-1][1], 2)},
                    points=points,
                    until=left or today,
                )
            )
    return drawn


def _row(one: Recorded, context: Context, language: str) -> Row:
    novedad = one.novedad
    layout = context.catalogue.layouts.get(novedad.kind)
    due = novedad.due_on
    return Row(
        kind=novedad.kind,
        name=layout.name[language] if layout else novedad.kind,
        period=_month(novedad.period),
        branch=novedad.employment.branch.number,
        content=tuple(content(one.said, layout, language)) if layout else (),
        filing=novedad.filing,
        linked=one.linked,
        days_late=(one.first_filed_on - due).days if due else None,
        replaced_by=one.replaced_by,
        annulled=novedad.annulled,
        line=novedad.line,
        may_change=layout is not None and layout.effect in HISTORY,
    )


def content(novedad: Novedad, layout: Layout, language: str) -> Iterator[tuple[str, str]]:
    """The fields of a novedad that say something: name and value in words."""
    labels, details = wording()["label"], novedad.details or {}
    for field in layout.body:
        value = novedad.amount if field.name == layout.amount else details.get(field.name)
        if value not in {None, "", NO_DATE}:
            yield labels[field.name][language], _in_words(field, value, language)


def _in_words(field: Field, value: Any, language: str) -> str:
    if field.kind is Kind.DATE:
        return say_day(date.fromisoformat(value))
    if field.kind is Kind.AMOUNT:
        return say_amount(value)
    if field.kind is Kind.RANGE:
        first, last = (datetime.strptime(part, "%Y-%m") for part in (value[:7], value[-7:]))  # noqa: DTZ007
        months = [date_format(month, "YEAR_MONTH_FORMAT") for month in (first, last)]
        return months[0] if first == last else " – ".join(months)
    if field.codes:
        meaning = field.codes.values.get(value, {}).get(language, value)
        return meaning if meaning == value else f"{meaning} ({value})"
    return str(value)


def _month(period: int) -> date:
    return date(period // 100, period % 100, 1)
