"""Who gets a seat: the unique index of the database decides, and all that is here asks it.

Locks are taken in one order: counts of who asks (limits.py), then the person who has several numbers, then
bookings by their ids, then days, then entries of the waiting list, then the ledger. See
docs/decisions/0016-appointments.md.
"""

import secrets
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from afilia.appointments.models import Appointment, Person
from afilia.appointments.queries import availability
from afilia.appointments.queries.availability import Desk
from afilia.appointments.references import digest_of, reference_of
from afilia.appointments.rules.states import COUNTED, LIVE, Identity, Reason, RefusedError, State
from afilia.offices import queries as office_queries
from afilia.offices import rules as offices
from afilia.offices.models import Agenda
from afilia.offices.queries import zone_of
from afilia.offices.rules import Slot
from afilia.workers import queries as people

LETTERS = "BCDFGHJKLMNPQRTVXZ"  # no vowels, which make words, and none that sounds like another sign

FIELDS = Appointment._meta.concrete_fields
COLUMNS = ", ".join(connection.ops.quote_name(str(field.column)) for field in FIELDS)

Place = tuple[Desk, date, Slot]

# Without joins: a row that was moved while we waited for it would have lost its partner, and be left out.
LOCK = f"SELECT {COLUMNS} FROM appointments_appointment WHERE id = ANY(%(ids)s::uuid[])"  # noqa: S608
OR_STALE = """
OR (agenda_id = %(agenda)s AND starts_at = %(starts_at)s AND state = 'held' AND held_until <= %(now)s)
"""
IN_ORDER = " ORDER BY id FOR UPDATE"


