import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from afilia.access import actions as access
from afilia.access.queries import Holder
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.documents import actions as documents
from afilia.documents import queries as issued
from afilia.documents import requests, signing
from afilia.documents.models import IssuedDocument
from afilia.employers import actions as employers
from afilia.employers import queries as employer_queries
from afilia.employers import rules as employer_rules
from afilia.employers.actions import RefusedError
from afilia.employers.models import Employer, Registration
from afilia.employers.rules import Identity, Kind, Refusal
from afilia.kit import addresses, codes, queue, sealing
from afilia.registration import queries, rules
from afilia.registration.models import Draft, Uses
from afilia.registration.queries import Paper
from afilia.registration.rules import Answer, Answers, Step, Use
from afilia.registries import sri
from afilia.verification import actions as verification
from afilia.verification.models import Attempt
from afilia.verification.rules import SendRefusal, Verdict

FOR_REGISTRATION, FOR_PAPERS, FOR_CHANGE = "registration", "registration-papers", "email-change"
RENDERERS = {Paper.REQUEST: requests.render_key_request, Paper.AGREEMENT: requests.render_agreement}


class LimitError(Exception):
    """Too many uses from one network, or mails to one address, in an hour; nothing was done."""


class ChangedError(Exception):
    """The answers are not those that the person saw, because another tab changed one; nothing was done."""


def start(*, now: datetime) -> Draft:
    """Begin a registration without any answer."""
    return Draft.objects.create(started_at=now)


@transaction.atomic
def answer(*, draft_id: UUID, step: Step, answer: Answer) -> None:
    """Keep one answer, and drop those that it makes void; the others stay, whatever another tab did."""
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    if draft.registration_id is None:
        _keep(draft, rules.with_answer(queries.answers(draft), step, answer))


def look_up(*, draft: Draft, kind: Kind, ruc: str, address: str, now: datetime) -> None:
    """Ask the SRI about a RUC, and keep what it says as an answer of the draft.

    Raises RefusedError with the reason, RegisterDownError when the SRI gives no answer, LimitError.
    """
    _count(Use.LOOK_UP, address=address, now=now)
    taxpayer = sri.look_up(ruc)
    reason = employer_rules.refusal(
        kind,
        ruc=ruc,
        standing=taxpayer.standing if taxpayer else None,
        taxpayer_kind=taxpayer.kind if taxpayer else None,
    )
    if employer_queries.is_registered(ruc):
        reason = Refusal.REGISTERED
    if reason or taxpayer is None:
        _refuse(draft, reason or Refusal.UNKNOWN, now=now)
    else:
        owner = kind in rules.IN_PERSON and employer_queries.identity_of(ruc[:10], taxpayer.name)
        known = {**_taxpayer(taxpayer), "confirmed": owner is Identity.CONFIRMED}
        answer(draft_id=draft.pk, step=Step.RUC, answer=known)


def own(*, draft: Draft, number: str, names: str, address: str, now: datetime) -> Identity:
    """Keep who the domestic employer is: cédula and 000. A cédula with other names is not kept.

    Raises RefusedError(REGISTERED), LimitError.
    """
    _count(Use.LOOK_UP, address=address, now=now)
    ruc = f"{number}000"
    if employer_queries.is_registered(ruc):
        _refuse(draft, Refusal.REGISTERED, now=now)
    said = employer_queries.identity_of(number, names)
    if said is not Identity.DIFFERENT:
        known = {"ruc": ruc, "number": number, "names": names, "confirmed": said is Identity.CONFIRMED}
        answer(draft_id=draft.pk, step=Step.OWNER, answer=known)
    return said


def represent(
    *, draft: Draft, number: str, country: str, names: str, is_cedula: bool, address: str, now: datetime
) -> Identity:
    """Keep who the representative is. A cédula with other names is not kept. Raises LimitError."""
    _count(Use.LOOK_UP, address=address, now=now)
    said = employer_queries.identity_of(number, names) if is_cedula else Identity.UNCONFIRMED
    if said is not Identity.DIFFERENT:
        known = {
            "number": number,
            "country": country,
            "names": names,
            "confirmed": said is Identity.CONFIRMED,
        }
        answer(draft_id=draft.pk, step=Step.REPRESENTATIVE, answer=known)
    return said


def send_code(*, draft: Draft, email: str, address: str, now: datetime) -> None:
    """Send a code to an address and keep it as an answer; the same address, proved before, gets none.

    Raises LimitError.
    """
    known = queries.answers(draft)
    if Step.CODE in known and known[Step.EMAIL]["email"] == email:
        return
    _count(Use.CODE, address=address, now=now)
    _count(Use.MAIL, address=email.casefold(), now=now)
    with transaction.atomic():
        Draft.objects.select_for_update().get(pk=draft.pk)  # before the lock of the ledger
        attempt = verification.open_attempt(
            purpose=FOR_REGISTRATION,
            email=email,
            template="registration/mail/code.txt",
            facts={},
            now=now,
        )
        answer(draft_id=draft.pk, step=Step.EMAIL, answer={"email": email, "attempt": attempt.pk.hex})


