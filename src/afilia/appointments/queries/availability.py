"""What is free, and when: from the rules, less the counters of the days and the holds of the moment."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from afilia.appointments.models import AgendaDay, Appointment
from afilia.appointments.policy import AppointmentPolicy
from afilia.appointments.rules import places
from afilia.appointments.rules.states import COUNTED, State
from afilia.offices import queries as offices
from afilia.offices.models import Agenda, Office
from afilia.offices.provinces import BY_CODE
from afilia.offices.rules import Opening, Shut, Slot

DAY = timedelta(days=1)


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
    horizon = policy().release.horizon
    by_agenda = {desk.agenda.pk: desk for desk in desks}
    taken, uneven = _counters(by_agenda, now=now)
    free: dict[int, dict[date, int]] = {desk.agenda.office_id: {} for desk in desks}
    exact: list[tuple[Desk, date]] = []
    for pk, desk in by_agenda.items():
        days = free[desk.agenda.office_id]
        today = now.astimezone(desk.opening.zone).date()
        begun = (now + policy().lead).astimezone(desk.opening.zone).date()
        for ahead in range(horizon + 1):
            on = today + ahead * DAY
            if on <= begun or (pk, on) in uneven:
                exact.append((desk, on))
            elif count := _released(desk, on, ahead, now=now):
                days[on] = days.get(on, 0) + max(count - taken.get((pk, on), 0), 0)
    for desk, slot, seats in _free(exact, now=now):
        on = slot.starts_at.astimezone(desk.opening.zone).date()
        days = free[desk.agenda.office_id]
        days[on] = days.get(on, 0) + len(seats)
    return {office: [Day(on, days[on]) for on in sorted(days)] for office, days in free.items()}


def _released(desk: Desk, on: date, ahead: int, *, now: datetime) -> int:
    """How many places of a day are released, the taken ones too."""
    percent, seats = policy().release.percent(ahead), desk.agenda.seats
    if on not in desk.closed and on + DAY not in desk.closed:
        slots = places.usual_slots(on, opening=desk.opening, minutes=desk.agenda.minutes)
        if slots is not None:
            return places.released(slots, seats=seats, percent=percent)
    return sum(len(desk.seats(slot, on, now=now)) for slot in desk.slots(on, now=now))


def _counters(
    agendas: Collection[int], *, now: datetime
) -> tuple[dict[tuple[int, date], int], set[tuple[int, date]]]:
    """What is taken of each agenda and day from yesterday on, and the days to be counted one by one."""
    rows = AgendaDay.objects.filter(agenda__in=agendas, on__gte=now.date() - DAY)
    taken, uneven = {}, set()
    for agenda, on, count, is_uneven in rows.values_list("agenda", "on", "taken", "uneven"):
        taken[agenda, on] = count
        if is_uneven:
            uneven.add((agenda, on))
    held = (
        Appointment.objects.filter(occupying(now), agenda__in=agendas, state__in=[State.HELD, State.OFFERED])
        .values_list("agenda", "on")
        .annotate(count=Count("pk"))
    )
    for agenda, on, count in held:
        taken[agenda, on] = taken.get((agenda, on), 0) + count
    return taken, uneven


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
        slots = desk.slots(on, now=now)
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
            if seats := desk.seats(slot, on, now=now):
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
