"""An office's day: who is there, at which counter, and whose turn it is."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import State as Booking
from afilia.attendance.models import OfficeDay, OpenCounter, Visit
from afilia.attendance.policy import policy
from afilia.attendance.rules.order import Standing, Waiting, place
from afilia.attendance.rules.visits import AT_A_COUNTER, State
from afilia.kit import codes
from afilia.offices.models import Agenda, Office
from afilia.offices.queries import zone_of

TICKET = "visit"  # purpose of the codes on the papers


def today(office: Office, *, now: datetime) -> date:
    """The date at the office."""
    return now.astimezone(zone_of(office)).date()


def office(office_id: int) -> Office:
    """Raises Office.DoesNotExist."""
    return Office.objects.get(pk=office_id)


def minutes(office: Office) -> dict[str, timedelta]:
    """The procedures that an office does, by their slugs, and what one attention takes."""
    found: dict[str, timedelta] = {}
    for agenda in agendas(office):
        for slug in agenda.procedures:
            takes = timedelta(minutes=agenda.minutes)
            found[slug] = max(takes, found.get(slug, takes))
    return dict(sorted(found.items()))


def agendas(office: Office) -> Sequence[Agenda]:
    """The groups of counters of an office that are in use."""
    return list(Agenda.objects.filter(office=office, seats__gt=0).order_by("pk"))


def day_for_office(office: Office, on: date) -> OfficeDay | None:
    return OfficeDay.objects.filter(office=office, on=on).first()


def days_over(*, now: datetime) -> Sequence[OfficeDay]:
    """The days on which something happened at an office, that are over there and not closed."""
    open_days = OfficeDay.objects.filter(closed_at=None).select_related("office").order_by("on", "office")
    return [day for day in open_days if day.on < today(day.office, now=now)]


def never_received(day: OfficeDay) -> Sequence[Appointment]:
    """The appointments of a day whose people nobody received, cancelled ones left out."""
    came = Visit.objects.filter(day=day, appointment__isnull=False).values("appointment")
    states = [Booking.CONFIRMED, Booking.UNMARKED]
    rows = Appointment.objects.filter(office=day.office, on=day.on, state__in=states)
    return list(rows.exclude(pk__in=came).order_by("starts_at", "pk"))


def visit_for_office(office: Office, visit_id: UUID) -> Visit | None:
    return _visits().filter(pk=visit_id, day__office=office).first()


def visits_of_day(day: OfficeDay | None) -> Sequence[Visit]:
    """All of a day in the order of arrival."""
    return list(_visits().filter(day=day).order_by("number")) if day else []


def visit_of_code(code: str) -> Visit | None:
    """The visit whose paper carries that code, if it is one."""
    return _visits().filter(digest=digest(code)).first()


def visit_of_appointment(appointment_id: UUID) -> Visit | None:
    return _visits().filter(appointment_id=appointment_id).first()


def code_of(visit_id: UUID) -> str:
    """The code of the paper that leads to one's own place in the line; 120 bits."""
    return codes.derive(settings.CODES_KEY, purpose=TICKET, subject=str(visit_id))


def digest(code: str) -> bytes:
    return codes.digest(settings.CODES_KEY, purpose=TICKET, typed=code)


def counter_of(day: OfficeDay | None, member_id: int) -> OpenCounter | None:
    """The counter at which an official attends."""
    return day.counters.filter(member=member_id, closed_at=None).first() if day else None


def counters(day: OfficeDay | None) -> Sequence[OpenCounter]:
    rows = day.counters.filter(closed_at=None).select_related("member") if day else ()
    return sorted(rows, key=lambda counter: counter.number)


def visit_at(counter: OpenCounter) -> Visit | None:
    """Who was called to a counter and did not leave it yet."""
    return _visits().filter(counter=counter, state__in=AT_A_COUNTER).first()


def in_line(day: OfficeDay, *, procedures: Collection[str] | None = None, now: datetime) -> list[Visit]:
    """Who waits, the next one first; for these procedures, or all."""
    rows = _visits().filter(day=day, state=State.WAITING)
    if procedures is not None:
        rows = rows.filter(procedure__in=procedures)
    return ordered(rows, now=now)


def ordered(visits: Iterable[Visit], *, now: datetime) -> list[Visit]:
    order = policy().order
    return sorted(visits, key=lambda visit: place(waiting(visit), order, now=now))


def waiting(visit: Visit) -> Waiting:
    """A visit as the rules of the order see it."""
    return Waiting(
        number=visit.number,
        standing=Standing(visit.standing),
        priority=visit.priority,
        arrived_at=visit.queued_at,
        due_at=visit.due_at,
    )


def next_call_at(visit: Visit) -> datetime:
    """When somebody who was called may be called again, or be marked as absent."""
    return (visit.called_at or visit.queued_at) + policy().apart


def appointment_for_office(office: Office, appointment_id: UUID) -> Appointment | None:
    """An appointment of an office that is no mere hold and was not forgotten."""
    rows = Appointment.objects.filter(office=office, confirmed_at__isnull=False, forgotten_at=None)
    return rows.filter(pk=appointment_id).first()


def is_booked(appointment: Appointment) -> bool:
    return appointment.state == Booking.CONFIRMED


def _visits() -> QuerySet[Visit]:
    return Visit.objects.select_related("day__office", "counter", "appointment")
