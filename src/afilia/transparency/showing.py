"""The figures as tables and words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format, localize
from django.utils.translation import get_language, gettext, gettext_lazy, ngettext

from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken
from afilia.transparency.policy import policy
from afilia.transparency.queries.figures import Counts
from afilia.transparency.rules.counting import Key, Measure
from afilia.transparency.rules.months import Month, Source

NOTHING = "–"
SOURCES = {
    Source.SHEET: gettext_lazy("Ficha oficial del trámite"),
    Source.LEDGER: gettext_lazy("Registro del portal"),
    Source.NONE: gettext_lazy("Sin datos: no se publicó ninguno"),
}
MINUTE, HOUR, DAY = 60, 60 * 60, 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Row:
    name: str
    cells: Sequence[str]
    href: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table whose first column names the rows; `heads` are those of all columns."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Row] = field(default_factory=list)
    nothing: str = NOTHING  # what a cell says of which there is nothing to say

    @property
    def lines(self) -> list[tuple[Row, list[tuple[str, str]]]]:
        """Each row with its cells, each of these with the head of its column."""
        return [(row, [*zip(self.heads[1:], row.cells, strict=True)]) for row in self.rows]


def name_of(slug: str) -> str:
    return spoken(load().procedures[slug].name)


def month_said(on: date) -> str:
    """«mayo de 2026», as within a sentence."""
    return _in_sentence(date_format(on, gettext("F \\d\\e Y")))


def month_short(on: date) -> str:
    """«may 2026»."""
    return _in_sentence(date_format(on, "M Y"))


def _in_sentence(month: str) -> str:
    return month if get_language() == "en" else month.lower()


def month_name(on: date) -> str:
    """«Mayo de 2026»."""
    text = month_said(on)
    return text[:1].upper() + text[1:]


def lasting(seconds: int | None) -> str:
    """A time in its two largest units."""
    if seconds is None:
        return NOTHING
    if seconds < MINUTE:
        return gettext("%(s)s s") % {"s": seconds}
    if seconds < HOUR:
        return gettext("%(min)s min %(s)s s") % {"min": seconds // MINUTE, "s": seconds % MINUTE}
    if seconds < DAY:
        return gettext("%(h)s h %(min)s min") % {"h": seconds // HOUR, "min": seconds % HOUR // MINUTE}
    days = seconds // DAY
    return ngettext("%(days)s día %(h)s h", "%(days)s días %(h)s h", days) % {
        "days": localize(days),
        "h": seconds % DAY // HOUR,
    }


def share(part: int | None, of: int | None) -> str:
    """Per cent with a decimal, rounded down: what is short of all is never written as all."""
    if not of or part is None:
        return NOTHING
    return f"{localize(part * 1000 // of / 10)}\N{NO-BREAK SPACE}%"


def number(value: int | None) -> str:
    return NOTHING if value is None else str(localize(value))


def placed(value: int | None) -> str:
    """A figure of a place: what is not told is too small."""
    return (
        gettext("menos de %(least)s") % {"least": policy().place_step} if (value is None) else number(value)
    )


def month_url(on: date) -> str:
    return reverse("transparency:month", args=[f"{on:%Y-%m}"])


def of(counts: Counts, measure: Measure, procedure: str = "", **place: str) -> int | None:
    return counts.get(Key(measure=measure, procedure=procedure, **place))


def series_table(months: Sequence[Month]) -> Table:
    """The table of the sheets, the latest month first."""
    return Table(
        caption=gettext("Atenciones y quejas por mes"),
        heads=[gettext("Mes"), gettext("Atenciones"), gettext("Quejas"), gettext("Fuente")],
        rows=[
            Row(
                name=month_name(month.on),
                href=month_url(month.on),
                cells=[number(month.attended), number(month.complaints), source_of(month)],
            )
            for month in reversed(months)
        ],
    )


def source_of(month: Month) -> str:
    text = str(SOURCES[month.source])
    if month.since:
        text = gettext("%(source)s, desde el día %(day)s") % {"source": text, "day": month.since.day}
    return text if month.is_over else gettext("%(source)s, mes en curso") % {"source": text}


def latest_table(series: Mapping[str, Sequence[Month]]) -> Table:
    """Of each procedure the last month that is over and of which there are figures."""
    rows = []
    for slug, months in series.items():
        last = next((month for month in reversed(months) if month.is_over and month.is_known), None)
        rows.append(
            Row(
                name=name_of(slug),
                href=reverse("transparency:procedure", args=[slug]),
                cells=[month_name(last.on), number(last.attended), number(last.complaints), source_of(last)]
                if last
                else [NOTHING, NOTHING, NOTHING, str(SOURCES[Source.NONE])],
            )
        )
    return Table(
        caption=gettext("Lo último de cada trámite"),
        heads=[
            gettext("Trámite"),
            gettext("Mes"),
            gettext("Atenciones"),
            gettext("Quejas"),
            gettext("Fuente"),
        ],
        rows=rows,
    )


def procedures_table(months: Mapping[str, Month]) -> Table:
    """Attentions and complaints of one month, by procedure."""
    return Table(
        caption=gettext("Atenciones y quejas por trámite"),
        heads=[gettext("Trámite"), gettext("Atenciones"), gettext("Quejas"), gettext("Fuente")],
        rows=[
            Row(
                name=name_of(slug),
                href=reverse("transparency:procedure", args=[slug]),
                cells=[number(month.attended), number(month.complaints), source_of(month)],
            )
            for slug, month in months.items()
        ],
    )


SERVICE = (
    gettext_lazy("Decididos"),
    gettext_lazy("La mitad tardó hasta"),
    gettext_lazy("95 de cada 100 tardaron hasta"),
    gettext_lazy("Bien al primer intento"),
    gettext_lazy("En línea"),
)


def service_cells(counts: Counts, slug: str) -> list[str]:
    return [
        number(of(counts, Measure.DECIDED, slug)),
        lasting(of(counts, Measure.DECIDE_MEDIAN, slug)),
        lasting(of(counts, Measure.DECIDE_P95, slug)),
        share(of(counts, Measure.FIRST_TRY, slug), of(counts, Measure.FIRST_TRY_OF, slug)),
        share(of(counts, Measure.ATTENDED_ONLINE, slug) or 0, of(counts, Measure.ATTENDED, slug)),
    ]


def service_by_procedure(counts: Counts, slugs: Iterable[str]) -> Table:
    return Table(
        caption=gettext("Tiempo de respuesta, primer intento y uso en línea, por trámite"),
        heads=[gettext("Trámite"), *map(str, SERVICE)],
        rows=[
            Row(name=name_of(slug), cells=service_cells(counts, slug))
            for slug in slugs
            if _is_service(counts, slug)
        ],
    )


def service_by_month(months: Mapping[date, Counts], slug: str) -> Table:
    return Table(
        caption=gettext("Tiempo de respuesta, primer intento y uso en línea, por mes"),
        heads=[gettext("Mes"), *map(str, SERVICE)],
        rows=[
            Row(name=month_name(on), href=month_url(on), cells=service_cells(counts, slug))
            for on, counts in sorted(months.items(), reverse=True)
            if _is_service(counts, slug)
        ],
    )


def _is_service(counts: Counts, slug: str) -> bool:
    return bool(of(counts, Measure.DECIDED, slug) or of(counts, Measure.ATTENDED, slug))


SAID = (Measure.COMPLAINTS, Measure.THANKS, Measure.ANSWERED, Measure.ANSWERED_IN_TIME)
ANSWERS = (
    gettext_lazy("Quejas"),
    gettext_lazy("Agradecimientos"),
    gettext_lazy("Respondidos"),
    gettext_lazy("Respondidos a tiempo"),
)


def answers_cells(months: Sequence[Counts], slug: str) -> list[str]:
    """Complaints and thanks through the portal over some months, and what was answered."""
    sums = {measure: sum(of(counts, measure, slug) or 0 for counts in months) for measure in SAID}
    in_time = share(sums[Measure.ANSWERED_IN_TIME], sums[Measure.ANSWERED])
    return [*(number(sums[measure]) for measure in SAID[:-1]), in_time]


def answers_table(months: Sequence[Counts], slugs: Iterable[str]) -> Table:
    return Table(
        caption=gettext("Quejas y agradecimientos recibidos en el portal"),
        heads=[gettext("Trámite"), *map(str, ANSWERS)],
        rows=[
            Row(name=name_of(slug), cells=answers_cells(months, slug))
            for slug in slugs
            if any(_is_said(counts, slug) for counts in months)
        ],
    )


def answers_by_month(months: Mapping[date, Counts], slug: str) -> Table:
    return Table(
        caption=gettext("Quejas y agradecimientos recibidos en el portal, por mes"),
        heads=[gettext("Mes"), *map(str, ANSWERS)],
        rows=[
            Row(name=month_name(on), href=month_url(on), cells=answers_cells([counts], slug))
            for on, counts in sorted(months.items(), reverse=True)
            if _is_said(counts, slug)
        ],
    )


def _is_said(counts: Counts, slug: str) -> bool:
    return any(of(counts, measure, slug) for measure in SAID)


def provinces_table(counts: Counts) -> Table:
    found = [key for key in counts if key.province]
    return Table(
        caption=gettext("Atenciones por provincia"),
        heads=[gettext("Trámite y provincia"), gettext("Atenciones")],
        rows=[
            Row(name=f"{name_of(key.procedure)}: {PROVINCES[key.province]}", cells=[number(counts[key])])
            for key in sorted(found, key=lambda key: (key.procedure, PROVINCES[key.province]))
        ],
    )


OFFICE = (Measure.ARRIVED, Measure.VISITS_ATTENDED, Measure.MISSED)


def offices_table(counts: Counts, offices: Mapping[str, Office]) -> Table:
    """Waits and no-shows; all offices together come last."""
    codes = sorted({key.office for key in counts if key.office}, key=lambda code: offices[code].name)
    everywhere = [""] if of(counts, Measure.ARRIVED) is not None else []
    return Table(
        caption=gettext("Esperas y ausencias en las oficinas"),
        heads=[
            gettext("Oficina"),
            gettext("Llegaron"),
            gettext("Atendidas"),
            gettext("No se presentaron"),
            gettext("La mitad esperó hasta"),
            gettext("95 de cada 100 esperaron hasta"),
        ],
        rows=[
            Row(
                name=f"{offices[code].name}, {offices[code].city}" if code else gettext("Todas las oficinas"),
                cells=[
                    *(placed(of(counts, measure, office=code)) for measure in OFFICE),
                    lasting(of(counts, Measure.WAIT_MEDIAN, office=code)),
                    lasting(of(counts, Measure.WAIT_P95, office=code)),
                ],
            )
            for code in [*codes, *everywhere]
        ],
    )


def rejections_table(months: Iterable[Counts], *, most: int, slug: str = "") -> Table:
    """The codes for which most lines of files were rejected, of one procedure or all; most frequent first."""
    sums: dict[str, int] = {}
    for counts in months:
        for key, value in counts.items():
            if key.measure is Measure.REJECTIONS and slug in {"", key.procedure}:
                sums[key.code] = sums.get(key.code, 0) + value
    ranked = sorted(sums.items(), key=lambda found: (-found[1], found[0]))[:most]
    total = sum(sums.values())
    return Table(
        caption=gettext("Motivos de rechazo más frecuentes en los archivos"),
        heads=[gettext("Código"), gettext("Hallazgos"), gettext("Del total")],
        rows=[
            Row(
                name=code,
                href=reverse("novedades:finding", args=[code]),
                cells=[number(found), share(found, total)],
            )
            for code, found in ranked
        ],
    )


def availability_table(months: Mapping[date, Counts]) -> Table:
    return Table(
        caption=gettext("Disponibilidad del portal, por mes"),
        heads=[
            gettext("Mes"),
            gettext("Disponible"),
            gettext("Veces que se preguntó"),
            gettext("Sin respuesta"),
            gettext("Días medidos"),
        ],
        rows=[
            Row(name=month_name(on), href=month_url(on), cells=available_cells(counts))
            for on, counts in sorted(months.items(), reverse=True)
            if of(counts, Measure.ASKED)
        ],
    )


def available_cells(counts: Counts) -> list[str]:
    asked, answered = of(counts, Measure.ASKED), of(counts, Measure.ANSWERED_ATTEMPTS)
    missed = None if asked is None or answered is None else asked - answered
    return [share(answered, asked), number(asked), number(missed), number(of(counts, Measure.DAYS_MEASURED))]
