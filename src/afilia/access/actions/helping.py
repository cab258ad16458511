"""The access that an employer gives to an accountant: invited, accepted, changed, ended by either side."""

import secrets
from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction

from afilia.access import locks
from afilia.access.acts import NAMES
from afilia.access.models import Accountant, Delegation, DelegationBranch, KeySession
from afilia.access.queries import Holder, helping
from afilia.access.rules.acts import Act
from afilia.access.rules.helping import OPEN, Refusal, Side, Standing
from afilia.audit import actions as audit
from afilia.employers.models import Branch, Employer
from afilia.notices import actions as notices
from afilia.workers import queries as people

LINK_BYTES = 20


@transaction.atomic
def invite(
    *,
    holder: Holder,
    number: str,
    email: str,
    acts: Collection[Act],
    branches: Collection[Branch],
    from_on: date,
    until_on: date | None,
    now: datetime,
) -> Delegation | Refusal:
    """Offer somebody access to the holder's employer, and mail them the link to accept it.

    No acts: to read only; no branches: all of them. The e-mail gets the link and the employer a notice. An
    access that is over by itself makes room for another one.
    """
    employer = Employer.objects.select_for_update(no_key=True).get(pk=holder.employer.pk)
    if employer.keys.filter(number__in=people.numbers_of(number)).exists():
        return Refusal.HAS_KEY
    before = Delegation.objects.filter(employer=employer, number=number, ended_at=None).first()
    if before is not None and helping.standing(before, now=now) in OPEN:
        return Refusal.HAS_ACCESS
    if before is not None:
        Delegation.objects.filter(pk=before.pk).update(ended_at=now, ended_by=Side.EMPLOYER)
    given = Delegation(
        employer=employer,
        number=number,
        email=email.lower(),
        acts=_listed(acts),
        from_on=from_on,
        until_on=until_on,
        invited_at=now,
        invited_by=holder.number,
    )
    token = _renew(given, now=now)
    given.save()
    _set_branches(given, branches)
    _mail_link(given, token, now=now)
    _tell_employer(given, "help_invited_employer", now=now)
    _record("help.invited", given, actor=holder.actor, now=now)
    return given


@transaction.atomic
def invite_again(*, holder: Holder, delegation_id: int, now: datetime) -> bool:
    """Send another link, in place of the one before; no when it was accepted or ended meanwhile."""
    given = _of_employer(holder, delegation_id)
    if given is None or helping.standing(given, now=now) not in {Standing.INVITED, Standing.LAPSED}:
        return False
    token = _renew(given, now=now)
    given.save()
    _mail_link(given, token, now=now)
    _record("help.invited-again", given, actor=holder.actor, now=now)
    return True


@transaction.atomic
def change_access(
    *,
    holder: Holder,
    delegation_id: int,
    acts: Collection[Act],
    branches: Collection[Branch],
    from_on: date,
    until_on: date | None,
    now: datetime,
) -> bool:
    """Give more or less from now on; no when the access is over. The accountant is told by e-mail."""
    locks.changed(delegation_id)
    given = _of_employer(holder, delegation_id)
    if given is None or helping.standing(given, now=now) is Standing.OVER:
        return False
    given.acts, given.from_on, given.until_on = _listed(acts), from_on, until_on
    given.save()
    _set_branches(given, branches)
    _mail(given, "help_changed", to=given.email, now=now)
    _record("help.changed", given, actor=holder.actor, now=now)
    return True


@transaction.atomic
def end_access(*, holder: Holder, delegation_id: int, now: datetime) -> bool:
    """End an access at once; no when it was ended before. What is being sent by it comes to its end first."""
    locks.changed(delegation_id)
    given = _of_employer(holder, delegation_id)
    if given is None:
        return False
    _end(given, by=Side.EMPLOYER, now=now)
    _mail(given, "help_ended", to=given.email, now=now)
    _record("help.ended", given, actor=holder.actor, now=now)
    return True


@transaction.atomic
def accept(*, accountant: Accountant, delegation_id: int, now: datetime) -> bool:
    """Take an access that is offered; no when it is not offered any more."""
    given = _of_accountant(accountant, delegation_id)
    if given is None or helping.standing(given, now=now) is not Standing.INVITED:
        return False
    given.key, given.accepted_at = accountant.key, now
    given.save()
    _tell_employer(given, "help_accepted", now=now)
    _record("help.accepted", given, actor=f"holder:{accountant.key_id}", now=now)
    return True


@transaction.atomic
def give_back(*, accountant: Accountant, delegation_id: int, now: datetime) -> bool:
    """End an access, or decline one that is offered; no when it was ended before."""
    locks.changed(delegation_id)
    given = _of_accountant(accountant, delegation_id)
    if given is None:
        return False
    _end(given, by=Side.HELPER, now=now)
    _tell_employer(given, "help_ended_employer", now=now)
    _record("help.given-back", given, actor=f"holder:{accountant.key_id}", now=now)
    return True


def work_for(*, session_id: int | None, delegation: Delegation) -> None:
    """Write down for which employer a session of an accountant works from now on."""
    KeySession.objects.filter(pk=session_id or 0, key=delegation.key_id).update(delegation=delegation)


def _of_employer(holder: Holder, delegation_id: int) -> Delegation | None:
    found = helping.for_change(delegation_id)
    return found if found is not None and found.employer_id == holder.employer.pk else None


def _of_accountant(accountant: Accountant, delegation_id: int) -> Delegation | None:
    found = helping.for_change(delegation_id)
    mine = found is not None and (found.number, found.email) == (accountant.key.number, accountant.email)
    return found if mine else None


def _listed(acts: Collection[Act]) -> list[str]:
    return [act.value for act in Act if act in acts]


def _set_branches(given: Delegation, branches: Collection[Branch]) -> None:
    DelegationBranch.objects.filter(delegation=given).delete()
    DelegationBranch.objects.bulk_create(DelegationBranch(delegation=given, branch=each) for each in branches)


def _renew(given: Delegation, *, now: datetime) -> str:
    token = secrets.token_hex(LINK_BYTES)
    given.link = helping.link_digest(token)
    given.lapses_at = now + timedelta(days=settings.INVITATION_DAYS)
    return token


def _end(given: Delegation, *, by: Side, now: datetime) -> None:
    given.ended_at, given.ended_by = now, by
    given.save()


def _mail_link(given: Delegation, token: str, *, now: datetime) -> None:
    _mail(given, "help_invited", to=given.email, now=now, token=token)


def _tell_employer(given: Delegation, what: str, *, now: datetime) -> None:
    if given.employer.email:
        _mail(given, what, to=given.employer.email, now=now)


def _mail(given: Delegation, what: str, *, to: str, now: datetime, token: str = "") -> None:
    notices.post(
        to=to,
        template=f"access/mail/{what}.txt",
        facts={
            "given": given,
            "acts": [NAMES[Act(act)] for act in given.acts],
            "branches": list(given.branches.values_list("number", flat=True)),
            "at": now,
            "token": token,
        },
        now=now,
        secret=bool(token),
        expires_at=given.lapses_at if token else None,
    )


def _record(event: str, given: Delegation, *, actor: str, now: datetime) -> None:
    audit.record(
        event,
        actor=actor,
        subject=f"employer:{given.employer_id}",
        at=now,
        facts={
            "delegation": given.pk,
            "acts": " ".join(given.acts),
            "branches": " ".join(given.branches.order_by("number").values_list("number", flat=True)),
            "from": given.from_on.isoformat(),
            "until": given.until_on.isoformat() if given.until_on else "",
        },
    )
