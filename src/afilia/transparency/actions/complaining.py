"""Complaints and thanks: sent by anyone, answered by officials, counted through the ledger."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from afilia.audit import actions as audit
from afilia.audit.rules import Fact
from afilia.cases.queries import calendar
from afilia.cases.rules import deadlines
from afilia.documents import queries as documents
from afilia.kit import addresses
from afilia.notices import actions as notices
from afilia.offices.models import Office
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken
from afilia.staff.rules import Staff
from afilia.transparency.models import Complaint
from afilia.transparency.policy import complaint_policy
from afilia.transparency.queries import complaints as queries
from afilia.transparency.rules import complaints as rules
from afilia.transparency.rules.complaints import Fault, Kind
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.rules import WINDOW, Limit, Pass

PROOF = "complaints"  # purpose of the proofs
FORGOTTEN = {"text": "", "names": "", "email": "", "answer": ""}


class RefusedError(Exception):
    """An answer that is not taken; `fault` says why. Nothing was done."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@transaction.atomic
def send(
    *,
    key: UUID,
    kind: Kind,
    procedure: str,
    province: str,
    office: Office | None,
    text: str,
    names: str,
    email: str,
    address: str,
    solution: str,
    ticket: str,
    now: datetime,
) -> Complaint | Pass:
    """Take a complaint or thanks: it gets a number, a code and a day by which it is answered.

    `key` is the form's: sent twice, it is taken once. What names an office is of its province. A Pass
    says what it takes to send; `solution` and `ticket` are what the browser brought for it, or empty.
    """
    needed = _count("send", rules.SENDING, address, solution=solution, ticket=ticket, now=now)
    if known := queries.by_key(key):
        transaction.set_rollback(True)  # sent again is not sent more
        return known
    if needed is not Pass.FREE:
        transaction.set_rollback(True)
        return needed
    province = office.province if office else province
    today = calendar.today(province, now) if province else timezone.localdate(now)
    due_on = deadlines.add(today, complaint_policy().working_days, is_working=calendar.working_days(province))
    complaint, is_new = Complaint.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "procedure": procedure,
            "province": province,
            "office": office,
            "text": text,
            "names": names,
            "email": email,
            "received_at": now,
            "due_on": due_on,
        },
    )
    if not is_new:  # by the same form, while this one waited
        return complaint
    complaint.number = f"Q-{timezone.localtime(now).year}-{complaint.pk:07d}"
    complaint.code_digest = documents.code_digest(queries.code_of(complaint))
    complaint.save(update_fields=["number", "code_digest"])
    mails = verified.tallied("complaints.mail", of=email.casefold())
    if email and verification.tally(what=mails, window=WINDOW, now=now) <= rules.MAILS:
        _tell(complaint, "received", now=now, code=queries.code_of(complaint))
    _record("received", complaint, actor="anonymous", now=now, kind=kind.value, named=bool(names or email))
    return complaint


@transaction.atomic
def follow(
    *, number: str, code: str, address: str, solution: str, ticket: str, now: datetime
) -> Complaint | Pass | None:
    """The complaint with that number and code; None where there is none, or what it takes to look."""
    needed = _count("follow", rules.FOLLOWING, address, solution=solution, ticket=ticket, now=now)
    return queries.followed(number, code=code) if needed is Pass.FREE else needed


@transaction.atomic
def answer(*, complaint_id: int, outcome: str, text: str, by: Staff, now: datetime) -> Complaint:
    """Answer a complaint, once, and tell its sender who left an e-mail. Raises RefusedError.

    Raises Complaint.DoesNotExist where it is not the official's.
    """
    complaint = Complaint.objects.select_for_update(of=("self",)).get(pk=complaint_id)
    if not rules.sees(by, office_id=complaint.office_id, province=complaint.province):
        raise Complaint.DoesNotExist
    if complaint.answered_at is not None:
        raise RefusedError(Fault.ANSWERED)
    if outcome not in complaint_policy().outcomes:
        raise RefusedError(Fault.OUTCOME)
    complaint.answer, complaint.outcome = text, outcome
    complaint.answered_at, complaint.answered_by_id = now, by.id
    complaint.save(update_fields=["answer", "outcome", "answered_at", "answered_by"])
    if complaint.email:
        _tell(complaint, "answered", now=now)
    today = calendar.today(complaint.province, now) if complaint.province else timezone.localdate(now)
    in_time = rules.is_in_time(answered_on=today, due_on=complaint.due_on)
    _record("answered", complaint, actor=by.actor, now=now, outcome=outcome, in_time=in_time)
    return complaint


@transaction.atomic
def record_look(*, complaint: Complaint, by: Staff, now: datetime) -> None:
    """Write down that an official read what somebody wrote."""
    _record("looked-at", complaint, actor=by.actor, now=now)


@transaction.atomic
def forget(*, now: datetime) -> int:
    """Forget what people wrote and who they were, so long after the answer; how many were forgotten."""
    before = now - timedelta(days=complaint_policy().kept_days)
    old = Complaint.objects.filter(answered_at__lt=before, forgotten_at=None)
    return old.update(**FORGOTTEN, forgotten_at=now)


def _count(use: str, limit: Limit, address: str, *, solution: str, ticket: str, now: datetime) -> Pass:
    around = [
        verified.tallied(f"complaints.{use}", of=of)
        for of in (addresses.subscriber(address), f"around {addresses.neighbourhood(address)}")
    ]
    subscriber, neighbours = verification.tally_all(whats=around, window=WINDOW, now=now)
    needed = rules.pass_for(subscriber=subscriber, neighbours=neighbours, limit=limit)
    if needed is Pass.PROOF and verification.is_proved(
        purpose=PROOF, solution=solution, ticket=ticket, address=address, now=now
    ):
        return Pass.FREE
    return needed


def _tell(complaint: Complaint, template: str, *, now: datetime, code: str = "") -> None:
    with override(notices.LANGUAGE):
        procedure = spoken(load().procedures[complaint.procedure].name)
        facts = {
            "number": complaint.number,
            "procedure": procedure,
            "is_complaint": complaint.kind == Kind.COMPLAINTS,
            "due_on": complaint.due_on,
            "code": code,
        }
    notices.post(
        to=complaint.email,
        template=f"transparency/mail/{template}.txt",
        facts=facts,
        now=now,
        secret=bool(code),
    )


def _record(event: str, complaint: Complaint, *, actor: str, now: datetime, **facts: Fact) -> None:
    audit.record(
        f"complaint.{event}",
        actor=actor,
        subject=f"complaint:{complaint.pk}",
        at=now,
        facts={
            "procedure": complaint.procedure,
            "province": complaint.province,
            "office": complaint.office.code if complaint.office else "",
            **facts,
        },
    )
