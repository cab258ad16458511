from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from afilia.cases import actions as cases
from afilia.cases.models import Case, Paper
from afilia.cases.queries import applicant
from afilia.documents import actions as documents
from afilia.documents import queries as issued
from afilia.employers import queries as employers
from afilia.employers.models import Employer
from afilia.intake import queries, rules
from afilia.intake.queries import PURPOSE
from afilia.procedures.rules import Channel, Option
from afilia.verification import actions as verification
from afilia.verification.models import Attempt
from afilia.verification.rules import WINDOW, Pass, SendRefusal, Verdict


class LimitError(Exception):
    """Too many of a kind for one case in an hour; nothing was done."""


@transaction.atomic
def ask(
    *, procedure: str, number: str, ruc: str, address: str, solution: str, ticket: str, now: datetime
) -> Attempt | Pass:
    """Send a code to the e-mail of the employer with that registration and RUC; or what it takes to ask.

    For a pair that does not exist all is the same and nothing is sent. `solution` and `ticket` are what the
    browser brought of afilia.verification.proof, or empty.
    """
    needed = _count(
        "intake", of=f"{number} {ruc}", address=address, solution=solution, ticket=ticket, now=now
    )
    if needed is not Pass.FREE:
        transaction.set_rollback(True)  # what does not begin does not count
        return needed
    found = employers.registration(number)
    employer = found.employer if found and found.employer.ruc == ruc else None
    return verification.open_attempt(
        purpose=PURPOSE,
        email=employer.email if employer else "",
        template="intake/mail/code.txt",
        facts={
            "registration": found.pk if found and employer else 0,
            "number": number,
            "procedure": procedure,
        },
        now=now,
        deliver=bool(employer and employer.email and employer.email_verified_at),
    )


@transaction.atomic
def send_again(*, attempt: Attempt, now: datetime) -> SendRefusal | None:
    """Send another code; those in the post stay good for their own three minutes."""
    return verification.send_code(attempt=attempt, now=now, deliver=bool(attempt.email))


@transaction.atomic
def prove(*, attempt: Attempt, typed: str, now: datetime) -> Case | Verdict:
    """Judge the code. A right one opens the employer's draft, begun before or now, or its case that goes on.

    The link that continues a draft is on its way then.
    """
    registration = queries.registration(attempt.facts["registration"])
    if registration:
        employer_id: Any = registration.employer_id
        Employer.objects.select_for_update(no_key=True).get(pk=employer_id)  # before the lock of the ledger
    verdict = verification.judge_code(attempt_id=attempt.pk, typed=typed, now=now)
    if verdict is not Verdict.RIGHT:
        return verdict
    if registration is None:
        return Verdict.WRONG  # guessed: the mail carried no code
    procedure = attempt.facts["procedure"]
    if case := queries.draft_of(registration, procedure=procedure):
        return case
    case = cases.begin(
        procedure=procedure,
        channel=Channel.VIRTUAL,
        province=registration.employer.province,
        employer=registration.employer,
        now=now,
    )
    cases.send_link(case_id=case.pk, now=now)
    return case


def attach(
    *, case: Case, slot: str, option: Option, chunks: Iterable[bytes], name: str, now: datetime
) -> Paper:
    """Keep a file as the document of a slot.

    Raises LimitError, and what documents.prepare and cases.put do.
    """
    _use("upload", case, most=rules.UPLOADS, now=now)
    content = b"".join(chunks)
    prepared = documents.prepare(
        chunks=[content], name=name, most=option.max_bytes, accept=option.formats, now=now
    )
    return cases.put(
        case_id=case.pk,
        slot=slot,
        document=option.document.slug,
        prepared=prepared,
        issued=issued.signed_later(content) if option.issued else None,
        now=now,
    )


def send_link(*, case: Case, now: datetime) -> None:
    """Send the link that continues a draft again. Raises LimitError, RefusedError."""
    _use("link", case, most=rules.LINKS, now=now)
    cases.send_link(case_id=case.pk, now=now)


def write(*, case: Case, text: str, now: datetime) -> None:
    """Write a message to whoever decides. Raises LimitError, RefusedError."""
    _use("message", case, most=rules.MESSAGES, now=now)
    cases.write_to_officials(case_id=case.pk, text=text, now=now)


def follow(
    *, number: str, code: str, address: str, solution: str, ticket: str, now: datetime
) -> Case | Pass | None:
    """The case with that number and code, which is written down; None for a pair that does not exist.

    Tries that are wrong are counted, and who makes many has to prove that it is no program.
    """
    plain = applicant.plain_number(number)
    with transaction.atomic():
        needed = _count("follow", of=plain, address=address, solution=solution, ticket=ticket, now=now)
        if needed is not Pass.FREE:
            transaction.set_rollback(True)
            return needed
    case = applicant.followed(plain, code=code)
    if case is None:
        return None
    verification.take_back(whats=queries.scopes("follow", of=plain, address=address).values())
    cases.record_follow(case_id=case.pk, now=now)
    return case


def _count(kind: str, *, of: str, address: str, solution: str, ticket: str, now: datetime) -> Pass:
    """Count a try in all its scopes, and what it takes now."""
    counted = {
        scope: verification.tally(what=what, window=WINDOW, now=now)
        for scope, what in queries.scopes(kind, of=of, address=address).items()
    }
    needed = rules.pass_for(**counted)
    if needed is Pass.PROOF and verification.is_proved(
        purpose=kind, solution=solution, ticket=ticket, address=address, now=now
    ):
        return Pass.FREE
    return needed


def _use(what: str, case: Case, *, most: int, now: datetime) -> None:
    times = verification.tally(what=queries.use(what, of=case), window=WINDOW, now=now)
    if times > most:
        raise LimitError(what)
