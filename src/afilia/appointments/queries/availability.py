"""What is free, and when: from the rules, less the counters of the days and the holds of the moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import Count, Q, QuerySet

from afilia.appointments.models import Appointment
from afilia.appointments.policy import AppointmentPolicy
from afilia.appointments.rules import places
from afilia.appointments.rules.states import COUNTED, State
from afilia.offices import queries as offices
from afilia.offices.models import Agenda, Office
from afilia.offices.provinces import BY_CODE
from afilia.offices.rules import Opening, Shut, Slot

DAY = timedelta(days=1)
Shape = tuple[Opening, int, int]  # with minutes and seats


class Day(NamedTuple):
    on: date
    places: int


class Place(NamedTuple):
    """A time at which so many places of an agenda are free. The times are in UTC."""

    agenda_id: int
    starts_at: datetime
    ends_at: datetime
    places: int


class Next(NamedTuple):
    office: Office
    place: Place


@dataclass(frozen=True, kw_only=True)
class FreeDay:
    """A day with free places, and the offices that have them."""

    on: date
    offices: tuple[Office, ...]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """An agenda with all that says when it has places."""

    agenda: Agenda
    opening: Opening
    closed: offices.Closed

    def shut(self, on: date) -> tuple[Shut, ...]:
        """What is closed on a day or the next, into which its last place may reach."""
        return self.closed.get(on, ()) + self.closed.get(on + DAY, ())

    def percent(self, on: date, *, now: datetime) -> int:
        return policy().release.percent(places.days_ahead(on, opening=self.opening, now=now))

    def slots(self, on: date, *, now: datetime) -> list[Slot]:
        """The slots of a day that may be booked at this moment."""
        return places.bookable(
            on,
            opening=self.opening,
            minutes=self.agenda.minutes,
            shut=self.shut(on),
            release=policy().release,
            lead=policy().lead,
            now=now,
        )

    def seats(self, slot: Slot, on: date, *, now: datetime) -> tuple[int, ...]:
        """The seats of a slot that are released."""
        percent = self.percent(on, now=now)
        return places.released_seats(slot.position, seats=self.agenda.seats, percent=percent)


def policy() -> AppointmentPolicy:
    found: AppointmentPolicy = settings.APPOINTMENTS
    return found


def occupying(now: datetime) -> Q:
    """The bookings that have their seat for themselves. An offer keeps it until it is passed on."""
    return Q(state__in=COUNTED | {State.OFFERED}) | Q(state=State.HELD, held_until__gt=now)


def provinces_for(procedure: str, *, on: date) -> list[str]:
    """The provinces with an office that does a procedure, by their codes in the order of the names."""
    found = {*_offices(procedure, on=on).values_list("province", flat=True)}
    return [code for code in BY_CODE if code in found]


def offices_for(procedure: str, *, province: str, on: date) -> list[Office]:
    """The offices of a province that do a procedure."""
    return list(_offices(procedure, on=on).filter(province=province).order_by("city", "name"))


def everywhere(procedure: str, *, on: date) -> list[Office]:
    """The offices of the country that do a procedure, with their hours."""
    return list(_offices(procedure, on=on).prefetch_related("hours").order_by("city", "name"))


def days(office: Office, procedure: str, *, now: datetime) -> list[Day]:
    """The days of an office with the number of their free places, full ones with 0, closed ones left out."""
    return _days(_desks(procedure, [office], now=now), now=now).get(office.pk, [])


def province_days(province: str, procedure: str, *, now: datetime) -> dict[int, list[Day]]:
    """The same for all the offices of a province that do the procedure, by their ids."""
    today = now.astimezone(BY_CODE[province].zone).date()
    found = offices_for(procedure, province=province, on=today)
    return _days(_desks(procedure, found, now=now), now=now)


def hours(office: Office, procedure: str, on: date, *, now: datetime) -> list[Place]:
    """The times of a day of an office with the number of their free places, full ones with 0."""
    return _exact([(desk, on) for desk in _desks(procedure, [office], now=now)], now=now)


def next_free(province: str, procedure: str, *, now: datetime, most: int = 3) -> list[Next]:
    """The next free place of each of up to `most` offices: of the province, and then of its neighbours."""
    found = _next(province, procedure, now=now, most=most)
    near: list[Next] = []
    if len(found) < most:
        for neighbour in BY_CODE[province].neighbours:
            near += _next(neighbour, procedure, now=now, most=most - len(found))
    near.sort(key=lambda each: each.place.starts_at)
    return (found + near)[:most]


def free_days(of: Collection[Office], procedure: str, *, now: datetime) -> list[FreeDay]:
    """The days on which some of these offices have free places for a procedure, in order."""
    by_id = {office.pk: office for office in of}
    by_day: dict[date, list[Office]] = defaultdict(list)
    for office_id, found in _days(_desks(procedure, of, now=now), now=now).items():
        for day in found:
            if day.places:
                by_day[day.on].append(by_id[office_id])
    return [FreeDay(on=on, offices=tuple(by_day[on])) for on in sorted(by_day)]


def desk(agenda: Agenda, on: date) -> Desk:
    """An agenda, whose office is loaded, with what it needs for one day."""
    office = agenda.office
    return Desk(
        agenda=agenda,
        opening=offices.openings([office])[office.pk],
        closed=offices.closed([office], first=on, last=on + DAY)[office.pk],
    )


def free_seats(desk: Desk, on: date, *, now: datetime) -> list[tuple[Slot, list[int]]]:
    """The slots of a day that may be booked, with the seats that are free."""
    return [(slot, seats) for _, slot, seats in _free([(desk, on)], now=now)]


def _offices(procedure: str, *, on: date) -> QuerySet[Office]:
    doing = Agenda.objects.filter(procedures__contains=[procedure], seats__gt=0)
    return Office.objects.filter(
        Q(open_to=None) | Q(open_to__gte=on),
        pk__in=doing.values("office"),
        open_from__lte=on + policy().release.horizon * DAY,
    )


def _desks(procedure: str, of: Collection[Office], *, now: datetime) -> list[Desk]:
    by_id = {office.pk: office for office in of}
    agendas = Agenda.objects.filter(office__in=by_id, procedures__contains=[procedure], seats__gt=0).order_by(
        "pk"
    )
    today = now.date()
    openings = offices.openings(of)
    closed = offices.closed(of, first=today - DAY, last=today + (policy().release.horizon + 2) * DAY)
    found = []
    for agenda in agendas:
        agenda.office = by_id[agenda.office_id]
        found.append(Desk(agenda=agenda, opening=openings[agenda.office_id], closed=closed[agenda.office_id]))
    return found


def _days(desks: Collection[Desk], *, now: datetime) -> dict[int, list[Day]]:
    by_agenda = {desk.agenda.pk: desk for desk in desks}
    taken, uneven = _counters(by_agenda, now=now)
    left_today = _booked_later_today(by_agenda.values(), now=now)
    free: dict[int, dict[date, int]] = {desk.agenda.office_id: {} for desk in desks}
    exact: list[tuple[Desk, date]] = []
    usual: dict[Shape, list[tuple[date, int | None]]] = {}
    counted: dict[tuple[Shape, date, tuple[Shut, ...]], int] = {}
    for pk, desk in by_agenda.items():
        days = free[desk.agenda.office_id]
        begun, booked, special = _begun_on(desk, now=now), taken.get(pk, {}), _special_days(desk)
        # Most offices of a province have the same hours, and what follows from them is found once.
        shape = (desk.opening, desk.agenda.minutes, desk.agenda.seats)
        if shape not in usual:
            usual[shape] = _usual_days(desk, now=now)
        for on, released in usual[shape]:
            if released is not None and on > begun and on not in special and on not in uneven.get(pk, ()):
                if released:
                    days[on] = days.get(on, 0) + max(released - booked.get(on, 0), 0)
                continue
            if on in uneven.get(pk, ()):
                exact.append((desk, on))
                continue
            key = (shape, on, desk.shut(on))
            if key not in counted:
                counted[key] = _count(desk, on, now=now)
            if counted[key]:
                gone = left_today.get(pk, 0) if on == begun else booked.get(on, 0)
                days[on] = days.get(on, 0) + max(counted[key] - gone, 0)
    for desk, slot, seats in _free(exact, now=now):
        on = slot.starts_at.astimezone(desk.opening.zone).date()
        days = free[desk.agenda.office_id]
        days[on] = days.get(on, 0) + len(seats)
    return {office: [Day(on, days[on]) for on in sorted(days)] for office, days in free.items()}


def _special_days(desk: Desk) -> set[date]:
    """The days on which something is closed, and those before them where an office is open past midnight."""
    days = {*desk.closed}
    if any(stretch.runs_over for stretch in desk.opening.stretches):
        days |= {on - DAY for on in desk.closed}
    return days


def _count(desk: Desk, on: date, *, now: datetime) -> int:
    """How many places of a day are released and not yet too late, the taken ones too."""
    percent, seats = desk.percent(on, now=now), desk.agenda.seats
    return sum(
        len(places.released_seats(slot.position, seats=seats, percent=percent))
        for slot in desk.slots(on, now=now)
    )


def _begun_on(desk: Desk, *, now: datetime) -> date:
    """The day of which the first places can be booked no more."""
    return (now + policy().lead).astimezone(desk.opening.zone).date()


def _usual_days(desk: Desk, *, now: datetime) -> list[tuple[date, int | None]]:
    """The days of the calendar with the number of places released while nothing is closed; None to count."""
    today = now.astimezone(desk.opening.zone).date()
    release, minutes, seats = policy().release, desk.agenda.minutes, desk.agenda.seats
    found: list[tuple[date, int | None]] = []
    for ahead in range(release.horizon + 1):
        on = today + ahead * DAY
        slots = places.usual_slots(on, opening=desk.opening, minutes=minutes)
        percent = release.percent(ahead)
        found.append((on, None if slots is None else places.released(slots, seats=seats, percent=percent)))
    return found


COUNTERS = """
SELECT agenda_id, array_agg("on"), array_agg(taken), array_agg("on") FILTER (WHERE uneven)
FROM appointments_agendaday WHERE agenda_id = ANY(%s) AND "on" >= %s GROUP BY agenda_id
"""


def _counters(
    agendas: Collection[int], *, now: datetime
) -> tuple[dict[int, dict[date, int]], dict[int, set[date]]]:
    """What is taken of each agenda and day from yesterday on, and the days to be counted one by one."""
    taken: dict[int, dict[date, int]] = {}
    uneven: dict[int, set[date]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COUNTERS, [list(agendas), now.date() - DAY])
        for agenda, days, counts, uneven_days in cursor.fetchall():
            taken[agenda] = dict(zip(days, counts, strict=True))
            if uneven_days:
                uneven[agenda] = {*uneven_days}
    held = (
        Appointment.objects.filter(occupying(now), agenda__in=agendas, state__in=[State.HELD, State.OFFERED])
        .values_list("agenda", "on")
        .annotate(count=Count("pk"))
    )
    for agenda, on, count in held:
        days = taken.setdefault(agenda, {})
        days[on] = days.get(on, 0) + count
    return taken, uneven


def _booked_later_today(desks: Collection[Desk], *, now: datetime) -> dict[int, int]:
    """How much of each agenda is booked on the day that has begun, of what can still be booked."""
    if not desks:
        return {}
    last = max(_begun_on(desk, now=now) for desk in desks)
    rows = Appointment.objects.filter(
        occupying(now),
        agenda__in=[desk.agenda.pk for desk in desks],
        starts_at__range=(now + policy().lead, now + policy().lead + 2 * DAY),
        on__lte=last,
    )
    return dict(rows.values_list("agenda").annotate(count=Count("pk")))


def _exact(desks: Iterable[tuple[Desk, date]], *, now: datetime) -> list[Place]:
    found = [
        Place(desk.agenda.pk, slot.starts_at, slot.ends_at, len(seats))
        for desk, slot, seats in _free(desks, now=now)
    ]
    return sorted(found, key=lambda place: (place.starts_at, place.agenda_id))


def _free(desks: Iterable[tuple[Desk, date]], *, now: datetime) -> Iterator[tuple[Desk, Slot, list[int]]]:
    """The slots with a released seat of these agendas and days, and their free seats."""
    asked = list(desks)
    if not asked:
        return
    days = [on for _, on in asked]
    rows = Appointment.objects.filter(
        occupying(now),
        agenda__in={desk.agenda.pk for desk, _ in asked},
        on__range=(min(days) - DAY, max(days)),
        ends_at__gt=now,
    )
    booked: dict[int, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    for agenda, starts_at, ends_at, seat in rows.values_list("agenda", "starts_at", "ends_at", "seat"):
        booked[agenda].append((starts_at, ends_at, seat))
    for desk, on in asked:
        slots, percent, seats_of = desk.slots(on, now=now), desk.percent(on, now=now), desk.agenda.seats
        by_start = {slot.starts_at: slot for slot in slots}
        occupied: dict[datetime, set[int]] = defaultdict(set)
        for starts_at, ends_at, seat in booked[desk.agenda.pk]:
            slot = by_start.get(starts_at)
            if slot and slot.ends_at == ends_at:
                occupied[starts_at].add(seat)
                continue
            for slot in slots:  # booked when the hours were others
                if slot.starts_at < ends_at and starts_at < slot.ends_at:
                    occupied[slot.starts_at].add(seat)
        for slot in slots:
            if seats := places.released_seats(slot.position, seats=seats_of, percent=percent):
                yield desk, slot, [seat for seat in seats if seat not in occupied[slot.starts_at]]


def _next(province: str, procedure: str, *, now: datetime, most: int) -> list[Next]:
    today = now.astimezone(BY_CODE[province].zone).date()
    of = offices_for(procedure, province=province, on=today)
    found: dict[int, Next] = {}
    for day in free_days(of, procedure, now=now):
        wanted = [office for office in day.offices if office.pk not in found]
        desks = _desks(procedure, wanted, now=now)
        office_of = {desk.agenda.pk: desk.agenda.office for desk in desks}
        for place in _exact([(desk, day.on) for desk in desks], now=now):
            office = office_of[place.agenda_id]
            if place.places and office.pk not in found:
                found[office.pk] = Next(office, place)
        if len(found) >= most:
            break
    return sorted(found.values(), key=lambda each: each.place.starts_at)[:most]