def lock(
    *ids: UUID, agenda_id: int | None = None, starts_at: datetime | None = None, now: datetime
) -> list[Appointment]:
    """Lock these bookings, and end the holds of a slot whose time is over; in the order of the ids."""
    facts = {"ids": [*ids], "agenda": agenda_id, "starts_at": starts_at, "now": now}
    names = [field.attname for field in FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(LOCK + (OR_STALE if agenda_id else "") + IN_ORDER, facts)
        found = [Appointment.from_db(connection.alias, names, row) for row in cursor.fetchall()]
    expire([row.pk for row in found if row.pk not in ids], now=now)
    locked = [row for row in found if row.pk in ids]
    agendas = office_queries.agendas({row.agenda_id for row in locked})
    for row in locked:
        row.agenda = agendas[row.agenda_id]
        row.office = row.agenda.office
    return locked


def expire(ids: Collection[UUID], *, now: datetime) -> None:
    """End these holds or offers, which are locked."""
    if ids:
        Appointment.objects.filter(pk__in=ids).update(state=State.EXPIRED, ended_at=now)


def place(agenda: Agenda, *, starts_at: datetime, now: datetime) -> Place:
    """The slot of an agenda at a moment, when it may be booked now.

    Raises RefusedError: NO_PLACE, CLOSED.
    """
    desk, on = _desk(agenda, starts_at)
    for slot in desk.slots(on, now=now):
        if slot.starts_at == starts_at and desk.seats(slot, on, now=now):
            return desk, on, slot
    raise RefusedError(_why_not(desk, on, starts_at))


def check_still_there(row: Appointment) -> Desk:
    """Raise RefusedError when the office no longer has the seat that a booking is for, or is closed then."""
    desk, on = _desk(row.agenda, row.starts_at)
    slots = offices.slots(on, opening=desk.opening, minutes=row.agenda.minutes, shut=desk.shut(on))
    there = any((slot.starts_at, slot.ends_at) == (row.starts_at, row.ends_at) for slot in slots)
    if not there:
        raise RefusedError(_why_not(desk, on, row.starts_at))
    if row.seat > row.agenda.seats or row.procedure not in row.agenda.procedures:
        raise RefusedError(Reason.NO_PLACE)
    return desk


def check_not_closed_since(row: Appointment, *, seen: Desk) -> None:
    """The same once the day is locked, where all has been looked at before: only closures wait for that."""
    office = row.agenda.office
    closed = office_queries.closed([office], first=row.on, last=row.on + availability.DAY)
    if closed[office.pk] != seen.closed:
        check_still_there(row)


# From the day before on, so that the index serves; no place lasts longer.
OCCUPIED = """
SELECT seat FROM appointments_appointment
WHERE agenda_id = %(agenda)s AND starts_at > %(after)s AND starts_at < %(ends_at)s AND ends_at > %(starts_at)s
    AND state = ANY(%(states)s)
"""


def free(where: Place, *, now: datetime) -> list[int]:
    """The seats of a slot that are released and nobody has, in no order."""
    desk, on, slot = where
    facts: dict[str, Any] = {
        "agenda": desk.agenda.pk,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        "after": slot.starts_at - availability.DAY,
        "states": sorted(LIVE | COUNTED),
    }
    with connection.cursor() as cursor:
        cursor.execute(OCCUPIED, facts)
        occupied = {seat for (seat,) in cursor.fetchall()}
    seats = [seat for seat in desk.seats(slot, on, now=now) if seat not in occupied]
    secrets.SystemRandom().shuffle(seats)  # so that those who come together do not all try the same
    return seats


INSERT = f"""
INSERT INTO appointments_appointment ({COLUMNS}) VALUES ({", ".join(["%s"] * len(FIELDS))})
ON CONFLICT DO NOTHING
"""  # noqa: S608


def claim(row: Appointment, *, where: Place, now: datetime, seats: Iterable[int] = ()) -> bool:
    """Write a new booking at a free seat of a slot; False when the person has a live one for the procedure.

    `seats` are the only ones that may be taken, where they are given. Raises RefusedError with TAKEN when
    none is free; each round that writes nothing lost a seat to somebody who has it now.
    """
    desk, on, slot = where
    row.agenda, row.office, row.on = desk.agenda, desk.agenda.office, on
    row.starts_at, row.ends_at = slot.starts_at, slot.ends_at
    wanted = set(seats)
    while True:
        left = [seat for seat in free(where, now=now) if not wanted or seat in wanted]
        if not left:
            raise RefusedError(Reason.TAKEN)
        row.seat, row.code = left[0], new_code()
        if _insert(row):
            return True
        if row.state == State.HELD and has_live(row):
            return False


def new(
    *, procedure: str, state: State, held_until: datetime, fields: dict[str, Any], now: datetime
) -> Appointment:
    """A booking with its reference, not yet written."""
    row = Appointment(
        pk=uuid4(), procedure=procedure, state=state, held_until=held_until, made_at=now, **fields
    )
    row.digest = digest_of(reference_of(row))
    return row


def reseat(row: Appointment, *, where: Place, now: datetime, **changes: Any) -> None:
    """Put a locked booking on a free seat of a slot, with these changes of its other fields.

    Raises RefusedError with TAKEN when none is free, with HAS_ONE when the person has another live one.
    """
    desk, on, slot = where
    changed = {
        "agenda": desk.agenda,
        "office": desk.agenda.office,
        "on": on,
        "starts_at": slot.starts_at,
        "ends_at": slot.ends_at,
        **changes,
    }
    same_day = (row.office_id, row.on) == (desk.agenda.office_id, on)
    while seats := free(where, now=now):
        changed["seat"], changed["code"] = seats[0], row.code if same_day else new_code()
        try:
            with transaction.atomic():
                Appointment.objects.filter(pk=row.pk).update(**changed)
        except IntegrityError:
            if has_live(row):
                raise RefusedError(Reason.HAS_ONE) from None
            same_day = False  # the code may be what is another's
            continue
        for name, value in changed.items():
            setattr(row, name, value)
        return
    raise RefusedError(Reason.TAKEN)


PERSON = "SELECT pg_advisory_xact_lock(hashtextextended('appointments:' || %s, 0))"


def lock_person(who: Person | Identity) -> list[str]:
    """The numbers of a person; with several, nobody else books or waits for them until the transaction ends.

    Of one number the unique indexes take care.
    """
    numbers = _numbers(who)
    if len(numbers) > 1:
        with connection.cursor() as cursor:
            cursor.execute(PERSON, [numbers[0]])
    return numbers


def has_live(row: Appointment) -> bool:
    """Whether the person of a booking has another live one for its procedure, under whichever number."""
    rows = Appointment.objects.filter(
        number__in=_numbers(row),
        country=row.country,
        procedure=row.procedure,
        state__in=[State.HELD, State.CONFIRMED],
    )
    return rows.exclude(pk=row.pk).exists()


def _numbers(who: Person | Identity) -> list[str]:
    """In their order; a passport is known to nobody else."""
    return [who.number] if who.country else sorted(people.numbers_of(who.number))


def new_code() -> str:
    return f"{secrets.choice(LETTERS)}{secrets.randbelow(1000):03}"


def day_of(agenda: Agenda, *, starts_at: datetime) -> date:
    """The day of a moment in the calendar of the agenda's office."""
    return starts_at.astimezone(zone_of(agenda.office)).date()


def _desk(agenda: Agenda, starts_at: datetime) -> tuple[Desk, date]:
    on = day_of(agenda, starts_at=starts_at)
    return availability.desk(agenda, on), on


def _why_not(desk: Desk, on: date, starts_at: datetime) -> Reason:
    """Whether a place is missing because the office is closed then, or because there is none."""
    slots = offices.slots(on, opening=desk.opening, minutes=desk.agenda.minutes)
    allowed = offices.slots(on, opening=desk.opening, minutes=desk.agenda.minutes, shut=desk.shut(on))
    starts = {slot.starts_at for slot in slots} - {slot.starts_at for slot in allowed}
    return Reason.CLOSED if starts_at in starts else Reason.NO_PLACE


def _insert(row: Appointment) -> bool:
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in FIELDS]
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return bool(cursor.rowcount)
