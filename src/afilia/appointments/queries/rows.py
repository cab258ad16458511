"""Bookings and entries of the waiting list, each by what its reader holds of it."""

from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.queries.availability import desk
from afilia.appointments.references import digest_of
from afilia.appointments.rules.states import State, Waiting
from afilia.identifiers.typed import plain
from afilia.offices import rules as offices
from afilia.offices.models import Office
from afilia.workers import queries as people

SHOWN_AT_OFFICE = (State.CONFIRMED, State.ATTENDED, State.NO_SHOW)


def appointment(appointment_id: UUID) -> Appointment | None:
    return _appointments().filter(pk=appointment_id).first()


def by_reference(reference: str) -> Appointment | None:
    """The booking that a link is for, whatever became of it."""
    return _appointments().filter(digest=digest_of(reference)).first()


def waiting_entry(entry_id: UUID) -> WaitingEntry | None:
    return _entries().filter(pk=entry_id).first()


def waiting_by_reference(reference: str) -> WaitingEntry | None:
    return _entries().filter(digest=digest_of(reference)).first()


def by_code(office: Office, on: date, *, code: str) -> Appointment | None:
    """The booking at an office on a day with the code that its person speaks."""
    rows = _appointments().filter(office=office, on=on, state__in=SHOWN_AT_OFFICE)
    return rows.filter(code=plain(code)).first()


def for_person(office: Office, on: date, *, number: str) -> list[Appointment]:
    """What a person has booked at an office on a day, by the number of any of their documents."""
    rows = _appointments().filter(office=office, on=on, state__in=SHOWN_AT_OFFICE)
    rows = rows.filter(number__in=people.numbers_of(number))
    return list(rows.order_by("starts_at"))


def for_office_day(office: Office, on: date) -> list[Appointment]:
    """What is booked at an office on a day, in the order of time."""
    rows = _appointments().filter(office=office, on=on, state__in=SHOWN_AT_OFFICE)
    return list(rows.order_by("starts_at", "agenda", "seat"))


def live_of_email(email: str, *, now: datetime) -> tuple[list[Appointment], list[WaitingEntry]]:
    """The confirmed bookings that have not begun, and the entries of the waiting list, of an e-mail."""
    booked = _appointments().filter(email=email.lower(), state=State.CONFIRMED, starts_at__gt=now)
    waiting = _entries().filter(email=email.lower(), state__in=[Waiting.QUEUED, Waiting.OFFERED])
    return list(booked.order_by("starts_at")), list(waiting.order_by("queued_at"))


def stranded(now: datetime) -> list[Appointment]:
    """What is booked ahead at a time, on a seat or for a procedure that its office no longer has.

    Closures are left out: who is booked on a closed day is moved or told when it closes.
    """
    rows = _appointments().filter(state=State.CONFIRMED, starts_at__gt=now, displaced_at=None)
    return list(_without_place(rows.order_by("agenda", "on", "starts_at")))


def _without_place(rows: QuerySet[Appointment]) -> Iterator[Appointment]:
    fitting: dict[tuple[int, date], set[tuple[datetime, datetime]]] = {}
    for row in rows:
        key = (row.agenda_id, row.on)
        if key not in fitting:
            opening = desk(row.agenda, row.on).opening
            slots = offices.slots(row.on, opening=opening, minutes=row.agenda.minutes)
            fitting[key] = {(slot.starts_at, slot.ends_at) for slot in slots}
        fits = (row.starts_at, row.ends_at) in fitting[key] and row.seat <= row.agenda.seats
        if not fits or row.procedure not in row.agenda.procedures:
            yield row


def _appointments() -> QuerySet[Appointment]:
    return Appointment.objects.select_related("agenda__office", "office")


def _entries() -> QuerySet[WaitingEntry]:
    return WaitingEntry.objects.select_related("office", "offer__office", "offer__agenda__office")