def send_another(*, attempt: Attempt, address: str, now: datetime) -> SendRefusal | None:
    """Send another code of the same attempt. Raises LimitError."""
    _count(Use.CODE, address=address, now=now)
    _count(Use.MAIL, address=attempt.email.casefold(), now=now)
    return verification.send_code(attempt=attempt, now=now)


@transaction.atomic
def prove_email(*, draft: Draft, typed: str, now: datetime) -> Verdict:
    """Judge the code for the draft's address; a right one is an answer."""
    locked = Draft.objects.select_for_update().get(pk=draft.pk)  # another tab may change the address now
    attempt_id = UUID(queries.answers(locked)[Step.EMAIL]["attempt"])
    verdict = verification.judge_code(attempt_id=attempt_id, typed=typed, now=now)
    if verdict is Verdict.RIGHT:
        answer(draft_id=draft.pk, step=Step.CODE, answer={"verified_at": now.isoformat()})
    return verdict


def submit(*, draft_id: UUID, seen: str, address: str, now: datetime) -> Registration:
    """Register the employer of a draft, all or nothing; sent twice, it is registered once.

    `seen` is the digest of the answers that the person saw (queries.digest). The SRI is asked again. Raises
    ChangedError, RefusedError, RegisterDownError, LimitError, and the draft stays as it is.
    """
    draft = Draft.objects.select_related("registration").get(pk=draft_id)
    if draft.registration:
        return draft.registration
    answers = queries.answers(draft)
    if queries.digest(answers) != seen:
        raise ChangedError
    application = rules.application(answers)
    _count(Use.REGISTRATION, address=address, now=now)
    if application.kind is not Kind.DOMESTIC:
        taxpayer = sri.look_up(application.ruc)
        reason = employer_rules.refusal(
            application.kind,
            ruc=application.ruc,
            standing=taxpayer.standing if taxpayer else None,
            taxpayer_kind=taxpayer.kind if taxpayer else None,
        )
        if reason:
            _refuse(draft, reason, now=now)
    try:
        return _register(draft_id, seen=seen, now=now)
    except RefusedError as refused:
        _refuse(draft, refused.reason, now=now)
        raise


def issue(*, registration: Registration, paper: Paper) -> IssuedDocument:
    """The request for the key or the agreement as a signed PDF; asked again, the same one."""
    kind = queries.KINDS[paper]
    if known := issued.by_number(kind=kind, number=registration.number):
        return known
    at = registration.registered_at
    pdf = signing.sign(RENDERERS[paper](queries.facts(registration, paper)), at=at, others_sign=True)
    return documents.issue(
        kind=kind, number=registration.number, pdf=pdf, at=at, code=queries.code_of(registration, paper)
    )


def issue_all(*, registration_id: int) -> None:
    """Issue all the papers of a registration that are not issued yet."""
    registration = Registration.objects.select_related("employer__representative").get(pk=registration_id)
    for paper in Paper:
        issue(registration=registration, paper=paper)


def record_download(*, registration: Registration, paper: Paper, now: datetime) -> None:
    """Write down that somebody took a paper, which holds personal data."""
    with transaction.atomic():
        audit.record(
            "registration.paper-downloaded",
            actor="anonymous",
            subject=f"employer:{registration.employer_id}",
            at=now,
            facts={"registration": registration.number, "paper": paper.value},
        )


def find(*, number: str, ruc: str, address: str, now: datetime) -> Attempt:
    """Send a code to the e-mail of the employer with that registration and RUC.

    For a pair that does not exist all is the same and nothing is sent. Raises LimitError.
    """
    _count(Use.CODE, address=address, now=now)
    _count(Use.MAIL, address=f"{number} {ruc}", now=now)  # the same whether there is a recipient or not
    found = employer_queries.registration(number)
    employer = found.employer if found and found.employer.ruc == ruc else None
    return verification.open_attempt(
        purpose=FOR_PAPERS,
        email=employer.email if employer else "",
        template="registration/mail/papers_code.txt",
        facts={"registration": found.pk if found and employer else 0, "number": number.strip()},
        now=now,
        deliver=bool(employer and employer.email),
    )


@transaction.atomic
def prove_papers(*, attempt: Attempt, typed: str, now: datetime) -> Verdict:
    """Judge the code for the papers of a registration."""
    verdict = verification.judge_code(attempt_id=attempt.pk, typed=typed, now=now)
    if verdict is Verdict.RIGHT:
        audit.record(
            "registration.found",
            actor="anonymous",
            subject=f"attempt:{attempt.pk}",
            at=now,
            facts={"registration": attempt.facts["number"]},
        )
    return verdict


