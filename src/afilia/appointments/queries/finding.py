from datetime import datetime

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import State


def ahead_of_person(*, code: str, number: str, now: datetime) -> Appointment | None:
    """The booking still ahead, or going on, with that spoken code for the person with that document."""
    found = Appointment.objects.select_related("agenda__office", "office").filter(
        number=number, code=code, state=State.CONFIRMED, ends_at__gt=now
    )
    return found.order_by("starts_at").first()


def booking_of(entry: WaitingEntry, *, now: datetime) -> Appointment | None:
    """The booking that the person of an entry has for its procedure, still ahead."""
    return Appointment.objects.filter(
        number=entry.number,
        kind=entry.kind,
        country=entry.country,
        procedure=entry.procedure,
        state=State.CONFIRMED,
        ends_at__gt=now,
    ).first()
