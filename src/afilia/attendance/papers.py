"""What the procedures say to an office: names, who needs no appointment, what to bring."""

from collections.abc import Sequence
from functools import cache

from afilia.appointments.bringing import what_to_bring
from afilia.appointments.models import Appointment
from afilia.procedures import catalogue
from afilia.procedures.rules import Channel, Requirement, Text
from afilia.procedures.speaking import spoken


def name(slug: str) -> str:
    """The name of a procedure in the language of the page; the slug of one that is no more."""
    procedure = catalogue.load().procedures.get(slug)
    return spoken(procedure.name) if procedure else slug


def groups() -> Sequence[str]:
    """Who is received without an appointment by the sheets, in the language of the page."""
    return [spoken(text) for text in _groups()]


def to_bring(procedure: str, appointment: Appointment | None) -> Sequence[Requirement]:
    """What is handed in at the counter in the case of an appointment; without one, in all cases."""
    if appointment:
        case = {"applicant": appointment.applicant, "who_comes": appointment.who_comes}
        return what_to_bring(procedure, document=appointment.kind, **case)
    found = catalogue.load().procedures.get(procedure)
    way = found.way(Channel.COUNTER) if found else None
    return way.requirements if way else []


@cache
def _groups() -> tuple[Text, ...]:
    ways = (procedure.way(Channel.COUNTER) for procedure in catalogue.load().procedures.values())
    return tuple(dict.fromkeys(text for way in ways if way for text in way.without_appointment))
