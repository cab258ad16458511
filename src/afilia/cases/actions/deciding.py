"""What officials decide: corrections, legal review, approval, refusal, delivery."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import override

from afilia.cases.actions.steps import RefusedError, locked_for, move, record, tell, today
from afilia.cases.models import Case, Correction, Paper
from afilia.cases.queries import calendar, facts
from afilia.cases.rules import deadlines, sight
from afilia.cases.rules.moves import Fault, Party, State
from afilia.cases.rules.moves import Move as MoveKind
from afilia.documents.rules.files import OPENABLE
from afilia.notices.actions import LANGUAGE
from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel, ReasonKind, reasons
from afilia.staff.rules import Staff


@transaction.atomic
def check_paper(*, paper_id: int, is_good: bool | None, by: Staff, now: datetime) -> Paper:
    """Tick a document on the checklist: good, not good, or not looked at yet (None).

    One that the virus scanner keeps closed cannot be good: nobody has seen it.
    Raises Paper.DoesNotExist, Case.DoesNotExist, RefusedError.
    """
    paper = Paper.objects.select_related("file").get(pk=paper_id)
    case = locked_for(paper.case_id, by=by)
    if case.state not in {State.UNDER_REVIEW, State.LEGAL_REVIEW} or paper.retired_at:
        raise RefusedError(Fault.STATE)
    if case.assignee_id != by.id:
        raise RefusedError(Fault.ASSIGNEE)
    if is_good and paper.file.scan not in OPENABLE:
        raise RefusedError(Fault.STATE)
    paper.is_good, paper.checked_by_id = is_good, by.id
    paper.save(update_fields=["is_good", "checked_by"])
    record(case, event="paper-checked", by=by, now=now, slot=paper.slot, paper=paper.pk, good=is_good)
    return paper


@transaction.atomic
def ask_correction(
    *, case_id: int, items: Mapping[str, tuple[str, str]], text: str = "", by: Staff, now: datetime
) -> Case:
    """Ask the applicant to send some documents again; the clock stands still until they do.

    `items` has for each slot the slug of a reason and a text. Raises Case.DoesNotExist, RefusedError.
    """
    case = locked_for(case_id, by=by)
    asked = {slot: reason for slot, (reason, _) in items.items()}
    known = {one.slug for one in facts.requirements(case)}
    allowed = _reasons(case, ReasonKind.CORRECTION)
    if not set(asked) <= known or not set(asked.values()) <= allowed:
        raise RefusedError(Fault.REASON)
    move(
        case, kind=MoveKind.ASK_CORRECTION, by=by, reason=min(asked.values(), default=""), text=text, now=now
    )
    way = facts.procedure(case).way(Channel(case.channel))
    due_on = deadlines.add(
        today(case, now=now),
        way.correction_days if way else 0,
        is_working=calendar.working_days(case.unit_province),
    )
    Correction.objects.bulk_create(
        Correction(case=case, slot=slot, reason=reason, text=said, asked_at=now, due_on=due_on)
        for slot, (reason, said) in items.items()
    )
    with override(LANGUAGE):
        lines = [
            f"{name}: {facts.reason_text(reason)} {said}".strip()
            for slot, (reason, said) in items.items()
            for name in facts.document_names(case, [slot])
        ]
    tell(case, template="correction", now=now, items=lines, text=text, until=due_on)
    record(case, event="correction-asked", by=by, now=now, reasons=asked)
    return case


@transaction.atomic
def ask_legal(*, case_id: int, text: str, by: Staff, now: datetime) -> Case:
    """Ask the legal unit for its opinion. Raises Case.DoesNotExist, RefusedError."""
    case = locked_for(case_id, by=by)
    move(case, kind=MoveKind.ASK_LEGAL, by=by, text=text, now=now)
    tell(case, template="progress", now=now)
    record(case, event="legal-asked", by=by, now=now)
    return case


@transaction.atomic
def give_opinion(*, case_id: int, text: str, by: Staff, now: datetime) -> Case:
    """Give the legal unit's opinion back to who decides. Raises Case.DoesNotExist, RefusedError."""
    case = locked_for(case_id, by=by)
    move(case, kind=MoveKind.GIVE_OPINION, by=by, text=text, now=now)
    tell(case, template="progress", now=now)
    record(case, event="opinion-given", by=by, now=now)
    return case


@transaction.atomic
def approve(*, case_id: int, office: Office, text: str = "", by: Staff, now: datetime) -> Case:
    """Approve a case whose documents were all found to be good: the office hands over what was asked for.

    Raises Case.DoesNotExist, RefusedError.
    """
    case = locked_for(case_id, by=by)
    case.office = office
    move(case, kind=MoveKind.APPROVE, by=by, text=text, is_checked=not facts.unseen(case), now=now)
    tell(
        case,
        template="approved",
        now=now,
        text=text,
        office=office.name,
        address=f"{office.address}, {office.city}",
    )
    record(case, event="approved", by=by, now=now, office=office.code)
    return case


@transaction.atomic
def refuse(*, case_id: int, reason: str, text: str, by: Staff, now: datetime) -> Case:
    """Refuse a case for a reason of its procedure. Raises Case.DoesNotExist, RefusedError."""
    case = locked_for(case_id, by=by)
    if reason not in _reasons(case, ReasonKind.REFUSAL):
        raise RefusedError(Fault.REASON)
    move(case, kind=MoveKind.REFUSE, by=by, reason=reason, text=text, now=now)
    case.corrections.filter(closed_at=None).update(closed_at=now)
    with override(LANGUAGE):
        said = facts.reason_text(reason)
    tell(case, template="refused", now=now, reason=said, text=text)
    record(case, event="refused", by=by, now=now, reason=reason)
    return case


@transaction.atomic
def deliver(*, case_id: int, text: str = "", by: Staff, now: datetime) -> Case:
    """End an approved case: what was asked for was handed over at its office.

    To be called in the transaction that hands it over. Raises Case.DoesNotExist, RefusedError.
    """
    case = locked_for(case_id, by=by)
    move(case, kind=MoveKind.DELIVER, by=by, text=text, now=now)
    tell(case, template="progress", now=now)
    record(case, event="delivered", by=by, now=now, office=case.office.code if case.office else "")
    return case


@transaction.atomic
def write_to_applicant(*, case_id: int, text: str, by: Staff, now: datetime) -> None:
    """Write a message to the applicant, who is told by mail that there is one.

    Raises Case.DoesNotExist, RefusedError for who only hands over.
    """
    case = locked_for(case_id, by=by)
    if sight.parties(by, facts.place(case)) <= {Party.COUNTER}:
        raise RefusedError(Fault.PARTY)
    message = case.messages.create(by_id=by.id, text=text, at=now)
    tell(case, template="message", now=now)
    record(case, event="message-sent", by=by, now=now, message=message.pk)


@transaction.atomic
def record_look(*, case_id: int, by: Staff, what: str, now: datetime) -> None:
    """Write down that an official looked: `what` is `case`, or `paper:<id>`. Raises Case.DoesNotExist."""
    case = locked_for(case_id, by=by)
    record(case, event="looked-at", by=by, now=now, what=what)


def _reasons(case: Case, kind: ReasonKind) -> set[str]:
    return {reason.slug for reason in reasons(load(), facts.procedure(case), kind)}
