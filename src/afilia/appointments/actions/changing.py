"""What may become of a confirmed booking."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from afilia.appointments.actions import days, limits, recording, seats, telling, waiting
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import Reason, RefusedError, State, Waiting, may_change
from afilia.offices.models import Agenda
from afilia.verification import actions as verification

MARKS = {
    State.CONFIRMED: {State.ATTENDED, State.NO_SHOW},
    State.UNMARKED: {State.ATTENDED, State.NO_SHOW},
    State.NO_SHOW: {State.ATTENDED},  # came late after all
}


@transaction.atomic
def cancel(*, appointment_id: UUID, now: datetime, actor: str = "anonymous") -> Appointment:
    """Cancel a booking; its place is offered to the waiting list in the same transaction.

    Raises RefusedError: OVER when it is no longer confirmed or has begun, UNKNOWN.
    """
    row = _changeable(seats.lock(appointment_id, now=now), now=now)
    days.count({(row.agenda_id, row.on): -1})
    row.state, row.ended_at = State.CANCELLED, now
    row.save(update_fields=["state", "ended_at"])
    skip = _waits(row)
    waiting.offer_freed(agenda=row.agenda, starts_at=row.starts_at, seat=row.seat, skip=skip, now=now)
    telling.cancelled(row, now=now)
    recording.record(row, event="appointment.cancelled", now=now, actor=actor)
    return row


@transaction.atomic
def move(
    *,
    appointment_id: UUID,
    agenda_id: int,
    starts_at: datetime,
    now: datetime,
    actor: str = "anonymous",
    because: str = "",
    only_from: datetime | None = None,
) -> Appointment:
    """Move a booking to another place, of any office that does its procedure; it keeps its reference.

    The old place is left only with the new one got. Raises RefusedError, and then all is as it was: OVER,
    UNKNOWN, TAKEN, NO_PLACE, CLOSED. `because` is "closed" when the institution moves it,
    and then only from the time that it found it at.
    """
    rows = seats.lock(appointment_id, agenda_id=agenda_id, starts_at=starts_at, now=now)
    row = _changeable(rows, now=now)
    if only_from not in {None, row.starts_at}:
        raise RefusedError(Reason.OVER)
    if (row.agenda_id, row.starts_at) == (agenda_id, starts_at):
        return row
    agenda = Agenda.objects.select_related("office").filter(
        pk=agenda_id, procedures__contains=[row.procedure]
    )
    to = agenda.first()
    if to is None:
        raise RefusedError(Reason.NO_PLACE)
    old = (row.office, row.agenda, row.on, row.starts_at, row.seat)
    office, left, on, was_at, seat = old
    counts = {(to.pk, seats.day_of(to, starts_at=starts_at)): 1}
    counts[left.pk, on] = counts.get((left.pk, on), 0) - 1
    days.count(counts)
    where = seats.place(to, starts_at=starts_at, now=now)
    seats.reseat(row, where=where, now=now, reminded_at=None, displaced_at=None)
    waiting.offer_freed(agenda=left, starts_at=was_at, seat=seat, skip=_waits(row), now=now)
    telling.moved(row, from_office=office, from_starts_at=was_at, because=because, now=now)
    recording.record(row, event="appointment.moved", now=now, actor=actor, closed=because == "closed")
    return row


def move_by_link(*, appointment_id: UUID, agenda_id: int, starts_at: datetime, now: datetime) -> Appointment:
    """Move a booking for whoever has its link. Raises RefusedError as `move` does, and LIMIT."""
    counted = limits.count_move(appointment_id=appointment_id, now=now)
    try:
        return move(appointment_id=appointment_id, agenda_id=agenda_id, starts_at=starts_at, now=now)
    except RefusedError:
        verification.take_back(whats=[counted])
        raise


@transaction.atomic
def mark(*, appointment_id: UUID, outcome: State, now: datetime) -> Appointment:
    """Say of a booking that its person was attended or did not come; the caller records it in the ledger.

    Raises RefusedError with OVER when it can no longer become that, UNKNOWN.
    """
    rows = seats.lock(appointment_id, now=now)
    if not rows:
        raise RefusedError(Reason.UNKNOWN)
    (row,) = rows
    if row.state != outcome:
        if outcome not in MARKS.get(State(row.state), set()):
            raise RefusedError(Reason.OVER)
        row.state, row.ended_at = outcome, now
        row.save(update_fields=["state", "ended_at"])
    return row


def _waits(row: Appointment) -> list[UUID]:
    """Where a booking's person waits for the same procedure: nobody is offered the place that they leave."""
    same = {name: getattr(row, name) for name in ("number", "kind", "country", "procedure")}
    return list(WaitingEntry.objects.filter(**same, state=Waiting.QUEUED).values_list("pk", flat=True))


def _changeable(rows: list[Appointment], *, now: datetime) -> Appointment:
    if not rows:
        raise RefusedError(Reason.UNKNOWN)
    (row,) = rows
    if not may_change(State(row.state), starts_at=row.starts_at, now=now):
        raise RefusedError(Reason.OVER)
    return row
