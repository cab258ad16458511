"""The public pages of figures; all of them are read from the table of facts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from afilia.kit import charts
from afilia.transparency import dictionary, showing
from afilia.transparency.policy import policy, sources
from afilia.transparency.queries import figures
from afilia.transparency.rules.months import YEAR, Month, back

DRAWN = 36  # months of a picture
CODES = 10
BATCH = "novedades-batch"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    series = figures.all_series(today=today)
    last = next(month.on for month in reversed(series[BATCH]) if month.is_over)
    first = figures.first_month()
    said = figures.months(first=back(today, YEAR - 1), last=today, measures=figures.COMPLAINTS)
    page: dict[str, Any] = {
        "month": showing.month_said(last),
        "month_url": showing.month_url(last),
        "table": showing.latest_table(series),
        "pictures": [_picture(slug, found) for slug, found in series.items() if _has_figures(found)],
        "answers": showing.answers_table([*said.values()], [*series]),
        "available": showing.availability_table(
            figures.months(first=first, last=today, measures=figures.AVAILABILITY)
        ),
        "offices": _offices(figures.months(first=last, last=last).get(last, {})),
        "months": [(showing.month_name(month.on), showing.month_url(month.on)) for month in series[BATCH]][
            ::-1
        ],
        "since": figures.since(),
    }
    return render(request, "transparency/index.html", page)


@require_safe
def procedure(request: HttpRequest, slug: str) -> HttpResponse:
    if slug not in figures.slugs():
        raise Http404
    today = timezone.localdate()
    series = figures.all_series(today=today)[slug]
    months = figures.months(first=figures.first_month(), last=today, procedure=slug)
    recent = [counts for on, counts in months.items() if on >= back(today, YEAR - 1)]
    source, source_on = sources()
    page: dict[str, Any] = {
        "slug": slug,
        "name": showing.name_of(slug),
        "picture": _picture(slug, series)["svg"] if _has_figures(series) else "",
        "table": showing.series_table(series),
        "service": showing.service_by_month(months, slug),
        "answers": showing.answers_by_month(months, slug),
        "rejections": showing.rejections_table(recent, slug=slug, most=CODES),
        "source": source,
        "source_on": source_on,
    }
    return render(request, "transparency/procedure.html", page)


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    today = timezone.localdate()
    on = figures.month_of(month, today=today)
    if on is None:
        raise Http404
    found = _of_month(figures.all_series(today=today), on)
    counts = figures.months(first=on, last=on).get(on, {})
    slugs = [*found]
    page: dict[str, Any] = {
        "slug": month,
        "name": showing.month_name(on),
        "said": showing.month_said(on),
        "is_over": found[slugs[0]].is_over,
        "table": showing.procedures_table(found),
        "starts_on": next((told.since for told in found.values() if told.since), None),
        "step": policy().place_step,
        "service": showing.service_by_procedure(counts, slugs),
        "answers": showing.answers_table([counts], slugs),
        "rejections": showing.rejections_table([counts], most=CODES),
        "offices": _offices(counts),
        "provinces": showing.provinces_table(counts),
        "available": showing.availability_table({on: counts}),
    }
    return render(request, "transparency/month.html", page)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    page = {
        "files": [*dictionary.FILES.values()],
        "measures": dictionary.MEASURED.items(),
        "since": figures.since(),
    }
    return render(request, "transparency/data.html", page)


def _of_month(series: Mapping[str, list[Month]], on: date) -> dict[str, Month]:
    return {slug: next(month for month in months if month.on == on) for slug, months in series.items()}


def _offices(counts: figures.Counts) -> showing.Table:
    codes = {key.office for key in counts if key.office}
    return showing.offices_table(counts, figures.offices(codes))


def _has_figures(months: list[Month]) -> bool:
    """Whether there is anything to draw."""
    return any(month.is_over and month.attended for month in months)


def _picture(slug: str, months: list[Month]) -> dict[str, Any]:
    drawn = [month for month in months if month.is_over][-DRAWN:]
    values = {showing.month_short(month.on): month.attended if month.is_known else None for month in drawn}
    title = gettext("Atenciones por mes: %(procedure)s") % {"procedure": showing.name_of(slug)}
    return {
        "slug": slug,
        "name": showing.name_of(slug),
        "svg": _bars(slug, title, values, every=max(1, len(values) // 4)),
        "table": showing.series_table(drawn),
    }


def _bars(id_: str, title: str, values: Mapping[str, int | None], *, every: int) -> str:
    known = {label: value for label, value in values.items() if value is not None}
    top = max(known, key=lambda label: known[label])
    about = gettext("De %(least)s a %(most)s; lo más alto, en %(top)s. Los números están en la tabla.") % {
        "least": showing.number(min(known.values())),
        "most": showing.number(known[top]),
        "top": top,
    }
    if len(known) < len(values):
        about += " " + gettext("De los meses sin barra no se publicó nada.")
    return charts.bars(
        id=f"chart-{id_}",
        title=title,
        about=about,
        labels=[*values],
        series={gettext("Atenciones"): [*values.values()]},
        every=every,
    )
