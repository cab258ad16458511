from datetime import datetime

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import State, may_come
from afilia.offices.queries import zone_of
from afilia.workers import queries as people


def ahead_of_person(*, code: str, number: str, now: datetime) -> Appointment | None:
    """The booking whose person may still come, with that spoken code, for the person with that document."""
    found = Appointment.objects.select_related("agenda__office", "office").filter(
        number__in=people.numbers_of(number), code=code, state=State.CONFIRMED
    )
    return next((row for row in found.order_by("starts_at") if is_awaited(row, now=now)), None)


def is_awaited(row: Appointment, *, now: datetime) -> bool:
    """Whether the person of an appointment is received if they come now."""
    return may_come(State(row.state), on=row.on, today=now.astimezone(zone_of(row.office)).date())


def booking_of(entry: WaitingEntry, *, now: datetime) -> Appointment | None:
    """The booking that the person of an entry has for its procedure, still ahead."""
    return Appointment.objects.filter(
        number__in=[entry.number] if entry.country else people.numbers_of(entry.number),
        country=entry.country,
        procedure=entry.procedure,
        state=State.CONFIRMED,
        ends_at__gt=now,
    ).first()
