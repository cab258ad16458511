"""Who has a case: taken, handed over, given by a supervisor, given back. One official at a time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from afilia.cases.actions.steps import RefusedError, locked_for, move, record, tell
from afilia.cases.models import Case, Trace
from afilia.cases.queries import facts
from afilia.cases.rules import sight
from afilia.cases.rules.moves import OPEN, Fault, Party, State
from afilia.cases.rules.moves import Move as MoveKind
from afilia.procedures.rules import Unit
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff


class TakenError(Exception):
    """Another official has the case, or was faster; `by` is who. Nothing was done."""

    def __init__(self, by: StaffMember) -> None:
        super().__init__(str(by))
        self.by = by


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """What became of a bulk assignment: the numbers of the cases that were given, and of those left."""

    given: list[str]
    left: list[str]


@transaction.atomic
def take(*, case_id: int, by: Staff, now: datetime) -> Case:
    """Take a case that nobody has, and with it the review of one just submitted. Taken twice, it is once.

    Raises Case.DoesNotExist, RefusedError, TakenError.
    """
    case = _open(case_id, by)
    if case.assignee_id == by.id:
        return case
    if case.assignee_id is not None:
        raise TakenError(StaffMember.objects.get(pk=case.assignee_id))
    _give(case, to=by.id, why=Trace.Why.TAKEN, by=by, text="", now=now)
    record(case, event="taken", by=by, now=now)
    return case


@transaction.atomic
def hand_over(*, case_id: int, to: StaffMember, text: str, by: Staff, now: datetime) -> Case:
    """Give a case to another official: by who has it, or by a supervisor who sees it.

    Raises Case.DoesNotExist, RefusedError.
    """
    case = _open(case_id, by)
    if case.assignee_id != by.id and Role.SUPERVISOR not in by.roles:
        raise RefusedError(Fault.ASSIGNEE)
    if not sight.may_have(staff_queries.staff(to), facts.place(case)):
        raise RefusedError(Fault.PARTY)
    _give(case, to=to.pk, why=Trace.Why.GIVEN, by=by, text=text, now=now)
    record(case, event="handed-over", by=by, now=now, to=to.pk)
    return case


def assign(*, case_ids: Collection[int], to: StaffMember, text: str, by: Staff, now: datetime) -> Assigned:
    """Give many cases to an official, each in a transaction of its own; those that cannot be are left.

    Raises RefusedError for who is no supervisor.
    """
    if Role.SUPERVISOR not in by.roles:
        raise RefusedError(Fault.PARTY)
    given, left = [], []
    for case_id in sorted(case_ids):
        try:
            given.append(str(hand_over(case_id=case_id, to=to, text=text, by=by, now=now)))
        except RefusedError:
            left.append(str(Case.objects.get(pk=case_id)))
        except Case.DoesNotExist:
            continue
    return Assigned(given=given, left=left)


@transaction.atomic
def release(*, case_id: int, text: str, by: Staff, now: datetime) -> Case:
    """Put a case back into the queue. Raises Case.DoesNotExist, RefusedError for who does not have it."""
    case = _open(case_id, by)
    if case.assignee_id != by.id and Role.SUPERVISOR not in by.roles:
        raise RefusedError(Fault.ASSIGNEE)
    case.assignee = None
    case.save(update_fields=["assignee"])
    _trace(case, why=Trace.Why.RELEASED, to=None, by=by, text=text, now=now)
    record(case, event="released", by=by, now=now)
    return case


@transaction.atomic
def send_on(*, case_id: int, to: Unit, text: str, by: Staff, now: datetime) -> Case:
    """Send a case to another unit, whose officials see it from then on, and its own no longer.

    By who has it, or a supervisor. What was promised does not change. Raises Case.DoesNotExist, RefusedError;
    KeyError for a unit that does not exist.
    """
    case = _open(case_id, by)
    if case.assignee_id != by.id and Role.SUPERVISOR not in by.roles:
        raise RefusedError(Fault.ASSIGNEE)
    if to not in facts.units():
        raise KeyError(to.slug)
    if to.slug == case.unit:
        return case
    case.unit, case.unit_province, case.assignee = to.slug, to.province, None
    case.save(update_fields=["unit", "unit_province", "assignee"])
    _trace(case, why=Trace.Why.SENT_ON, to=None, by=by, text=text, now=now)
    tell(case, template="progress", now=now)
    record(case, event="sent-on", by=by, now=now, unit=case.unit)
    return case


def _open(case_id: int, by: Staff) -> Case:
    case = locked_for(case_id, by=by)
    if Party.OFFICIAL not in sight.parties(by, facts.place(case)):
        raise RefusedError(Fault.PARTY)
    if case.state not in OPEN:
        raise RefusedError(Fault.STATE)
    return case


def _give(case: Case, *, to: int, why: Trace.Why, by: Staff, text: str, now: datetime) -> None:
    case.assignee_id = to
    case.save(update_fields=["assignee"])
    _trace(case, why=why, to=to, by=by, text=text, now=now)
    if case.state == State.SUBMITTED:
        move(case, kind=MoveKind.TAKE_UP, by=by, now=now)
        tell(case, template="progress", now=now)


def _trace(case: Case, *, why: Trace.Why, to: int | None, by: Staff, text: str, now: datetime) -> None:
    Trace.objects.create(case=case, why=why, at=now, unit=case.unit, to_id=to, by_id=by.id, text=text)
