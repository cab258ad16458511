"""The places where a supervisor may put an official: offices, provinces, the whole country."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.staff import queries
from afilia.staff.rules import Staff


@dataclass(frozen=True, kw_only=True)
class Place:
    value: str  # of a form's choice
    text: str
    office: Office | None
    province: str  # code, of who has no office; empty then: national


def places(by: Staff, *, now: datetime) -> Sequence[Place]:
    """The places that a supervisor reaches, the widest first."""
    wide = []
    if by.office_id is None and not by.province:
        wide.append(
            Place(value="national", text=gettext("Todo el país, sin oficina"), office=None, province="")
        )
    if by.office_id is None:
        wide += [
            Place(
                value=f"province-{code}",
                text=gettext("Provincia: %(name)s, sin oficina") % {"name": PROVINCES[code]},
                office=None,
                province=code,
            )
            for code in ([by.province] if by.province else PROVINCES)
        ]
    return wide + [
        Place(value=f"office-{office.pk}", text=f"{office.name}, {office.city}", office=office, province="")
        for office in queries.offices(by, now=now)
    ]
