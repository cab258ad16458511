"""Who stands at an official's counter for a foreigner's code."""

from datetime import datetime

from afilia.appointments.models import Appointment
from afilia.attendance import queries as attendance
from afilia.attendance.models import Visit
from afilia.counter.queries.keys import office
from afilia.foreigners.actions.deciding import Received
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding
from afilia.foreigners.queries.requests import for_appointment
from afilia.foreigners.rules.deciding import Arrival
from afilia.foreigners.texts import PROCEDURE
from afilia.staff.rules import Staff


def visit_at_counter(staff: Staff, *, now: datetime) -> Visit | None:
    """Who was called to the official's counter and is still there."""
    own = office(staff)
    day = attendance.day_for_office(own, attendance.today(own, now=now)) if own else None
    counter = attendance.counter_of(day, staff.id)
    return attendance.visit_at(counter) if counter else None


def received(request: CodeRequest, *, staff: Staff, now: datetime) -> Received:
    """How who stands at the official's counter is who is to come with a request.

    Where nobody was called there, an appointment of the request for today and here shows that they came.
    """
    visit = visit_at_counter(staff, now=now)
    if visit is None:
        return Received(arrival=_expected(request, request.appointment, staff, now=now))
    arrival = deciding.arrival_of(
        request,
        procedure=visit.procedure,
        appointment=visit.appointment,
        identification=visit.identification,
    )
    return Received(arrival=arrival, visit=visit.pk)


def brought(visit: Visit | None) -> list[CodeRequest]:
    """The requests of the appointment of who stands at the counter."""
    if visit is None or visit.appointment is None or visit.procedure != PROCEDURE:
        return []
    return list(for_appointment(visit.appointment))


def _expected(
    request: CodeRequest, appointment: Appointment | None, staff: Staff, *, now: datetime
) -> Arrival:
    own = office(staff)
    if appointment is None or own is None or appointment.office_id != own.pk:
        return Arrival.NONE
    if appointment.on != attendance.today(own, now=now) or not attendance.is_booked(appointment):
        return Arrival.NONE
    return deciding.arrival_of(
        request, procedure=appointment.procedure, appointment=appointment, identification=""
    )
