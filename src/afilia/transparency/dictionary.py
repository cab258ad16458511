"""The data dictionary: what the open data files hold, as a Data Package (https://datapackage.org)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from afilia.transparency.policy import policy, sources
from afilia.transparency.queries.figures import Counts
from afilia.transparency.rules.counting import Measure
from afilia.transparency.rules.months import Month


@dataclass(frozen=True, kw_only=True)
class Column:
    name: str
    kind: str  # of the Table Schema
    about: Promise


@dataclass(frozen=True, kw_only=True)
class File:
    name: str
    title: Promise
    about: Promise
    columns: tuple[Column, ...]


MONTH = Column(name="month", kind="yearmonth", about=_("Mes, como 2026-05."))
PROCEDURE = Column(name="procedure", kind="string", about=_("Trámite, por su nombre en las direcciones."))
ATTENTIONS = File(
    name="atenciones",
    title=_("Atenciones y quejas"),
    about=_("Una línea por mes y trámite, sin que falte ningún mes."),
    columns=(
        MONTH,
        PROCEDURE,
        Column(name="attended", kind="integer", about=_("Volumen de atenciones.")),
        Column(name="complaints", kind="integer", about=_("Volumen de quejas.")),
        Column(
            name="source",
            kind="string",
            about=_(
                "De dónde es: «sheet», la tabla de la ficha oficial; «ledger», el registro del portal;"
                " «none», ninguno de los dos, y el cero dice que no se publicó nada."
            ),
        ),
        Column(name="complete", kind="integer", about=_("1 si el mes ya terminó; 0 si está en curso.")),
    ),
)
MEASURES = File(
    name="medidas",
    title=_("Todas las medidas"),
    about=_("Una línea por mes, medida y lo que la distingue. Se cuenta del registro del portal."),
    columns=(
        MONTH,
        Column(name="measure", kind="string", about=_("Qué se midió: vea la lista de medidas.")),
        PROCEDURE,
        Column(name="province", kind="string", about=_("Código de provincia de dos cifras.")),
        Column(name="office", kind="string", about=_("Código de la oficina.")),
        Column(name="code", kind="string", about=_("Código del hallazgo, en los motivos de rechazo.")),
        Column(
            name="value",
            kind="integer",
            about=_("Cuántos, o cuántos segundos. De una provincia u oficina, en decenas completas."),
        ),
    ),
)
FILES = {file.name: file for file in (ATTENTIONS, MEASURES)}
MEASURED: Mapping[Measure, Promise] = {
    Measure.ATTENDED: _("Atenciones: alguien recibió la respuesta a lo que pidió, favorable o no."),
    Measure.ATTENDED_ONLINE: _("De ellas, las que no exigieron ir a una oficina para pedirlas."),
    Measure.COMPLAINTS: _("Quejas recibidas en el portal. Ninguna se descuenta después."),
    Measure.THANKS: _("Agradecimientos recibidos en el portal."),
    Measure.ANSWERED: _("Quejas y agradecimientos respondidos en el mes."),
    Measure.ANSWERED_IN_TIME: _("De ellos, los respondidos dentro del plazo."),
    Measure.DECIDED: _("Solicitudes decididas, con el tiempo que tomó cada una."),
    Measure.DECIDE_MEDIAN: _("Segundos en que se decidió la mitad."),
    Measure.DECIDE_P95: _("Segundos en que se decidieron 95 de cada 100."),
    Measure.FIRST_TRY_OF: _("Solicitudes decididas en las que puede haber un primer intento."),
    Measure.FIRST_TRY: _("De ellas, las que estuvieron bien al primer intento: nada rechazado ni corregido."),
    Measure.REJECTIONS: _("Hallazgos por los que se rechazaron líneas de archivos, por su código."),
    Measure.ARRIVED: _("Personas que llegaron a una oficina."),
    Measure.VISITS_ATTENDED: _("De ellas, las atendidas."),
    Measure.MISSED: _("Turnos cuya persona no vino, y personas llamadas en vano."),
    Measure.WAIT_MEDIAN: _("Segundos que esperó, como máximo, la mitad hasta la primera llamada."),
    Measure.WAIT_P95: _("Segundos que esperaron, como máximo, 95 de cada 100."),
    Measure.ASKED: _("Veces que se preguntó al portal desde fuera si está disponible."),
    Measure.ANSWERED_ATTEMPTS: _("De ellas, las veces que respondió que sí en diez segundos."),
    Measure.DAYS_MEASURED: _("Días del mes en que se preguntó."),
}


def attention_rows(found: Mapping[str, Sequence[Month]]) -> Iterator[dict[str, Any]]:
    for slug, months in found.items():
        for month in months:
            yield {
                "month": f"{month.on:%Y-%m}",
                "procedure": slug,
                "attended": month.attended,
                "complaints": month.complaints,
                "source": month.source.value,
                "complete": int(month.is_over),
            }


def measure_rows(found: Mapping[date, Counts]) -> Iterator[dict[str, Any]]:
    for on, counts in found.items():
        for key, value in counts.items():
            yield {
                "month": f"{on:%Y-%m}",
                "measure": key.measure.value,
                "procedure": key.procedure,
                "province": key.province,
                "office": key.office,
                "code": key.code,
                "value": value,
            }


def package() -> dict[str, Any]:
    """The descriptor of the Data Package, in the language of the page."""
    source, on = sources()
    return {
        "name": "afilia-transparencia",
        "title": gettext("Cifras de los trámites de empleadores"),
        "description": gettext(
            "Los meses comienzan a la medianoche de Guayaquil. Por provincia y por oficina se cuenta de"
            " %(step)s en %(step)s, y lo que no llega a %(step)s no aparece: nadie deduce una cifra pequeña."
        )
        % {"step": policy().place_step},
        "licenses": [{"name": "CC0-1.0", "path": "https://creativecommons.org/publicdomain/zero/1.0/"}],
        "sources": [{"title": source, "date": on.isoformat()}],
        "measures": {measure.value: str(about) for measure, about in MEASURED.items()},
        "resources": [
            {
                "name": file.name,
                "title": str(file.title),
                "description": str(file.about),
                "path": settings.PUBLIC_URL + reverse("transparency:csv", args=[file.name]),
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8-sig",
                "dialect": {"csv": {"delimiter": ";"}},
                "schema": {
                    "fields": [
                        {"name": column.name, "type": column.kind, "description": str(column.about)}
                        for column in file.columns
                    ]
                },
            }
            for file in FILES.values()
        ],
    }
