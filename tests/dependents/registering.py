"""Dependents as an employer registers them, by a form and by a file."""

from datetime import date, datetime
from typing import Any

from afilia.dependents import actions
from afilia.dependents.models import Dependent
from afilia.employers.models import Branch
from afilia.novedades.models import Filing
from tests.batches.filing import BODIES, Desk, make_desk
from tests.builders import NOW, make_employment

__all__ = ["NOW", "SPOUSE", "Home", "make_home"]

SPOUSE = {"parentesco": "C", "respaldo": "M", "fecha_nacimiento": "19900312", "sexo": "M"}


class Home:
    """An employer and one of its workers."""

    def __init__(self, desk: Desk, **employment: Any) -> None:
        self.desk = desk
        self.employer = desk.employer
        self.branch: Branch = self.employer.branches.get(number="0001")
        self.employment = make_employment(branch=self.branch, **employment)
        self.worker = self.employment.person
        self.number: str = self.worker.numbers.get().number

    def line(self, **fields: str) -> str:
        return self.desk.record("DEP", self.number, **fields)

    def values(self, **fields: str) -> dict[str, str]:
        return {
            "ruc": self.employer.ruc,
            "sucursal": "0001",
            "anio": "2026",
            "mes": "11",
            "tipo": "DEP",
            "identificacion": self.number,
            **BODIES["DEP"],
            **fields,
        }

    def register(
        self,
        *,
        seen: int | None = None,
        now: datetime = NOW,
        email: str = "",
        by_number: str = "1700000001",
        **fields: str,
    ) -> Filing | None:
        return actions.file_one(
            employer=self.employer,
            allowed=None,
            by_number=by_number,
            actor="holder:1",
            values=self.values(**fields),
            seen_revision=seen,
            worker_email=email,
            now=now,
        )

    def codes(self, **fields: str) -> set[str]:
        """Why a registration is refused."""
        try:
            self.register(**fields)
        except actions.RefusedError as refused:
            return {*refused.findings["code"]}
        return set()

    @property
    def dependents(self) -> list[Dependent]:
        return [*Dependent.objects.filter(employer=self.employer, worker=self.worker).order_by("pk")]


def make_home(desk: Desk | None = None, **employment: Any) -> Home:
    return Home(desk or make_desk(), **employment)


def day(text: str) -> date:
    return date.fromisoformat(text)
