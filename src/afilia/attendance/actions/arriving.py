from collections.abc import Mapping
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from afilia.appointments.models import Appointment
from afilia.attendance import queries
from afilia.attendance.actions.days import locked_day, locked_visit, record
from afilia.attendance.models import OfficeDay, Visit
from afilia.attendance.policy import policy
from afilia.attendance.rules import arrival
from afilia.attendance.rules.arrival import Refusal
from afilia.attendance.rules.figures import Event
from afilia.attendance.rules.order import Standing, counts_from
from afilia.attendance.rules.visits import OPEN, State
from afilia.offices.models import Office

WITH, WITHOUT = "A", "B"  # letters of the tickets: an appointment or none, never which group somebody is of


class ArrivalRefusedError(Exception):
    """Nobody is received; `reason` says why, `visit` is theirs where they are received already."""

    def __init__(self, reason: Refusal, *, visit: Visit | None = None) -> None:
        super().__init__(reason)
        self.reason, self.visit = reason, visit


@transaction.atomic
def check_in(*, office: Office, appointment_id: UUID, priority: bool, actor: str, now: datetime) -> Visit:
    """Receive the person of an appointment and give them a number. Raises ArrivalRefusedError."""
    today = queries.today(office, now=now)
    day = _open_day(office, now=now)
    rows = Appointment.objects.select_for_update()  # without a join: a row moved meanwhile would be missed
    appointment = rows.filter(pk=appointment_id).first()
    received = Visit.objects.filter(appointment_id=appointment_id).first()
    refusal = arrival.appointment_refusal(
        same_office=appointment is not None and appointment.office_id == office.pk,
        booked=appointment is not None and queries.is_booked(appointment),
        here=received is not None,
        on=appointment.on if appointment else today,
        today=today,
    )
    if refusal or appointment is None:
        is_own = received is not None and received.day_id == day.pk
        raise ArrivalRefusedError(refusal or Refusal.NOT_BOOKED, visit=received if is_own else None)
    standing = arrival.standing(due_at=appointment.starts_at, now=now, policy=policy().order)
    visit = _receive(
        day,
        letter=WITH,
        standing=standing,
        now=now,
        fields={
            "procedure": appointment.procedure,
            "appointment": appointment,
            "priority": priority,
            "due_at": appointment.starts_at,
        },
    )
    _record_arrival(visit, actor=actor, now=now)
    return visit


@transaction.atomic
def receive_walk_in(
    *, office: Office, procedure: str, priority: bool, identification: str, actor: str, now: datetime
) -> Visit:
    """Receive somebody without an appointment and give them a number. Raises ArrivalRefusedError.

    `priority` is for the groups of the sheet, who need no appointment; others are received where there is
    room. `identification` may be empty.
    """
    day = _open_day(office, now=now)
    takes = queries.minutes(office).get(procedure)
    if takes is None:
        raise ArrivalRefusedError(Refusal.NOT_DONE)
    load = queries.load(office, procedure=procedure, now=now)
    if refusal := arrival.walk_in_refusal(priority=priority, load=load, takes=takes):
        raise ArrivalRefusedError(refusal)
    visit = _receive(
        day,
        letter=WITHOUT,
        standing=Standing.WALK_IN,
        now=now,
        fields={"procedure": procedure, "identification": identification, "priority": priority},
    )
    _record_arrival(visit, actor=actor, now=now)
    return visit


@transaction.atomic
def change_priority(*, office: Office, visit_id: UUID, priority: bool, actor: str, now: datetime) -> Visit:
    """Say whether somebody who is here is of a group with priority. Raises Visit.DoesNotExist."""
    visit = locked_visit(office, visit_id=visit_id)
    if State(visit.state) in OPEN and visit.priority != priority:
        visit.priority = priority
        visit.save(update_fields=["priority"])
        record(Event.PRIORITY, day=visit.day, actor=actor, now=now, visit=str(visit.pk), priority=priority)
    return visit


def _open_day(office: Office, *, now: datetime) -> OfficeDay:
    day = locked_day(office, on=queries.today(office, now=now))
    if day.closed_at:
        raise ArrivalRefusedError(Refusal.OVER)
    return day


def _receive(
    day: OfficeDay, *, letter: str, standing: Standing, now: datetime, fields: Mapping[str, object]
) -> Visit:
    day.numbers += 1
    day.save(update_fields=["numbers"])
    visit_id = uuid4()
    return Visit.objects.create(
        id=visit_id,
        day=day,
        number=day.numbers,
        ticket=f"{letter}{day.numbers}",
        standing=standing,
        arrived_at=now,
        queued_at=now,
        state=State.WAITING,
        digest=queries.digest(queries.code_of(visit_id)),
        **fields,
    )


def _record_arrival(visit: Visit, *, actor: str, now: datetime) -> None:
    record(
        Event.ARRIVED,
        day=visit.day,
        actor=actor,
        now=now,
        visit=str(visit.pk),
        ticket=visit.ticket,
        procedure=visit.procedure,
        standing=visit.standing,
        priority=visit.priority,
        counts_from=counts_from(queries.waiting(visit)).isoformat(),
    )
