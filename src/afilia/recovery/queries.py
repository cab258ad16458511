from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from afilia.access.models import EmployerKey, KeyBranch
from afilia.employers.models import Branch, Employer
from afilia.recovery import rules
from afilia.recovery.models import Recovery
from afilia.recovery.rules import Standing
from afilia.verification import queries as verification
from afilia.verification.models import Attempt
from afilia.workers import queries as people

CODE, LINK = "recovery-code", "recovery-link"  # purposes of the two attempts


@dataclass(frozen=True, kw_only=True)
class Found:
    """The employer that was typed and whether the key can be recovered online."""

    employer: Employer | None
    standing: Standing


def find(*, number: str, ruc: str, branch: str, active: bool) -> Found:
    """Judge what was typed, in the same queries whatever there is. `active`: whether the RUC is, at the SRI.

    A key that was handed over and not changed yet is none: it is the first one, and ends at the office.
    """
    keys = EmployerKey.objects.filter(employer=OuterRef("pk"), handed_until=None)
    branches = Branch.objects.filter(employer=OuterRef("pk"), number=branch, closed_on=None)
    numbers = people.numbers_of(number)
    of_key = KeyBranch.objects.filter(
        employerkey__employer=OuterRef(OuterRef("pk")), employerkey__number__in=numbers
    )
    # A key without branches of its own opens them all.
    open_branch = branches.filter(
        Q(pk__in=of_key.values("branch")) | ~Exists(of_key.filter(employerkey__number__in=numbers))
    )
    employer = (
        Employer.objects.filter(ruc=ruc)
        .annotate(
            has_key=Exists(keys.filter(number__in=numbers)),
            has_any_key=Exists(keys),
            has_branch=Exists(open_branch),
        )
        .first()
    )
    account = rules.Account(
        employer=employer is not None,
        branch=bool(employer and employer.has_branch),
        key=bool(employer and employer.has_key),
        any_key=bool(employer and employer.has_any_key),
        email=bool(employer and employer.email and employer.email_verified_at),
        active=active,
    )
    return Found(employer=employer, standing=rules.standing(account))


def recovery(recovery_id: UUID | str) -> Recovery | None:
    return (
        Recovery.objects.select_related("employer", "code_attempt", "link_attempt")
        .filter(pk=recovery_id)
        .first()
    )


def recovery_of_link(digest: bytes, *, now: datetime) -> Recovery | None:
    """The recovery whose mail carried this link, while the link lives."""
    attempt = verification.attempt_of_link(digest, purpose=LINK, now=now)
    return _of_attempt(attempt) if attempt else None


def recovery_of_objection(token: str) -> Recovery | None:
    """The recovery, over or not, to which the reader of a mail objects."""
    for purpose in (CODE, LINK):
        if attempt := verification.attempt_of_objection(token, purpose=purpose):
            return _of_attempt(attempt)
    return None


def is_open(recovery: Recovery, *, now: datetime) -> bool:
    """Whether a key can still be set: the link was sent, nobody ended it, and the key is what it was."""
    attempt = recovery.link_attempt
    return attempt is not None and verification.is_open(attempt, now=now) and not is_key_changed(recovery)


def is_key_changed(recovery: Recovery) -> bool:
    """Whether somebody changed the person's key since the recovery began."""
    numbers = people.numbers_of(recovery.number)
    held = EmployerKey.objects.filter(employer=recovery.employer_id, number__in=numbers)
    return held.filter(changed_at__gt=recovery.code_attempt.started_at).exists()


def _of_attempt(attempt: Attempt) -> Recovery | None:
    return (
        Recovery.objects.select_related("employer", "code_attempt", "link_attempt")
        .filter(Q(code_attempt=attempt) | Q(link_attempt=attempt))
        .first()
    )
