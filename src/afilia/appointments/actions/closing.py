"""An office closes: nobody books any more, and who was booked is moved or told before the day comes."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from afilia.appointments.actions import changing, days, recording, seats, telling, waiting
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.queries import availability
from afilia.appointments.queries.availability import DAY, Place
from afilia.appointments.rules.states import Reason, RefusedError, State, Waiting
from afilia.audit import actions as audit
from afilia.kit import queue
from afilia.offices import queries as offices
from afilia.offices.models import Agenda, Closure, Office
from afilia.offices.rules import ClosureFault, closure_fault

LEFT_ALONE = timedelta(minutes=5)  # after which the job of a closure counts as lost
MOST_TRIES = 20  # places that others take while somebody is moved


class ClosureRefusedError(Exception):
    """Nothing was closed; `fault` says why."""

    def __init__(self, fault: ClosureFault) -> None:
        super().__init__(fault)
        self.fault = fault


@transaction.atomic
def close_day(
    *,
    on: date,
    reason: str,
    actor: str,
    now: datetime,
    office_id: int | None = None,
    province: str = "",
    from_time: time | None = None,
    until_time: time | None = None,
) -> Closure:
    """Close an office, all of a province, or all offices on a day or a part of it.

    From the commit on nothing is booked there any more, and a job moves or tells everybody who was booked.
    Raises ClosureRefusedError.
    """
    today = timezone.localdate(now)
    fault = closure_fault(on=on, from_time=from_time, until_time=until_time, reason=reason, today=today)
    if fault:
        raise ClosureRefusedError(fault)
    # Whoever is confirming a booking has the day's lock; afterwards all see the closure.
    days.count(day_locks(agendas_of(office_id=office_id, province=province), on=on))
    closure = Closure.objects.create(
        office_id=office_id,
        province=province,
        on=on,
        from_time=from_time,
        until_time=until_time,
        reason=reason,
        made_at=now,
    )
    queue.defer("appointments.empty", closure_id=closure.pk)
    audit.record(
        "office.closed",
        actor=actor,
        subject=f"closure:{closure.pk}",
        at=now,
        facts={"on": on.isoformat(), "office": office_id, "province": province},
    )
    return closure


def empty(*, closure_id: int, now: datetime) -> int:
    """Move or tell everybody who is booked on what is closed; how many they were.

    Each in a transaction of their own, so that a job that is cut off goes on where it was.
    """
    closure = Closure.objects.filter(pk=closure_id, emptied_at=None).first()
    if closure is None:
        return 0
    booked = Appointment.objects.filter(
        agendas_of(office_id=closure.office_id, province=closure.province),
        on__in=days_of(closure.on),
        state__in=[State.CONFIRMED, State.OFFERED],
        starts_at__gt=now,
        displaced_at=None,
    ).order_by("starts_at", "pk")
    told = 0
    for row in booked.select_related("agenda__office", "office"):
        if not _is_closed(row):
            continue
        told += 1
        if row.state == State.OFFERED:
            _take_back(row.pk, now=now)
        else:
            _rebook(row, closure, now=now)
    Closure.objects.filter(pk=closure.pk).update(emptied_at=now)
    return told


def empty_left(*, now: datetime) -> int:
    """Move or tell those of closures whose job was lost; how many people they were."""
    left = Closure.objects.filter(emptied_at=None, made_at__lte=now - LEFT_ALONE).order_by("pk")
    return sum(empty(closure_id=pk, now=now) for pk in left.values_list("pk", flat=True))


def _is_closed(row: Appointment) -> bool:
    try:
        seats.check_still_there(row)
    except RefusedError as error:
        return error.reason is Reason.CLOSED
    return False


def agendas_of(*, office_id: int | None, province: str) -> Q:
    """The agendas, or bookings, that a closure of this reach is for."""
    if office_id is not None:
        return Q(office=office_id)
    return Q(office__province=province) if province else Q()


def days_of(on: date) -> tuple[date, date]:
    """The days that a closure is for: the last place of the day before may reach into its own."""
    return on - DAY, on


def day_locks(where: Q, *, on: date) -> dict[days.Key, int]:
    """The days that are locked to close or open some agendas."""
    agendas = Agenda.objects.filter(where).values_list("pk", flat=True)
    return {(pk, day): 0 for pk in agendas for day in days_of(on)}


def _rebook(row: Appointment, closure: Closure, *, now: datetime) -> None:
    """Move a booking to the next free place of its office, or else of the province; or tell its person."""
    for _, place in zip(range(MOST_TRIES), _places_after(row, closure.on, now=now), strict=False):
        try:
            changing.move(
                appointment_id=row.pk,
                agenda_id=place.agenda_id,
                starts_at=place.starts_at,
                now=now,
                actor="system",
                because="closed",
                only_from=row.starts_at,
            )
        except RefusedError as error:
            if error.reason in {Reason.OVER, Reason.UNKNOWN}:
                return  # cancelled or moved by its person meanwhile
        else:
            return
    _displace(row, closure, now=now)


def _places_after(row: Appointment, on: date, *, now: datetime) -> Iterator[Place]:
    """The free places from a day on: of the office of a booking, and then of the others of its province."""
    today = now.astimezone(offices.zone_of(row.office)).date()
    others = availability.offices_for(row.procedure, province=row.office.province, on=today)
    for group in ([row.office], [office for office in others if office.pk != row.office_id]):
        yield from _free_places(group, row.procedure, on, now=now)


def _free_places(group: list[Office], procedure: str, on: date, *, now: datetime) -> Iterator[Place]:
    for found in availability.free_days(group, procedure, now=now):
        if found.on >= on:
            for office in found.offices:
                for place in availability.hours(office, procedure, found.on, now=now):
                    if place.places:
                        yield place


@transaction.atomic
def _displace(booked: Appointment, closure: Closure, *, now: datetime) -> None:
    """Tell a person to choose another place, keep the booking for that, and put them before all who wait."""
    seats.lock_person(booked)
    (row,) = seats.lock(booked.pk, now=now)
    if row.state != State.CONFIRMED or row.displaced_at or not _is_closed(row):
        return
    row.displaced_at = now
    row.save(update_fields=["displaced_at"])
    waiting.join_first(row, until=row.on + availability.policy().release.horizon * DAY, now=now)
    telling.displaced(row, closure_reason=closure.reason, now=now)
    recording.record(row, event="appointment.displaced", now=now, actor="system")


@transaction.atomic
def _take_back(offer_id: UUID, *, now: datetime) -> None:
    """Take back an offer; its person waits on, where they were in the order."""
    (offer,) = seats.lock(offer_id, now=now)
    if offer.state != State.OFFERED:
        return
    seats.expire([offer.pk], now=now)
    entries = WaitingEntry.objects.select_for_update().filter(offer=offer)
    for entry in entries:
        entry.state, entry.offer = Waiting.QUEUED, None
        entry.save(update_fields=["state", "offer"])
        recording.record_waiting(entry, event="waiting.taken-back", now=now, actor="system")
