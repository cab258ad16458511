"""Notices of the demo that were filed by form: one in force, one corrected, one annulled."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from afilia.employers.models import Employer
from afilia.novedades import actions
from afilia.novedades.actions import Filer
from afilia.novedades.models import Filing
from afilia.ops import demo
from afilia.workers.models import Employment

SINCE = timedelta(days=2)  # from what was wrong to its correction, and from that to the loading
MENDING = "digitacion"


def load(*, now: datetime) -> None:
    """File the notices of data.toml, each for the worker at its place in the branch."""
    for raw in demo.DATA["notice"]:
        employer = Employer.objects.get(ruc=raw["ruc"])
        number = next(key.number for key in demo.KEYS if key.ruc == employer.ruc)
        filer = Filer(employer=employer, branches=None, by_number=number, actor="system")
        first = _file(filer, raw, raw["fields"], at=now - 2 * SINCE)
        if "corrected" in raw:
            _file(filer, raw, raw["fields"] | raw["corrected"], at=now - SINCE, corrects=first)
        if "annulled" in raw:
            actions.annul(
                filer=filer,
                filing_id=first.pk,
                line=1,
                reason=raw["annulled"],
                explanation="",
                now=now - SINCE,
                token=None,
            )


def _file(
    filer: Filer, raw: dict[str, Any], fields: dict[str, str], *, at: datetime, corrects: Filing | None = None
) -> Filing:
    day = timezone.localdate(corrects.filed_at if corrects else at)
    rows = Employment.objects.filter(employer=filer.employer, branch__number=raw["branch"], left_on=None)
    worker = rows.select_related("person").order_by("pk")[raw["worker"]].person
    return actions.file_one(
        employer=filer.employer,
        allowed=None,
        by_number=filer.by_number,
        actor=filer.actor,
        novedad=raw["novedad"],
        values={
            "sucursal": raw["branch"],
            "anio": f"{day:%Y}",
            "mes": f"{day:%m}",
            "identificacion": worker.numbers.get().number,
            **fields,
            **({raw["day"]: f"{day:%Y%m%d}"} if "day" in raw else {}),
        },
        filed_at=at,
        corrections_meant=corrects is not None,
        reason=MENDING if corrects else "",
    )
