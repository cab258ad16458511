"""How long the line of an office is, for the people in it and for those who would join it."""

from collections.abc import Mapping, Sequence
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
from afilia.attendance.rules.visits import AT_A_COUNTER, State
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


@dataclass(frozen=True, kw_only=True)
class _Now:
    """What an office is at a moment, read once."""

    day: OfficeDay | None
    visits: Sequence[Visit]  # of today
    counters: Sequence[OpenCounter]
    takes: Mapping[str, timedelta]  # by procedure
    to_come: Sequence[Appointment]  # with their place still kept

    @property
    def here(self) -> list[Visit]:
        return [visit for visit in self.visits if visit.state == State.WAITING]

    @property
    def at_counters(self) -> list[Visit]:
        """The last called first."""
        visits = [visit for visit in self.visits if visit.state in AT_A_COUNTER]
        return sorted(visits, key=lambda visit: visit.called_at or visit.queued_at, reverse=True)

    def awaited(self, *, now: datetime) -> list[Awaited]:
        here = [
            self._awaited(visit.pk, days.waiting(visit), visit.procedure, is_here=True) for visit in self.here
        ]
        return here + [
            self._awaited(
                booking.pk, _expected(booking, number=-at, now=now), booking.procedure, is_here=False
            )
            for at, booking in enumerate(self.to_come, start=1)
        ]

    def free(self, *, now: datetime) -> list[Counter]:
        """The open counters with the moment at which each is expected to be free."""
        until = {
            visit.counter_id: (visit.started_at or visit.called_at or now) + self._takes(visit.procedure)
            for visit in self.at_counters
        }
        return [
            Counter(procedures=frozenset(counter.procedures), free_at=max(now, until.get(counter.pk, now)))
            for counter in self.counters
        ]

    def _awaited(self, key: UUID, waiting: Waiting, procedure: str, *, is_here: bool) -> Awaited:
        takes = self._takes(procedure)
        return Awaited(key=key, waiting=waiting, procedure=procedure, takes=takes, is_here=is_here)

    def _takes(self, procedure: str) -> timedelta:
        return self.takes.get(procedure, timedelta())


def line(office: Office, *, now: datetime) -> Line:
    """The line of the office today; one who is waiting for a counter that is closed has no estimate."""
    present = _now(office, now=now)
    awaited, free, order = present.awaited(now=now), present.free(now=now), policy().order
    found = waits.estimates(awaited, free, order, now=now)
    places = []
    for visit in days.ordered(present.here, now=now):
        wait = found[visit.pk]
        places.append(
            Place(
                visit=visit,
                ahead=waits.ahead(visit.pk, awaited, free, order, now=now),
                minutes=None if wait is None else waits.rounded(wait),
            )
        )
    served = {slug for counter in present.counters for slug in counter.procedures}
    return Line(
        day=present.day,
        counters=tuple(present.counters),
        at_counters=tuple(present.at_counters),
        places=tuple(places),
        unserved=frozenset(visit.procedure for visit in present.here) - served,
    )


def load(office: Office, *, procedure: str, now: datetime) -> Load:
    """The work that the counters of a procedure have before them today.

    While no counter of the office is open those count that its agenda plans. With one open the office is open
    too, whatever its hours say.
    """
    present = _now(office, now=now)
    if present.counters:
        groups = [set(counter.procedures) for counter in present.counters if procedure in counter.procedures]
    else:
        groups = [
            set(agenda.procedures)
            for agenda in days.agendas(office)
            if procedure in agenda.procedures
            for _ in range(agenda.seats)
        ]
    shared = {procedure}.union(*groups)
    busy = [counter.free_at - now for counter in present.free(now=now) if procedure in counter.procedures]
    waiting = [each.takes for each in present.awaited(now=now) if each.procedure in shared]
    opening = _opening(office, now=now)
    return Load(
        is_open=opening is not None or bool(present.counters),
        left=opening or timedelta(),
        counters=len(groups),
        promised=sum(busy + waiting, timedelta()),
    )


def _now(office: Office, *, now: datetime) -> _Now:
    on = days.today(office, now=now)
    day = days.day_for_office(office, on)
    visits = days.visits_of_day(day)
    received = {visit.appointment_id for visit in visits}
    return _Now(
        day=day,
        visits=visits,
        counters=days.counters(day),
        takes=days.minutes(office),
        to_come=[
            booking
            for booking in appointments.for_office_day(office, on)
            if booking.state == Booking.CONFIRMED
            and booking.pk not in received
            and booking.starts_at + policy().order.grace >= now
        ],
    )


def _expected(booking: Appointment, *, number: int, now: datetime) -> Waiting:
    return Waiting(
        number=number,
        standing=Standing.APPOINTMENT,
        priority=False,
        arrived_at=max(booking.starts_at, now),
        due_at=booking.starts_at,
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
