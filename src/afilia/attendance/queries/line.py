"""How long the line of an office is, for the people in it and for those who would join it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from afilia.appointments import queries as appointments
from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import State as Booking
from afilia.attendance.models import OfficeDay, OpenCounter, Visit
from afilia.attendance.policy import policy
from afilia.attendance.queries import days
from afilia.attendance.rules import waits
from afilia.attendance.rules.arrival import Load
from afilia.attendance.rules.order import Standing, Waiting
from afilia.attendance.rules.visits import State
from afilia.attendance.rules.waits import Awaited, Counter
from afilia.offices import queries as offices
from afilia.offices.models import Office
from afilia.offices.rules import slots


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody stands: how many are ahead, and minutes to wait, None where no counter is open."""

    visit: Visit
    ahead: int
    minutes: int | None


@dataclass(frozen=True, kw_only=True)
class Line:
    """The people of an office who wait, the next one first, and the counters that attend."""

    day: OfficeDay | None
    counters: tuple[OpenCounter, ...]
    at_counters: tuple[Visit, ...]  # called or being attended
    places: tuple[Place, ...]
    unserved: frozenset[str]  # procedures of people who wait for which no counter is open

    def place(self, visit: Visit) -> Place | None:
        return next((place for place in self.places if place.visit.pk == visit.pk), None)


def line(office: Office, *, now: datetime) -> Line:
    """The line of the office today; one who is waiting for a counter that is closed has no estimate."""
    day = days.day_for_office(office, days.today(office, now=now))
    here = [visit for visit in days.visits_of_day(day) if visit.state == State.WAITING]
    at_counters = _at_counters(day)
    takes = days.minutes(office)
    open_counters = days.counters(day)
    free = [_counter(counter, at_counters, takes, now=now) for counter in open_counters]
    awaited = _awaited(here, takes) + _to_come(office, takes, now=now)
    order = policy().order
    found = waits.estimates(awaited, free, order, now=now)
    places = []
    for visit in days.ordered(here, now=now):
        wait = found[visit.pk]
        places.append(
            Place(
                visit=visit,
                ahead=waits.ahead(visit.pk, awaited, free, order, now=now),
                minutes=None if wait is None else waits.rounded(wait),
            )
        )
    served = {slug for counter in open_counters for slug in counter.procedures}
    return Line(
        day=day,
        counters=tuple(open_counters),
        at_counters=tuple(at_counters),
        places=tuple(places),
        unserved=frozenset(visit.procedure for visit in here) - served,
    )


def load(office: Office, *, procedure: str, now: datetime) -> Load:
    """The work that the counters of a procedure have before them today.

    While no counter of the office is open those count that its agenda plans. With one open the office is open
    too, whatever its hours say.
    """
    day = days.day_for_office(office, days.today(office, now=now))
    takes = days.minutes(office)
    counters = days.counters(day)
    if counters:
        groups = [set(counter.procedures) for counter in counters if procedure in counter.procedures]
    else:
        groups = [
            set(agenda.procedures)
            for agenda in days.agendas(office)
            if procedure in agenda.procedures
            for _ in range(agenda.seats)
        ]
    shared = {procedure}.union(*groups)
    here = [visit for visit in days.visits_of_day(day) if visit.state == State.WAITING]
    awaited = _awaited(here, takes) + _to_come(office, takes, now=now)
    free = [_counter(counter, _at_counters(day), takes, now=now) for counter in counters]
    busy = [counter.free_at - now for counter in free if procedure in counter.procedures]
    opening = _opening(office, now=now)
    return Load(
        is_open=opening is not None or bool(counters),
        left=opening or timedelta(),
        counters=len(groups),
        promised=sum((each.takes for each in awaited if each.procedure in shared), sum(busy, timedelta())),
    )


def _opening(office: Office, *, now: datetime) -> timedelta | None:
    """How much of its hours an office has left today; None while it is closed."""
    on = days.today(office, now=now)
    shut = offices.closed([office], first=on, last=on)[office.pk].get(on, ())
    opening = offices.openings([office])[office.pk]
    minutes = slots(on, opening=opening, minutes=1, shut=shut)
    if not any(minute.starts_at <= now < minute.ends_at for minute in minutes):
        return None
    return sum(
        (minute.ends_at - max(minute.starts_at, now) for minute in minutes if minute.ends_at > now),
        timedelta(),
    )


def _at_counters(day: OfficeDay | None) -> list[Visit]:
    visits = [visit for visit in days.visits_of_day(day) if visit.state in {State.CALLED, State.SERVING}]
    return sorted(visits, key=lambda visit: visit.called_at or visit.queued_at, reverse=True)


def _counter(
    counter: OpenCounter, at_counters: list[Visit], takes: dict[str, timedelta], *, now: datetime
) -> Counter:
    free_at = now
    for visit in at_counters:
        if visit.counter_id == counter.pk:
            begun = visit.started_at or visit.called_at or now
            free_at = max(now, begun + takes.get(visit.procedure, timedelta()))
    return Counter(procedures=frozenset(counter.procedures), free_at=free_at)


def _awaited(visits: list[Visit], takes: dict[str, timedelta]) -> list[Awaited]:
    return [
        Awaited(
            key=visit.pk,
            waiting=days.waiting(visit),
            procedure=visit.procedure,
            takes=takes.get(visit.procedure, timedelta()),
        )
        for visit in visits
    ]


def _to_come(office: Office, takes: dict[str, timedelta], *, now: datetime) -> list[Awaited]:
    """The appointments of today whose people have not come, and still have their place."""
    on = days.today(office, now=now)
    received = _received(office, now=now)
    awaited = []
    for at, appointment in enumerate(appointments.for_office_day(office, on), start=1):
        is_open = appointment.state == Booking.CONFIRMED and appointment.pk not in received
        if is_open and appointment.starts_at + policy().order.grace >= now:
            awaited.append(_expected(appointment, number=-at, takes=takes, now=now))
    return awaited


def _expected(
    appointment: Appointment, *, number: int, takes: dict[str, timedelta], now: datetime
) -> Awaited:
    waiting = Waiting(
        number=number,
        standing=Standing.APPOINTMENT,
        priority=False,
        arrived_at=max(appointment.starts_at, now),
        due_at=appointment.starts_at,
    )
    return Awaited(
        key=appointment.pk,
        waiting=waiting,
        procedure=appointment.procedure,
        takes=takes.get(appointment.procedure, timedelta()),
        is_here=False,
    )


def _received(office: Office, *, now: datetime) -> set[UUID]:
    day = days.day_for_office(office, days.today(office, now=now))
    return {visit.appointment_id for visit in days.visits_of_day(day) if visit.appointment_id}
