"""What all actions on cases share: the lock, the move, and the word to the applicant."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import override

from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.cases.models import Case, Move
from afilia.cases.queries import calendar, facts
from afilia.cases.rules import deadlines, moves, sight
from afilia.cases.rules.deadlines import Clock
from afilia.cases.rules.moves import Fault, Party, State
from afilia.notices import actions as notices
from afilia.procedures.rules import Channel
from afilia.procedures.speaking import spoken
from afilia.staff.rules import Staff

APPLICANT = frozenset({Party.APPLICANT})


class RefusedError(Exception):
    """Somebody cannot do that with a case, for that reason; nothing was done."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class IncompleteError(Exception):
    """Documents are missing: their slots. Nothing was done."""

    def __init__(self, slots: list[str]) -> None:
        super().__init__(", ".join(slots))
        self.slots = slots


def locked(case_id: int) -> Case:
    """The case, until the transaction ends. Raises Case.DoesNotExist."""
    cases = Case.objects.select_for_update(of=("self",)).select_related("employer__representative", "office")
    return cases.get(pk=case_id)


def locked_for(case_id: int, *, by: Staff) -> Case:
    """The case, until the transaction ends. Raises Case.DoesNotExist where the official sees none."""
    case = locked(case_id)
    if not sight.parties(by, facts.place(case)):
        raise Case.DoesNotExist
    return case


def move(
    case: Case,
    *,
    kind: moves.Move,
    by: Staff | None,
    reason: str = "",
    text: str = "",
    is_checked: bool = False,
    now: datetime,
) -> None:
    """Move a locked case and write down who did it and why. `by` is None for the applicant.

    `is_checked` says that every document of the checklist was found to be good. Raises RefusedError.
    The caller tells the applicant, and records it in the ledger last.
    """
    before = State(case.state)
    fault = moves.fault(
        before,
        kind,
        parties=sight.parties(by, facts.place(case)) if by else APPLICANT,
        is_assignee=by is not None and case.assignee_id == by.id,
        has_reason=bool(reason),
        is_checked=is_checked,
    )
    if fault:
        raise RefusedError(fault)
    state = moves.TABLE[before, kind]
    way = facts.procedure(case).way(Channel(case.channel))
    clock = deadlines.clock(
        Clock(due_on=case.due_on, days_left=case.days_left),
        state,
        on=today(case, now=now),
        promised=way.working_days if way else 0,
        is_working=calendar.working_days(case.unit_province),
    )
    case.state, case.moved_at = state, now
    case.due_on, case.days_left = clock.due_on, clock.days_left
    case.save()
    Move.objects.create(
        case=case, kind=kind, to=state, at=now, by_id=by.id if by else None, reason=reason, text=text
    )


def today(case: Case, *, now: datetime) -> date:
    return calendar.today(case.province, now)


def tell(case: Case, *, template: str, now: datetime, secret: bool = False, **more: Any) -> None:
    """Put a mail to the employer's address of today into the outbox: `cases/mail/<template>.txt`."""
    with override(notices.LANGUAGE):
        said = {
            "number": case.number,
            "procedure": spoken(facts.procedure(case).name),
            "employer": case.employer.name,
            "unit": facts.unit_name(case),
            "state": case.get_state_display(),
            "due_on": case.due_on,
            **more,
        }
    notices.post(
        to=case.employer.email, template=f"cases/mail/{template}.txt", facts=said, now=now, secret=secret
    )


def record(
    case: Case, *, event: str, by: Staff | None, now: datetime, **said: Fact | Mapping[str, Fact]
) -> None:
    """Add what happened to a case to the ledger: the last thing in a transaction."""
    audit.record(
        f"case.{event}",
        actor=by.actor if by else "applicant",
        subject=f"case:{case.pk}",
        at=now,
        facts={
            "number": case.number,
            "state": str(case.state),
            "procedure": case.procedure,
            "channel": case.channel,
            "province": case.province,
            **said,
        },
    )
