"""What the applicant does: a draft and its documents, the submission, corrections, the withdrawal."""

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from afilia.cases.actions.steps import IncompleteError, RefusedError, locked, move, record, tell
from afilia.cases.models import Case, Correction, Message, Paper, Trace
from afilia.cases.queries import applicant as queries
from afilia.cases.queries import facts
from afilia.cases.rules import papers, signatures
from afilia.cases.rules.moves import ENDED, Fault, State
from afilia.cases.rules.moves import Move as MoveKind
from afilia.cases.rules.papers import PaperFault
from afilia.documents import actions as documents
from afilia.documents import queries as document_queries
from afilia.documents.models import IssuedDocument
from afilia.documents.rules.signatures import SignatureReason, signature_verdict
from afilia.employers.models import Employer
from afilia.kit import queue
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Applicant, Channel, WhoComes, destination

TOKEN_BYTES = 16  # 128 bits


class SignatureRefusedError(Exception):
    """A document is not signed as the requirement asks; nothing of it was kept."""

    def __init__(self, reasons: list[SignatureReason]) -> None:
        super().__init__(", ".join(reasons))
        self.reasons = reasons


class WrongPaperError(Exception):
    """A document is one of our own papers, but not the one that is asked for; nothing of it was kept."""

    def __init__(self, fault: PaperFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


class HasOneError(Exception):
    """The employer has a case of the procedure that goes on; nothing was submitted."""

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.number = number


@transaction.atomic
def begin(
    *,
    procedure: str,
    channel: Channel,
    province: str,
    employer: Employer,
    who_comes: WhoComes = WhoComes.EMPLOYER,
    about: str = "",
    now: datetime,
) -> Case:
    """Begin a draft for an employer whose e-mail was proved.

    `about` tells cases of a procedure apart that one employer may have at the same time; the same `about`
    goes on only once. KeyError where the procedure is not for that applicant or channel.
    """
    case = Case(
        procedure=procedure,
        channel=channel,
        province=province,
        applicant=Applicant(employer.kind),
        who_comes=who_comes,
        employer=employer,
        about=about,
        begun_at=now,
        moved_at=now,
    )
    facts.requirements(case)  # or KeyError
    case.save(force_insert=True)
    record(case, event="begun", by=None, now=now, procedure=procedure, channel=channel.value)
    return case


@transaction.atomic
def send_link(*, case_id: int, now: datetime) -> str:
    """Send a link that continues a draft, and make the earlier ones void; the result is its token."""
    case = locked(case_id)
    _draft_only(case)
    token = secrets.token_hex(TOKEN_BYTES)
    case.link = queries.link_digest(token)
    case.save(update_fields=["link"])
    tell(case, template="draft", now=now, secret=True, token=token, until=facts.draft_ends_at(case))
    record(case, event="link-sent", by=None, now=now)
    return token


@transaction.atomic
def write(*, case_id: int, message: str, province: str) -> None:
    """Write what the applicant asks for, and where."""
    case = locked(case_id)
    _draft_only(case)
    case.message, case.province = message, province
    case.save(update_fields=["message", "province"])


@transaction.atomic
def put(
    *,
    case_id: int,
    slot: str,
    document: str,
    prepared: documents.Prepared,
    issued: IssuedDocument | None = None,
    now: datetime,
) -> Paper:
    """Put a document into a slot of a draft, or of a case that was asked to send that slot again.

    One that was put before and not submitted is thrown away. `issued` is which of our own papers the file is,
    if any. Raises RefusedError(STATE), KeyError for a slot or document that the case does not have,
    WrongPaperError, SignatureRefusedError.
    """
    case = locked(case_id)
    asked = facts.requirement(case, slot)
    option = asked.option(document) if asked else None
    if option is None:
        raise KeyError(f"{slot}: {document}")
    if wrong := papers.fault(
        asked=option.issued,
        number=facts.registration_number(case) if issued else "",
        kind=issued.kind if issued else "",
        found=issued.number if issued else "",
    ):
        raise WrongPaperError(wrong)
    verdict = signature_verdict(signatures.policy(option), prepared.signatures, facts.signer(case), at=now)
    if reasons := signatures.refused(verdict):
        raise SignatureRefusedError(reasons)
    correction = _slot_for_change(case, slot)
    held = case.papers.select_for_update().filter(slot=slot, retired_at=None).first()
    if held and (correction is None or correction.replacement_id == held.pk):
        _throw_away(held, now=now)
    elif held:
        held.retired_at = now
        held.save(update_fields=["retired_at"])
    file = documents.keep(prepared=prepared, actor="applicant", now=now)
    paper = Paper.objects.create(
        case=case,
        slot=slot,
        document=document,
        file=file,
        issued=issued if option.issued else None,
        put_at=now,
    )
    if correction:
        correction.replacement = paper
        correction.save(update_fields=["replacement"])
    return paper


@transaction.atomic
def take_out(*, case_id: int, slot: str, now: datetime) -> None:
    """Throw away the document in a slot of a draft; nothing when there is none."""
    case = locked(case_id)
    _draft_only(case)
    if paper := case.papers.filter(slot=slot).first():
        _throw_away(paper, now=now)


@transaction.atomic
def submit(*, case_id: int, now: datetime) -> Case:
    """Submit a draft: it gets a number, a code, a unit and a day on which it is due.

    Sent twice, it is submitted once: the result is the case as it is. Raises IncompleteError, HasOneError.
    """
    case = locked(case_id)
    if case.state != State.DRAFT:
        return case
    Employer.objects.select_for_update(no_key=True).only("pk").get(pk=case.employer_id)  # for _refuse_second
    if missing := facts.missing(case):
        raise IncompleteError(missing)
    _refuse_second(case)
    found = destination(load(), procedure=case.procedure, province=case.province)
    case.number = f"T-{timezone.localtime(now).year}-{case.pk:07d}"
    case.code_digest = document_queries.code_digest(facts.code_of(case))
    case.unit, case.unit_province, case.route = found.unit.slug, found.unit.province, found.route.slug
    case.submitted_at, case.link = now, None
    move(case, kind=MoveKind.SUBMIT, by=None, now=now)
    Trace.objects.create(case=case, why=Trace.Why.ROUTED, at=now, unit=case.unit, route=case.route)
    tell(case, template="submitted", now=now, secret=True, code=facts.code_of(case))
    queue.defer("cases.issue_receipt", case_id=case.pk)
    record(case, event="submitted", by=None, now=now, unit=case.unit, route=case.route)
    return case


@transaction.atomic
def correct(*, case_id: int, text: str = "", now: datetime) -> Case:
    """Send what was asked for again back to the official, whose clock runs on.

    Sent twice, it is sent once. Raises IncompleteError, RefusedError.
    """
    case = locked(case_id)
    if case.state == State.UNDER_REVIEW:
        return case
    asked = facts.open_corrections(case)
    if missing := [slot.slug for slot in facts.slots(case) if slot.is_open and not slot.is_done]:
        raise IncompleteError(missing)
    move(case, kind=MoveKind.CORRECT, by=None, text=text, now=now)
    Correction.objects.filter(pk__in=[one.pk for one in asked.values()]).update(closed_at=now)
    tell(case, template="progress", now=now)
    record(case, event="corrected", by=None, now=now, slots=sorted(asked))
    return case


@transaction.atomic
def withdraw(*, case_id: int, text: str = "", now: datetime) -> Case:
    """End a case at the applicant's word. Asked twice, it is withdrawn once. Raises RefusedError."""
    case = locked(case_id)
    if case.state == State.WITHDRAWN:
        return case
    move(case, kind=MoveKind.WITHDRAW, by=None, text=text, now=now)
    tell(case, template="progress", now=now)
    record(case, event="withdrawn", by=None, now=now)
    return case


@transaction.atomic
def write_to_officials(*, case_id: int, text: str, now: datetime) -> Message:
    """Write a message to whoever decides. Raises RefusedError for a case that has ended."""
    case = locked(case_id)
    if case.state == State.DRAFT or case.state in ENDED:
        raise RefusedError(Fault.STATE)
    message = Message.objects.create(case=case, text=text, at=now)
    record(case, event="message-received", by=None, now=now, message=message.pk)
    return message


@transaction.atomic
def record_follow(*, case_id: int, now: datetime) -> None:
    """Write down that somebody with number and code looked at a case."""
    record(locked(case_id), event="followed", by=None, now=now)


def discard_draft(*, case_id: int, now: datetime) -> bool:
    """Throw away a draft with its documents; False when it is none any more."""
    with transaction.atomic():
        case = Case.objects.select_for_update().filter(pk=case_id, state=State.DRAFT).first()
        if case is None:
            return False
        # All rows before the ledger's lock, for which whoever scans one of the files may wait.
        held = case.papers.select_related("file").select_for_update(of=("self", "file")).order_by("file")
        for paper in list(held):
            _throw_away(paper, now=now)
        subject = Case(pk=case.pk, state=case.state)
        case.delete()
        record(subject, event="discarded", by=None, now=now)
        return True


def forget_drafts(*, now: datetime) -> None:
    """Throw away the drafts that are older than they are kept."""
    for case_id in queries.drafts_before(now - facts.DRAFT_LIFETIME).values_list("pk", flat=True):
        discard_draft(case_id=case_id, now=now)


def _draft_only(case: Case) -> None:
    if case.state != State.DRAFT:
        raise RefusedError(Fault.STATE)


def _slot_for_change(case: Case, slot: str) -> Correction | None:
    """What was asked about a slot of a case; None in a draft. Raises RefusedError where it is not open."""
    if case.state == State.DRAFT:
        return None
    correction = facts.open_corrections(case).get(slot)
    if case.state != State.CORRECTION_ASKED or correction is None:
        raise RefusedError(Fault.STATE)
    return correction


def _refuse_second(case: Case) -> None:
    others = Case.objects.filter(employer=case.employer_id, procedure=case.procedure, about=case.about)
    other = others.exclude(state__in=[State.DRAFT, *ENDED]).first()
    if other:
        raise HasOneError(str(other.number))


def _throw_away(paper: Paper, *, now: datetime) -> None:
    file_id: Any = paper.file_id
    paper.delete()
    documents.discard(received_id=file_id, actor="applicant", now=now)
