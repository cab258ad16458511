"""Dependents of some workers of the demo, registered by form as their employer would."""

from datetime import datetime, timedelta

from django.utils import timezone

from afilia.dependents import actions
from afilia.dependents.catalogue import terms
from afilia.employers.models import Employer
from afilia.novedades.rules.fields import NO_DATE
from afilia.ops import demo
from afilia.workers.models import Employment

SOON_AFTER = timedelta(days=20)  # from the loading to the birthday of who is about to reach the age


def load(*, now: datetime) -> None:
    """Register the dependents of data.toml, each for the worker at its place in the branch."""
    today = timezone.localdate(now)
    for raw in demo.DATA["dependent"]:
        employer = Employer.objects.get(ruc=raw["ruc"])
        number = next(key.number for key in demo.KEYS if key.ruc == employer.ruc)
        rows = Employment.objects.filter(employer=employer, branch__number=raw["branch"], left_on=None)
        worker = rows.select_related("person").order_by("pk")[raw["worker"]].person
        birth_on = raw.get("birth_on")
        if birth_on is None:
            age = terms(today).relationships[raw["relationship"]].under_age or 0
            birth_on = timezone.localdate(now + SOON_AFTER).replace(year=today.year - age)
        actions.file_one(
            employer=employer,
            allowed=None,
            by_number=number,
            actor="system",
            values={
                "ruc": employer.ruc,
                "sucursal": raw["branch"],
                "anio": f"{today:%Y}",
                "mes": f"{today:%m}",
                "tipo": "DEP",
                "identificacion": worker.numbers.get().number,
                "parentesco": raw["relationship"],
                "documento": "N",
                "numero_dependiente": raw["birth_record"],
                "nombres": raw["names"],
                "fecha_nacimiento": f"{birth_on:%Y%m%d}",
                "sexo": raw["sex"],
                "discapacidad": "000",
                "respaldo": raw["proof"],
                "fecha_desde": f"{today:%Y%m%d}",
                "fecha_hasta": NO_DATE,
            },
            seen_revision=None,
            now=now,
        )
