"""A closure is taken back: the places of its day can be booked again."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from afilia.appointments.actions import days, recording, seats, telling
from afilia.appointments.actions.closing import ClosureRefusedError, agendas_of, day_locks, days_of
from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import RefusedError, State
from afilia.audit import actions as audit
from afilia.offices.models import Closure
from afilia.offices.rules import ClosureFault


@transaction.atomic
def open_day(
    *, on: date, actor: str, now: datetime, office_id: int | None = None, province: str = ""
) -> list[Appointment]:
    """Take back what was closed of a day, all of it: for an office, a province, or all offices.

    Closures of another reach stay. Who was moved keeps the new place; whoever was told to choose one, and
    has not, keeps the old one and is told. The result are their bookings. Raises ClosureRefusedError: PAST,
    NONE.
    """
    if on < timezone.localdate(now):
        raise ClosureRefusedError(ClosureFault.PAST)
    where = agendas_of(office_id=office_id, province=province)
    rows = seats.lock(*_displaced(where, on, now=now), now=now)
    days.count(day_locks(where, on=on))
    closures = Closure.objects.select_for_update().filter(office=office_id, province=province, on=on)
    ids = sorted(closures.values_list("pk", flat=True))
    if not ids:
        raise ClosureRefusedError(ClosureFault.NONE)
    closures.delete()
    kept = [row for row in rows if row.state == State.CONFIRMED and row.displaced_at and _is_there(row)]
    for row in kept:
        row.displaced_at = None
        row.save(update_fields=["displaced_at"])
        telling.confirmed(row, now=now)
    for row in kept:
        recording.record(row, event="appointment.kept", now=now, actor="system")
    for pk in ids:
        audit.record(
            "office.opened",
            actor=actor,
            subject=f"closure:{pk}",
            at=now,
            facts={"on": on.isoformat(), "office": office_id, "province": province},
        )
    return kept


def _displaced(where: Q, on: date, *, now: datetime) -> list[UUID]:
    rows = Appointment.objects.filter(
        where, on__in=days_of(on), state=State.CONFIRMED, starts_at__gt=now, displaced_at__isnull=False
    )
    return list(rows.values_list("pk", flat=True))


def _is_there(row: Appointment) -> bool:
    try:
        seats.check_still_there(row)
    except RefusedError:
        return False
    return True
