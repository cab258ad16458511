"""What time brings: offers that lapse, places for those who wait, reminders, and forgetting."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from afilia.appointments.actions import seats, telling, waiting
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.queries import availability
from afilia.appointments.rules.states import OVER, RefusedError, State, Waiting
from afilia.offices.models import Agenda
from afilia.offices.provinces import BY_CODE

UNMARKED_AFTER = timedelta(hours=12)  # the office had the day to say who came
EMPTY = {"number": "", "country": "", "names": "", "email": "", "phone": "", "ruc": ""}


def tend_waiting_list(*, now: datetime) -> int:
    """Pass on the offers that lapsed, end the entries whose days are over, and offer what is free.

    The result is the number of offers made of places that were free, as newly released ones are.
    """
    waiting.pass_on_lapsed(now=now)
    over = WaitingEntry.objects.filter(state=Waiting.QUEUED, to_on__lt=now.date() - availability.DAY)
    over.update(state=Waiting.LAPSED, ended_at=now)
    queued = WaitingEntry.objects.filter(state=Waiting.QUEUED)
    groups = queued.order_by("procedure", "province").values_list("procedure", "province").distinct()
    return sum(_offer_free(procedure, province, now=now) for procedure, province in groups)


def remind(*, now: datetime) -> int:
    """Remind once of each appointment that begins soon; how many mails that were.

    Whoever booked later than the reminder would come has the confirmation and gets none.
    """
    before = availability.policy().remind
    soon = Appointment.objects.filter(
        state=State.CONFIRMED,
        starts_at__range=(now, now + before),
        confirmed_at__lt=F("starts_at") - before,
        reminded_at=None,
        displaced_at=None,
    )
    return sum(_remind(pk, now=now) for pk in soon.values_list("pk", flat=True))


def forget(*, now: datetime) -> int:
    """Forget the persons of what is over for longer than the policy keeps it; how many bookings that were.

    What is left says that a place was used, or not, and by nobody.
    """
    before = now - availability.policy().keep
    bookings = Appointment.objects.filter(starts_at__lt=before, forgotten_at=None, state__in=OVER)
    entries = WaitingEntry.objects.filter(ended_at__lt=before, forgotten_at=None)
    entries.update(forgotten_at=now, **EMPTY)
    # Nobody ever came for these.
    Appointment.objects.filter(state=State.EXPIRED, ended_at__lt=now - availability.DAY).delete()
    return bookings.update(forgotten_at=now, **EMPTY)


def close_days(*, now: datetime) -> None:
    """End what nobody ended: holds whose time is over, and bookings that the office did not mark."""
    stale = Appointment.objects.select_for_update(skip_locked=True).filter(
        Q(state=State.HELD, held_until__lte=now - availability.DAY)
        | Q(state=State.CONFIRMED, ends_at__lte=now - UNMARKED_AFTER)
    )
    with transaction.atomic():
        found = list(stale.order_by("pk").values_list("pk", "state"))
        seats.expire([pk for pk, state in found if state == State.HELD], now=now)
        over = [pk for pk, state in found if state == State.CONFIRMED]
        Appointment.objects.filter(pk__in=over).update(state=State.UNMARKED, ended_at=now)


def _offer_free(procedure: str, province: str, *, now: datetime) -> int:
    """Offer the free places of a province to those who wait for a procedure there."""
    made = 0
    today = now.astimezone(BY_CODE[province].zone).date()
    offices = availability.offices_for(procedure, province=province, on=today)
    for found in availability.free_days(offices, procedure, now=now):
        for office in found.offices:
            waits = WaitingEntry.objects.filter(
                Q(office=None) | Q(office=office),
                state=Waiting.QUEUED,
                procedure=procedure,
                province=province,
                from_on__lte=found.on,
                to_on__gte=found.on,
            )
            if not waits.exists():
                continue
            for place in availability.hours(office, procedure, found.on, now=now):
                offered = sum(_offer(place, now=now) for _ in range(place.places))
                made += offered
                if place.places and not offered:
                    break  # nobody takes a place of this day
    return made


@transaction.atomic
def _offer(place: availability.Place, *, now: datetime) -> bool:
    agenda = Agenda.objects.select_related("office").get(pk=place.agenda_id)
    try:
        where = seats.place(agenda, starts_at=place.starts_at, now=now)
    except RefusedError:
        return False
    free = seats.free(where, now=now)
    return bool(free) and waiting.offer_place(where, seat=free[0], now=now) is not None


@transaction.atomic
def _remind(pk: UUID, *, now: datetime) -> bool:
    rows = Appointment.objects.select_for_update(skip_locked=True, of=("self",)).select_related("office")
    row = rows.filter(pk=pk, state=State.CONFIRMED, reminded_at=None, starts_at__gt=now).first()
    if row is None:
        return False
    row.reminded_at = now
    row.save(update_fields=["reminded_at"])
    telling.reminder(row, now=now)
    return True
