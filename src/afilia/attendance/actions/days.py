"""The lock of an office's day, and what the ledger tells of it."""

from contextlib import suppress
from datetime import date, datetime
from uuid import UUID

from afilia.appointments import actions as appointments
from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import RefusedError
from afilia.appointments.rules.states import State as Booking
from afilia.attendance.models import OfficeDay, Visit
from afilia.attendance.rules import figures
from afilia.attendance.rules.figures import Event
from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.offices.models import Office


def locked_day(office: Office, *, on: date) -> OfficeDay:
    """The day of an office, made when it is the first time that something happens, locked."""
    OfficeDay.objects.get_or_create(office=office, on=on)
    return OfficeDay.objects.select_for_update(of=["self"]).select_related("office").get(office=office, on=on)


def locked_visit(office: Office, *, visit_id: UUID) -> Visit:
    """A visit of the office with its day locked. Raises Visit.DoesNotExist."""
    day_id = Visit.objects.values_list("day_id", flat=True).get(pk=visit_id, day__office=office)
    OfficeDay.objects.select_for_update().get(pk=day_id)
    return Visit.objects.select_related("day__office", "counter", "appointment").get(pk=visit_id)


def mark(appointment: Appointment, *, outcome: Booking, day: OfficeDay, now: datetime) -> None:
    """Say what became of an appointment of the day; one cancelled or moved after its person came stays so."""
    if appointment.on == day.on:
        with suppress(RefusedError):
            appointments.mark(appointment_id=appointment.pk, outcome=outcome, now=now)


def record(event: Event, *, day: OfficeDay, actor: str, now: datetime, **facts: Fact) -> None:
    subject = figures.subject(day.office.code, day.on.isoformat())
    audit.record(event, actor=actor, subject=subject, at=now, facts=facts)
