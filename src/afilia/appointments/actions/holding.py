"""From the choice of a place to the confirmed booking."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from afilia.appointments.actions import days, limits, recording, seats, telling, waiting
from afilia.appointments.booking import Who
from afilia.appointments.models import Appointment
from afilia.appointments.queries.availability import policy
from afilia.appointments.rules.states import LIVE, Reason, RefusedError, State
from afilia.offices import queries as office_queries
from afilia.offices.models import Agenda

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
    with transaction.atomic():  # who is refused is not counted
        # The counts stay locked, so that of one e-mail or phone only one booking at a time is let through.
        limits.count(who=who, address=address, solution=solution, ticket=ticket, now=now)
        return _hold(where, procedure=procedure, who=who, instead_of=instead_of, now=now)


CONFIRM = """
UPDATE appointments_appointment
SET state = 'confirmed', confirmed_at = %s, ended_at = NULL, held_until = NULL WHERE id = %s
"""


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
        with connection.cursor() as cursor:
            cursor.execute(CONFIRM, [now, row.pk])
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


# What most of those who come together ask, each in a new connection. It neither joins nor filters nor
# counts, since PostgreSQL would have to learn first how each of that is done with these columns.
LOOK = """
SELECT seats, procedures, NULL, NULL FROM offices_agenda WHERE id = %(agenda)s
UNION ALL
SELECT NULL, NULL, state, held_until FROM appointments_appointment
WHERE agenda_id = %(agenda)s AND starts_at = %(starts_at)s
"""


def _agenda_with_room(agenda_id: int, *, starts_at: datetime, procedure: str, now: datetime) -> Agenda:
    """The agenda; those who come too late learn it here, in one query and without a lock."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK, {"agenda": agenda_id, "starts_at": starts_at})
        found = cursor.fetchall()
    seats = next((seats for seats, procedures, *_ in found if seats and procedure in procedures), 0)
    if not seats:
        raise RefusedError(Reason.NO_PLACE)
    live = [(state, until) for *_, state, until in found if state in LIVE]
    booked = sum(state != State.HELD or until > now for state, until in live)
    lapsed = any(state == State.OFFERED and until <= now for state, until in live)
    if booked >= seats and not lapsed:
        raise RefusedError(Reason.TAKEN)
    agenda = office_queries.agendas([agenda_id])[agenda_id]
    if lapsed:
        waiting.pass_on_at(agenda, starts_at=starts_at, now=now)  # the list comes before whoever asks now
    return agenda


def _hold(
    where: seats.Place, *, procedure: str, who: Who, instead_of: UUID | None, now: datetime
) -> Appointment:
    numbers = seats.lock_person(who.identity)
    _make_way(where, procedure=procedure, who=who, numbers=numbers, instead_of=instead_of, now=now)
    fields = who.fields()
    if _live_with_contact(email=fields["email"], phone=fields["phone"], now=now) >= policy().per_contact:
        raise RefusedError(Reason.TOO_MANY)
    row = seats.new(procedure=procedure, state=State.HELD, held_until=now + HOLD, fields=fields, now=now)
    if (len(numbers) > 1 and seats.has_live(row)) or not seats.claim(row, where=where, now=now):
        raise RefusedError(Reason.HAS_ONE)
    return row


CONTACT = """
SELECT count(*) FROM appointments_appointment
WHERE state IN ('held', 'confirmed') AND (email = %(email)s OR phone = %(phone)s) AND ends_at > %(now)s
"""


def _live_with_contact(*, email: str, phone: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(CONTACT, {"email": email, "phone": phone, "now": now})
        (count,) = cursor.fetchone()
    return int(count)


# All locks in one statement and one order, before anything is written.
IN_THE_WAY = """
SELECT id, state, held_until FROM appointments_appointment
WHERE (agenda_id = %(agenda)s AND starts_at = %(starts_at)s AND state = 'held' AND held_until <= %(now)s)
    OR (number = ANY(%(numbers)s) AND country = %(country)s AND (
        (procedure = %(procedure)s AND state = 'held' AND held_until <= %(now)s)
        OR (procedure = %(procedure)s AND state = 'confirmed' AND ends_at <= %(now)s)
        OR (id = %(instead_of)s AND state = 'held')
    ))
ORDER BY id
FOR UPDATE
"""


def _make_way(
    where: seats.Place,
    *,
    procedure: str,
    who: Who,
    numbers: list[str],
    instead_of: UUID | None,
    now: datetime,
) -> None:
    """End what is over of the slot and of the person, and the hold that this one is instead of."""
    desk, _, slot = where
    facts: dict[str, Any] = {
        "agenda": desk.agenda.pk,
        "starts_at": slot.starts_at,
        "numbers": numbers,
        "country": who.identity.country,
        "procedure": procedure,
        "instead_of": instead_of,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(IN_THE_WAY, facts)
        found = cursor.fetchall()
    seats.expire(
        [pk for pk, state, until in found if state == State.HELD and until and until <= now], now=now
    )
    for state, ended in ((State.HELD, State.CANCELLED), (State.CONFIRMED, State.UNMARKED)):
        pks = [pk for pk, was, until in found if was == state and not (until and until <= now)]
        if pks:
            Appointment.objects.filter(pk__in=pks).update(state=ended, ended_at=now)


def _claim_again(row: Appointment, changes: dict[str, Any], *, now: datetime) -> None:
    """Confirm a locked hold whose seat another one wanted: at any seat of its slot that is free."""
    # No hold waits for a row that has expired, so its person and these may be locked after it.
    if len(seats.lock_person(row)) > 1 and seats.has_live(row):
        raise RefusedError(Reason.HAS_ONE)
    seats.lock(agenda_id=row.agenda_id, starts_at=row.starts_at, now=now)
    days.count({(row.agenda_id, row.on): 1})
    seats.reseat(row, where=seats.place(row.agenda, starts_at=row.starts_at, now=now), now=now, **changes)
    telling.confirmed(row, now=now)


def _end(row: Appointment, state: State, *, now: datetime) -> None:
    row.state, row.ended_at = state, now
    row.save(update_fields=["state", "ended_at"])