def begin_email_change(
    *,
    holder: Holder,
    session_id: int,
    present: str,
    code: str,
    email: str,
    address: str,
    now: datetime,
) -> Attempt | limits.Refusal:
    """Send a code to the address that an employer wants, for who types the present key too.

    With the e-mail every key can be recovered, so a session alone, which may be stolen, is not enough; with a
    second factor a `code` of it is asked for. Raises LimitError.
    """
    refusal = access.prove_holder(holder=holder, session_id=session_id, present=present, code=code, now=now)
    if refusal is not None:
        return refusal
    employer = holder.employer
    _count(Use.CODE, address=address, now=now)
    _count(Use.MAIL, address=email.casefold(), now=now)
    return verification.open_attempt(
        purpose=FOR_CHANGE,
        email=email,
        template="registration/mail/change_code.txt",
        facts={"employer": employer.pk, "key": holder.key_id, "ruc": employer.ruc},
        now=now,
    )


@transaction.atomic
def prove_new_email(*, attempt: Attempt, key_id: int, typed: str, now: datetime) -> Verdict:
    """Judge the code for another address; a right one puts the change on its way."""
    # Before the lock of the ledger, for which whoever holds the employer's may wait.
    Employer.objects.select_for_update().get(pk=attempt.facts["employer"])
    verdict = verification.judge_code(attempt_id=attempt.pk, typed=typed, now=now)
    if verdict is Verdict.RIGHT:
        employers.change_email(
            employer_id=attempt.facts["employer"], email=attempt.email, actor=f"holder:{key_id}", now=now
        )
    return verdict


def forget(*, now: datetime) -> None:
    """Forget drafts that nobody finished or needs, and counts that no longer count."""
    Draft.objects.filter(started_at__lt=now - rules.DRAFT_LIFETIME).delete()
    Uses.objects.filter(since__lt=now - rules.WINDOW).delete()


@transaction.atomic
def _register(draft_id: UUID, *, seen: str, now: datetime) -> Registration:
    draft = Draft.objects.select_for_update().get(pk=draft_id)
    if draft.registration_id is not None:
        return Registration.objects.get(pk=draft.registration_id)
    answers = queries.answers(draft)
    if queries.digest(answers) != seen:
        raise ChangedError
    registration = employers.register(application=rules.application(answers), now=now)
    draft.registration, draft.sealed = registration, None
    draft.save(update_fields=["registration", "sealed"])
    queue.defer("registration.issue", registration_id=registration.pk)
    return registration


def _keep(draft: Draft, answers: Answers) -> None:
    draft.sealed = sealing.seal(settings.SECRET_KEY, purpose=queries.SEAL, text=json.dumps(answers))
    draft.save(update_fields=["sealed"])


def _refuse(draft: Draft, reason: Refusal, *, now: datetime) -> None:
    with transaction.atomic():
        audit.record(
            "registration.refused",
            actor="anonymous",
            subject=f"draft:{draft.pk}",
            at=now,
            facts={"reason": reason.value},
        )
    raise RefusedError(reason)


def _taxpayer(taxpayer: sri.Taxpayer) -> dict[str, Any]:
    return {
        "ruc": taxpayer.ruc,
        "name": taxpayer.name[:300],
        "standing": taxpayer.standing.value,
        "establishments": [asdict(one) for one in taxpayer.establishments],
    }


COUNT = """
INSERT INTO registration_uses AS uses (what, count, since) VALUES (%(what)s, 1, %(now)s)
ON CONFLICT (what) DO UPDATE SET
    count = CASE WHEN uses.since <= %(before)s THEN 1 ELSE LEAST(uses.count, %(limit)s) + 1 END,
    since = CASE WHEN uses.since <= %(before)s THEN %(now)s ELSE uses.since END
RETURNING count
"""


def _count(use: Use, *, address: str, now: datetime) -> None:
    """Count a use from a network, or a mail to `address`, before it is allowed. Raises LimitError."""
    network = addresses.block(address, ipv4=32, ipv6=64)
    limit = settings.REGISTRATIONS_PER_HOUR
    if use in {Use.LOOK_UP, Use.CODE}:
        limit *= rules.ASKS_PER_REGISTRATION
    what = codes.digest(settings.SECRET_KEY, purpose="registration-uses", typed=f"{use.value} {network}")
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"what": what, "now": now, "before": now - rules.WINDOW, "limit": limit})
        (count,) = cursor.fetchone()
    if not rules.is_within(count, limit=limit):
        raise LimitError
