"""Whom somebody at the door means: by a scanned link, a spoken code, an identification or a ticket."""

import re
from dataclasses import dataclass
from datetime import datetime

from afilia.appointments import queries as bookings
from afilia.appointments.models import Appointment
from afilia.attendance.models import Visit
from afilia.attendance.queries import days
from afilia.identifiers.typed import plain
from afilia.offices.models import Office

# A scanner types as a keyboard of another language would: of a link only letters and digits are certain.
REFERENCE = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Found:
    """Appointments of today at the office, or a visit, or the one elsewhere that was scanned."""

    appointments: tuple[Appointment, ...] = ()
    visit: Visit | None = None
    elsewhere: Appointment | None = None


def find(office: Office, typed: str, *, now: datetime) -> Found:
    """What was typed at an office; only who shows the link of an appointment elsewhere learns where it is."""
    today = days.today(office, now=now)
    if match := REFERENCE.search(typed):
        appointment = bookings.by_reference(match[0].lower())
        if appointment is None or not appointment.confirmed_at:
            return Found()
        if appointment.office_id != office.pk or appointment.on != today:
            return Found(elsewhere=appointment)
        return Found(appointments=(appointment,))
    what = plain(typed)
    if appointment := bookings.by_code(office, today, code=what):
        return Found(appointments=(appointment,))
    if people := bookings.for_person(office, today, number=what):
        return Found(appointments=tuple(people))
    day = days.day_for_office(office, today)
    return Found(visit=next((visit for visit in days.visits_of_day(day) if visit.ticket == what), None))
