"""Reads of the access that employers give. Each starts from the employer, or from the accountant's key."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from afilia.access.models import Accountant, Delegation, EmployerKey
from afilia.access.rules import helping as rules
from afilia.access.rules.helping import Standing
from afilia.employers.models import Branch, Employer
from afilia.kit import codes
from afilia.verification import queries as verification


def standing(delegation: Delegation, *, now: datetime) -> Standing:
    given = rules.Given(
        lapses_at=delegation.lapses_at,
        accepted=delegation.accepted_at is not None,
        ended=delegation.ended_at is not None,
        from_on=delegation.from_on,
        until_on=delegation.until_on,
    )
    return rules.standing(given, now=now, today=timezone.localdate(now))


def is_in_force(delegation: Delegation, *, now: datetime) -> bool:
    return standing(delegation, now=now) is Standing.IN_FORCE


def branches(delegation: Delegation) -> frozenset[str] | None:
    """The numbers of the branches that an access is for; None is all of the employer's."""
    return frozenset(delegation.branches.values_list("number", flat=True)) or None


def in_force(key: EmployerKey, employer: Employer, *, now: datetime) -> Delegation | None:
    """The access that an employer gives to the holder of a key now."""
    rows = Delegation.objects.filter(key=key, employer=employer, ended_at=None)
    return next((row for row in rows if is_in_force(row, now=now)), None)


def of_employer(employer: Employer) -> QuerySet[Delegation]:
    """All that an employer ever gave, the latest first."""
    rows = Delegation.objects.filter(employer=employer).select_related("key__accountant")
    return rows.prefetch_related("branches").order_by("-invited_at", "-pk")


def given(employer: Employer, delegation_id: int) -> Delegation | None:
    return of_employer(employer).filter(pk=delegation_id).first()


def names(employer: Employer) -> dict[str, str]:
    """The names of all whose help an employer ever had, by their number."""
    rows = Delegation.objects.filter(employer=employer, key__isnull=False)
    return dict(rows.values_list("number", "key__accountant__names"))


def open_to(employer: Employer) -> Sequence[Branch]:
    """The branches of an employer that an access can be for."""
    return list(employer.branches.filter(closed_on=None).order_by("number"))


def accountant(key_id: int) -> Accountant | None:
    return Accountant.objects.select_related("key").filter(key=key_id).first()


def accountant_of_attempt(attempt_id: UUID, *, purpose: str) -> Accountant | None:
    """The account for which a code was mailed."""
    attempt = verification.attempt(attempt_id, purpose=purpose)
    if attempt is None:
        return None
    return Accountant.objects.select_related("key").filter(pk=attempt.facts["account"]).first()


def account(number: str, email: str) -> Accountant | None:
    """The account for that number and e-mail."""
    found = Accountant.objects.select_related("key")
    return found.filter(key__number=number, email=email.lower()).first()


def of_accountant(accountant: Accountant) -> QuerySet[Delegation]:
    """What was ever given or offered to an accountant, by the names of the employers."""
    rows = Delegation.objects.filter(number=accountant.key.number, email=accountant.email)
    rows = rows.select_related("employer").prefetch_related("branches")
    return rows.order_by("employer__name", "-invited_at", "-pk")


def link_digest(token: str) -> bytes:
    return codes.digest(settings.SECRET_KEY, purpose="access-invitation", typed=token)


def of_link(digest: bytes, *, now: datetime) -> Delegation | None:
    """The invitation whose mail carried this link, while it can be accepted."""
    found = (
        Delegation.objects.select_related("employer").prefetch_related("branches").filter(link=digest).first()
    )
    return found if found is not None and standing(found, now=now) is Standing.INVITED else None


def for_change(delegation_id: int) -> Delegation | None:
    """An access that nobody ended, locked until the transaction ends."""
    rows = Delegation.objects.select_related("employer").select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=delegation_id, ended_at=None).first()
