"""The offices that do a procedure, by province, and their hours in words."""

from dataclasses import dataclass
from datetime import date, time

from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext

from afilia.appointments.queries import everywhere
from afilia.guide.rules import Days, runs_of_days
from afilia.offices.models import Office
from afilia.offices.provinces import BY_CODE


@dataclass(frozen=True, kw_only=True)
class Place:
    name: str
    address: str
    hours: list[str]


def places(procedure: str, *, on: date) -> list[tuple[str, list[Place]]]:
    """Each province that has an office for a procedure, with its offices."""
    found: dict[str, list[Place]] = {}
    for office in everywhere(procedure, on=on):
        found.setdefault(office.province, []).append(_place(office))
    return [(BY_CODE[code].name, found[code]) for code in BY_CODE if code in found]


def _place(office: Office) -> Place:
    stretches = [(one.weekday, one.opens, one.closes) for one in office.hours.all()]
    return Place(
        name=office.name,
        address=f"{office.address}, {office.city}",
        hours=[_said(days) for days in runs_of_days(stretches)],
    )


def _said(days: Days) -> str:
    """«De lunes a viernes, 8:00–12:00, 13:00–17:00»."""
    first, last = (str(WEEKDAYS[day]) for day in (days.first, days.last))
    said = first if first == last else gettext("de %(first)s a %(last)s") % {"first": first, "last": last}
    return ", ".join([capfirst(said), *(f"{_hour(opens)}–{_hour(closes)}" for opens, closes in days.open)])


def _hour(at: time) -> str:
    return f"{at.hour}:{at.minute:02}"
