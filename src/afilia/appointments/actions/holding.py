"""From the choice of a place to the confirmed booking."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q

from afilia.appointments.actions import days, limits, recording, seats, telling, waiting
from afilia.appointments.booking import Who
from afilia.appointments.models import Appointment
from afilia.appointments.queries import availability
from afilia.appointments.rules.states import Reason, RefusedError, State
from afilia.offices.models import Agenda
from afilia.verification import actions as verification

HOLD = timedelta(minutes=5)


def hold(
    *,
    agenda_id: int,
    starts_at: datetime,
    procedure: str,
    who: Who,
    address: str,
    now: datetime,
    solution: str = "",
    ticket: str = "",
    instead_of: UUID | None = None,
) -> Appointment:
    """Hold a place for five minutes while its person confirms.

    `instead_of` is the hold that the same browser had before: it is given back in the same transaction, when
    it is the same person's. `solution` and `ticket` are what it brought of afilia.verification.proof.

    Raises RefusedError: TAKEN, NO_PLACE, CLOSED, HAS_ONE, TOO_MANY, PROOF, LIMIT.
    """
    agenda = _agenda_with_room(agenda_id, starts_at=starts_at, procedure=procedure, now=now)
    where = seats.place(agenda, starts_at=starts_at, now=now)
    counted = limits.count(who=who, address=address, solution=solution, ticket=ticket, now=now)
    try:
        return _hold(where, procedure=procedure, who=who, instead_of=instead_of, now=now)
    except RefusedError:
        with transaction.atomic():
            verification.take_back(whats=counted)
        raise


@transaction.atomic
def confirm(*, appointment_id: UUID, now: datetime) -> Appointment:
    """Confirm a hold, with the mail about it; a second time changes nothing.

    A hold whose time is over is confirmed too while nobody else has its seat or there is another in its slot.
    Raises RefusedError: OVER when there is nothing to confirm, TAKEN, CLOSED, NO_PLACE, HAS_ONE.
    """
    rows = seats.lock(appointment_id, now=now)
    if not rows:
        raise RefusedError(Reason.UNKNOWN)
    (row,) = rows
    if row.state == State.CONFIRMED:
        return row
    if row.state not in {State.HELD, State.EXPIRED} or now >= row.starts_at:
        raise RefusedError(Reason.OVER)
    changes = {"state": State.CONFIRMED, "confirmed_at": now, "ended_at": None, "held_until": None}
    if row.state == State.EXPIRED:
        _claim_again(row, changes, now=now)
    else:
        # All who confirm a place of the day wait for its lock, so that as much as can be is done before.
        desk = seats.check_still_there(row)
        telling.confirmed(row, now=now)
        Appointment.objects.filter(pk=row.pk).update(**changes)
        days.count({(row.agenda_id, row.on): 1})
        seats.check_not_closed_since(row, seen=desk)
    for name, value in changes.items():
        setattr(row, name, value)
    recording.record(row, event="appointment.confirmed", now=now)
    return row


@transaction.atomic
def release(*, appointment_id: UUID, now: datetime) -> None:
    """Give back a hold; nothing when it is none any more."""
    for row in seats.lock(appointment_id, now=now):
        if row.state == State.HELD:
            _end(row, State.CANCELLED, now=now)


LOOK = """
SELECT agenda.seats,
    count(booking.id) FILTER (WHERE booking.state <> 'held' OR booking.held_until > %(now)s),
    count(booking.id) FILTER (WHERE booking.state = 'offered' AND booking.held_until <= %(now)s)
FROM offices_agenda AS agenda
LEFT JOIN appointments_appointment AS booking ON booking.agenda_id = agenda.id
    AND booking.starts_at = %(starts_at)s AND booking.state IN ('held', 'offered', 'confirmed')
WHERE agenda.id = %(agenda)s AND agenda.seats > 0 AND %(procedure)s = ANY(agenda.procedures)
GROUP BY agenda.id
"""


def _agenda_with_room(agenda_id: int, *, starts_at: datetime, procedure: str, now: datetime) -> Agenda:
    """The agenda; those who come too late learn it here, in one query and without a lock."""
    with connection.cursor() as cursor:
        facts: dict[str, Any] = {
            "agenda": agenda_id,
            "starts_at": starts_at,
            "procedure": procedure,
            "now": now,
        }
        cursor.execute(LOOK, facts)
        seen = cursor.fetchone()
    if seen is None:
        raise RefusedError(Reason.NO_PLACE)
    seats, booked, lapsed = seen
    if booked >= seats and not lapsed:
        raise RefusedError(Reason.TAKEN)
    agenda = Agenda.objects.select_related("office").get(pk=agenda_id)
    if lapsed:
        waiting.pass_on_at(agenda, starts_at=starts_at, now=now)  # the list comes before whoever asks now
    return agenda


@transaction.atomic
def _hold(
    where: seats.Place, *, procedure: str, who: Who, instead_of: UUID | None, now: datetime
) -> Appointment:
    _make_way(where, procedure=procedure, who=who, instead_of=instead_of, now=now)
    fields = who.fields()
    live = Q(state__in=[State.HELD, State.CONFIRMED])
    contact = Appointment.objects.filter(
        live, Q(email=fields["email"]) | Q(phone=fields["phone"]), ends_at__gt=now
    )
    if contact.count() >= availability.policy().per_contact:
        raise RefusedError(Reason.TOO_MANY)
    row = seats.new(procedure=procedure, state=State.HELD, held_until=now + HOLD, fields=fields, now=now)
    if not seats.claim(row, where=where, now=now):
        raise RefusedError(Reason.HAS_ONE)
    return row


def _make_way(
    where: seats.Place, *, procedure: str, who: Who, instead_of: UUID | None, now: datetime
) -> None:
    """End what is over of the slot and of the person, and the hold that this one is instead of."""
    desk, _, slot = where
    identity = who.identity
    person = Q(number=identity.number, kind=identity.kind, country=identity.country)
    same = person & Q(procedure=procedure)
    stale = Q(state=State.HELD, held_until__lte=now)
    here = Q(agenda=desk.agenda, starts_at=slot.starts_at)
    earlier = same & Q(state=State.CONFIRMED, ends_at__lte=now)
    given_back = person & Q(pk=instead_of, state=State.HELD)
    # All locks in one statement and one order, before anything is written.
    rows = (
        Appointment.objects.select_for_update()
        .filter(((here | same) & stale) | earlier | given_back)
        .order_by("pk")
    )
    found = list(rows.values_list("pk", "state", "held_until"))
    seats.expire(
        [pk for pk, state, until in found if state == State.HELD and until and until <= now], now=now
    )
    for state, ended in ((State.HELD, State.CANCELLED), (State.CONFIRMED, State.UNMARKED)):
        pks = [pk for pk, was, until in found if was == state and not (until and until <= now)]
        if pks:
            Appointment.objects.filter(pk__in=pks).update(state=ended, ended_at=now)


def _claim_again(row: Appointment, changes: dict[str, Any], *, now: datetime) -> None:
    """Confirm a locked hold whose seat another one wanted: at any seat of its slot that is free."""
    # No hold waits for a row that has expired, so these may be locked after it.
    seats.lock(agenda_id=row.agenda_id, starts_at=row.starts_at, now=now)
    days.count({(row.agenda_id, row.on): 1})
    seats.reseat(row, where=seats.place(row.agenda, starts_at=row.starts_at, now=now), now=now, **changes)
    telling.confirmed(row, now=now)


def _end(row: Appointment, state: State, *, now: datetime) -> None:
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
