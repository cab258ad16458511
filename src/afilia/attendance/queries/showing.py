"""What the pages of an office show: who is expected today, and the screen of the waiting room."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from afilia.appointments import queries as bookings
from afilia.appointments.models import Appointment
from afilia.attendance import papers
from afilia.attendance.models import OpenCounter, Visit
from afilia.attendance.policy import policy
from afilia.attendance.queries import days
from afilia.attendance.queries.line import Line, Place, line
from afilia.attendance.rules.visits import State
from afilia.offices.models import Office
from afilia.procedures.rules import Document, Text

NEXT = 7  # people of the line on the screen


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An appointment of the day, the visit that it became, and the documents of its case."""

    appointment: Appointment
    visit: Visit | None
    documents: Sequence[Text]


@dataclass(frozen=True, kw_only=True)
class Called:
    """A number and its counter. `is_new` marks a call of the last seconds, `call` counts them."""

    ticket: str
    counter: int
    call: int
    is_new: bool


@dataclass(frozen=True, kw_only=True)
class Screen:
    called: tuple[Called, ...]  # the latest first
    following: tuple[Place, ...]
    more: int  # who wait after those
    mark: str  # changes with each call


@dataclass(frozen=True, kw_only=True)
class Agenda:
    """An office's day as its officials see it."""

    line: Line
    counter: OpenCounter | None  # of the official who asks
    mine: Visit | None  # who is at that counter
    expected: tuple[Expected, ...]
    absent: tuple[Visit, ...]


def agenda(office: Office, *, member_id: int, now: datetime) -> Agenda:
    today = days.today(office, now=now)
    day = days.day_for_office(office, today)
    visits = days.visits_of_day(day)
    by_appointment = {visit.appointment_id: visit for visit in visits if visit.appointment_id}
    documents: dict[tuple[str, ...], Sequence[Text]] = {}
    expected = []
    for booking in bookings.for_office_day(office, today):
        case = (booking.procedure, booking.applicant, booking.who_comes, booking.kind)
        if case not in documents:
            documents[case] = _documents(booking)
        expected.append(
            Expected(appointment=booking, visit=by_appointment.get(booking.pk), documents=documents[case])
        )
    present = line(office, now=now)
    counter = days.counter_of(day, member_id)
    return Agenda(
        line=present,
        counter=counter,
        mine=next((visit for visit in present.at_counters if visit.counter == counter), None),
        expected=tuple(expected),
        absent=tuple(visit for visit in visits if visit.state == State.ABSENT),
    )


def counter_today(office: Office, member_id: int, *, now: datetime) -> OpenCounter | None:
    """The counter at which an official attends today."""
    return days.counter_of(days.day_for_office(office, days.today(office, now=now)), member_id)


def counters_today(office: Office, *, now: datetime) -> Sequence[OpenCounter]:
    """The counters that are open at an office, with their officials."""
    return days.counters(days.day_for_office(office, days.today(office, now=now)))


def screen(office: Office, *, now: datetime) -> Screen:
    """The numbers called and those that follow; nothing else of anybody."""
    found = line(office, now=now)
    called = tuple(
        Called(
            ticket=visit.ticket,
            counter=visit.counter.number,
            call=visit.calls,
            is_new=now - visit.called_at < policy().fresh,
        )
        for visit in found.at_counters[: policy().shown]
        if visit.counter and visit.called_at
    )
    latest = max((visit.called_at for visit in found.at_counters if visit.called_at), default=None)
    return Screen(
        called=called,
        following=found.places[:NEXT],
        more=len(found.places[NEXT:]),
        mark=latest.isoformat() if latest else "",
    )


def _documents(booking: Appointment) -> Sequence[Text]:
    asked = papers.to_bring(booking.procedure, booking)
    found: list[Document] = [option.document for requirement in asked for option in requirement.options]
    return [document.name for document in dict.fromkeys(found)]
