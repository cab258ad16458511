from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction

from afilia.appointments.rules.states import State as Booking
from afilia.attendance import queries
from afilia.attendance.actions.days import locked_day, locked_visit, mark, record
from afilia.attendance.models import OfficeDay, OpenCounter, Visit
from afilia.attendance.policy import policy
from afilia.attendance.rules.figures import Event
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import AT_A_COUNTER, State, Step, after
from afilia.offices.models import Office
from afilia.staff.rules import Role, Staff


class CounterRefusal(StrEnum):
    TAKEN = "taken"  # another official has that counter
    BUSY = "busy"  # somebody is at the counter
    NO_SUCH = "no-such"  # the office has fewer counters, or does none of the procedures
    NOT_OPEN = "not-open"  # the official has no counter, or nobody has that one
    OVER = "over"  # the day was closed


class CounterRefusedError(Exception):
    """A counter is not opened or closed, or calls nobody; `visit` is who is at it."""

    def __init__(self, reason: CounterRefusal, *, visit: Visit | None = None) -> None:
        super().__init__(reason)
        self.reason, self.visit = reason, visit


class StepRefusal(StrEnum):
    STATE = "state"  # meanwhile something else happened
    OTHER_COUNTER = "other-counter"  # somebody else attends the person
    TOO_SOON = "too-soon"  # after the last call
    TOO_FEW = "too-few"  # calls
    SAME = "same"  # procedure


class StepRefusedError(Exception):
    def __init__(self, reason: StepRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


@transaction.atomic
def open_counter(
    *, office: Office, staff: Staff, number: int, procedures: Collection[str], now: datetime
) -> OpenCounter:
    """Attend at a counter, for some procedures; the official's other counter is closed.

    Raises CounterRefusedError.
    """
    day = _open_day(office, now=now)
    slugs = sorted(set(procedures) & queries.minutes(office).keys())
    if not slugs or not 1 <= number <= office.counters:
        raise CounterRefusedError(CounterRefusal.NO_SUCH)
    if day.counters.filter(closed_at=None, number=number).exclude(member=staff.id).exists():
        raise CounterRefusedError(CounterRefusal.TAKEN)
    _close(day, staff, now=now)
    counter = OpenCounter.objects.create(
        day=day, number=number, member_id=staff.id, procedures=slugs, opened_at=now
    )
    record(Event.COUNTER_OPENED, day=day, actor=staff.actor, now=now, counter=number, procedures=slugs)
    return counter


@transaction.atomic
def close_counter(*, office: Office, staff: Staff, now: datetime) -> None:
    """Attend no longer. Raises CounterRefusedError while somebody is at the counter."""
    day = _open_day(office, now=now)
    if closed := _close(day, staff, now=now):
        record(Event.COUNTER_CLOSED, day=day, actor=staff.actor, now=now, counter=closed)


@transaction.atomic
def free_counter(*, office: Office, number: int, staff: Staff, now: datetime) -> None:
    """Close a counter that its official left open, for a supervisor; who is at it waits again in their place.

    Raises CounterRefusedError.
    """
    day = _open_day(office, now=now)
    if Role.SUPERVISOR not in staff.roles:
        raise CounterRefusedError(CounterRefusal.TAKEN)
    counter = day.counters.filter(closed_at=None, number=number).first()
    if counter is None:
        raise CounterRefusedError(CounterRefusal.NOT_OPEN)
    if visit := queries.visit_at(counter):
        _put_back(visit, actor=staff.actor, now=now)
    counter.closed_at = now
    counter.save(update_fields=["closed_at"])
    of = counter.member_id
    record(Event.COUNTER_CLOSED, day=day, actor=staff.actor, now=now, counter=number, of=of)


@transaction.atomic
def call_next(*, office: Office, staff: Staff, now: datetime) -> Visit | None:
    """Call the next person of the official's procedures to the counter; None when nobody waits.

    Raises CounterRefusedError, with who is at the counter where somebody is.
    """
    day = _open_day(office, now=now)
    counter = queries.counter_of(day, staff.id)
    if counter is None:
        raise CounterRefusedError(CounterRefusal.NOT_OPEN)
    if visit := queries.visit_at(counter):
        raise CounterRefusedError(CounterRefusal.BUSY, visit=visit)
    line = queries.in_line(day, procedures=counter.procedures, now=now)
    if not line:
        return None
    visit = line[0]
    visit.counter, visit.calls = counter, 0
    _call(visit, step=Step.CALL, actor=staff.actor, now=now)
    return visit


@transaction.atomic
def call_again(*, office: Office, visit_id: UUID, staff: Staff, now: datetime) -> Visit:
    """Raises Visit.DoesNotExist, StepRefusedError: not within the time between two calls."""
    visit = _own_visit(office, visit_id, staff)
    if after(State(visit.state), Step.CALL_AGAIN) and queries.next_call_at(visit) > now:
        raise StepRefusedError(StepRefusal.TOO_SOON)
    _call(visit, step=Step.CALL_AGAIN, actor=staff.actor, now=now)
    return visit


@transaction.atomic
def put_back(*, office: Office, visit_id: UUID, staff: Staff, now: datetime) -> Visit:
    """Take back a call; the person keeps the place in the line. Raises as `call_again`."""
    visit = _own_visit(office, visit_id, staff)
    _put_back(visit, actor=staff.actor, now=now)
    return visit


@transaction.atomic
def start(*, office: Office, visit_id: UUID, staff: Staff, now: datetime) -> Visit:
    """The person who was called is at the counter. Raises as `call_again`."""
    visit = _own_visit(office, visit_id, staff)
    _go(visit, Step.START)
    visit.started_at = now
    visit.save(update_fields=["state", "started_at"])
    record(Event.STARTED, day=visit.day, actor=staff.actor, now=now, visit=str(visit.pk))
    return visit


@transaction.atomic
def mark_absent(*, office: Office, visit_id: UUID, staff: Staff, now: datetime) -> Visit:
    """The person did not come to the counter. Raises as `call_again`: only after enough calls, and the time
    between two has passed after the last."""
    visit = _own_visit(office, visit_id, staff)
    if after(State(visit.state), Step.ABSENT):
        if visit.calls < policy().calls:
            raise StepRefusedError(StepRefusal.TOO_FEW)
        if queries.next_call_at(visit) > now:
            raise StepRefusedError(StepRefusal.TOO_SOON)
    _go(visit, Step.ABSENT)
    visit.save(update_fields=["state"])
    record(Event.ABSENT, day=visit.day, actor=staff.actor, now=now, visit=str(visit.pk), calls=visit.calls)
    return visit


@transaction.atomic
def return_to_line(*, office: Office, visit_id: UUID, actor: str, now: datetime) -> Visit:
    """Somebody absent came after all: they wait again, from now on. Raises as `call_again`."""
    visit = locked_visit(office, visit_id=visit_id)
    _go(visit, Step.RETURN)
    visit.standing, visit.queued_at, visit.counter = Standing.RETURNED, now, None
    visit.save(update_fields=["state", "standing", "queued_at", "counter"])
    record(Event.RETURNED, day=visit.day, actor=actor, now=now, visit=str(visit.pk))
    return visit


@transaction.atomic
def transfer(*, office: Office, visit_id: UUID, procedure: str, staff: Staff, now: datetime) -> Visit:
    """Let a person wait for another procedure, in the place that their time so far gives them.

    Raises as `call_again`.
    """
    visit = _own_visit(office, visit_id, staff)
    if procedure == visit.procedure or procedure not in queries.minutes(office):
        raise StepRefusedError(StepRefusal.SAME)
    _go(visit, Step.TRANSFER)
    before, visit.procedure = visit.procedure, procedure
    visit.counter, visit.called_at, visit.started_at = None, None, None
    visit.save(update_fields=["state", "procedure", "counter", "called_at", "started_at"])
    record(
        Event.TRANSFERRED,
        day=visit.day,
        actor=staff.actor,
        now=now,
        visit=str(visit.pk),
        was=before,
        procedure=procedure,
    )
    return visit


@transaction.atomic
def attend(*, office: Office, visit_id: UUID, outcome: str, staff: Staff, now: datetime) -> Visit:
    """The person was attended, with an outcome of the policy. Raises as `call_again`, KeyError for another
    outcome."""
    visit = _own_visit(office, visit_id, staff)
    if outcome not in policy().outcomes:
        raise KeyError(outcome)
    _go(visit, Step.ATTEND)
    visit.outcome, visit.ended_at = outcome, now
    visit.save(update_fields=["state", "outcome", "ended_at"])
    if visit.appointment:
        mark(visit.appointment, outcome=Booking.ATTENDED, day=visit.day, now=now)
    record(
        Event.ATTENDED,
        day=visit.day,
        actor=staff.actor,
        now=now,
        visit=str(visit.pk),
        procedure=visit.procedure,
        outcome=outcome,
    )
    return visit


def _open_day(office: Office, *, now: datetime) -> OfficeDay:
    day = locked_day(office, on=queries.today(office, now=now))
    if day.closed_at:
        raise CounterRefusedError(CounterRefusal.OVER)
    return day


def _close(day: OfficeDay, staff: Staff, *, now: datetime) -> int | None:
    """Close the official's counter of the day; its number, None where there was none."""
    counter = queries.counter_of(day, staff.id)
    if counter is None:
        return None
    if visit := queries.visit_at(counter):
        raise CounterRefusedError(CounterRefusal.BUSY, visit=visit)
    counter.closed_at = now
    counter.save(update_fields=["closed_at"])
    return counter.number


def _own_visit(office: Office, visit_id: UUID, staff: Staff) -> Visit:
    """A visit of the office, locked. Raises StepRefusedError where another official attends it."""
    visit = locked_visit(office, visit_id=visit_id)
    own = visit.counter is not None and visit.counter.member_id == staff.id
    if State(visit.state) in AT_A_COUNTER and not own:
        raise StepRefusedError(StepRefusal.OTHER_COUNTER)
    return visit


def _call(visit: Visit, *, step: Step, actor: str, now: datetime) -> None:
    _go(visit, step)
    visit.calls += 1
    visit.called_at = now
    visit.save(update_fields=["state", "counter", "calls", "called_at"])
    number = visit.counter.number if visit.counter else None
    record(
        Event.CALLED,
        day=visit.day,
        actor=actor,
        now=now,
        visit=str(visit.pk),
        counter=number,
        call=visit.calls,
    )


def _put_back(visit: Visit, *, actor: str, now: datetime) -> None:
    _go(visit, Step.PUT_BACK)
    visit.counter, visit.called_at, visit.started_at = None, None, None
    visit.save(update_fields=["state", "counter", "called_at", "started_at"])
    record(Event.PUT_BACK, day=visit.day, actor=actor, now=now, visit=str(visit.pk))


def _go(visit: Visit, step: Step) -> None:
    state = after(State(visit.state), step)
    if state is None:
        raise StepRefusedError(StepRefusal.STATE)
    visit.state = state
