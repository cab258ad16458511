import secrets
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.employers import queries, rules
from afilia.employers.models import Branch, EmailChange, Employer, Registration, Representative
from afilia.employers.rules import Application, ChangeState, Refusal
from afilia.kit import queue
from afilia.notices import actions as notices

TOKEN_BYTES = 20


class RefusedError(Exception):
    """An employer that cannot be registered; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def register(*, application: Application, now: datetime) -> Registration:
    """Register an employer with its branches and representative, all or nothing.

    Raises RefusedError(REGISTERED) when its RUC is registered: of two at once, to the one that comes second.
    """
    try:
        with transaction.atomic():
            employer = Employer.objects.create(
                ruc=application.ruc,
                kind=application.kind.value,
                name=application.name,
                email=application.email,
                email_verified_at=application.email_verified_at,
                phone=application.phone,
                province=application.province,
                canton=application.canton,
                street=application.street,
            )
    except IntegrityError:
        raise RefusedError(Refusal.REGISTERED) from None
    today = timezone.localdate(now)
    Branch.objects.bulk_create(
        Branch(
            employer=employer,
            number=rules.branch_number(position),
            name=place.name,
            address=place.address,
            opened_on=today,
        )
        for position, place in enumerate(application.branches, start=1)
    )
    person = application.representative
    Representative.objects.create(
        employer=employer,
        document=person.document.value,
        number=person.number,
        country=person.country,
        names=person.names,
        confirmed_at=now if person.confirmed else None,
    )
    collector = application.collector
    registration = Registration.objects.create(
        employer=employer,
        registered_at=now,
        standing=application.standing.value if application.standing else "",
        collector_number=collector.number if collector else "",
        collector_names=collector.names if collector else "",
    )
    audit.record(
        "employer.registered",
        actor="anonymous",
        subject=f"employer:{employer.pk}",
        at=now,
        facts={
            "registration": registration.number,
            "kind": application.kind.value,
            "standing": registration.standing,
            "branches": len(application.branches),
            "document": person.document.value,
            "identity_confirmed": person.confirmed,
            "third_party": collector is not None,
        },
    )
    return registration


@transaction.atomic
def change_email(*, employer_id: int, email: str, actor: str, now: datetime) -> EmailChange:
    """Put another address on its way, after a code proved that somebody reads its mail.

    It takes the place of a change that was pending. The old address is told, with a link to object, and
    nothing changes before AFILIA_EMAIL_CHANGE_HOURS; without an old address it changes at once.
    """
    employer = Employer.objects.select_for_update().get(pk=employer_id)
    _end_pending(employer, ChangeState.REPLACED, actor=actor, now=now)
    token = secrets.token_hex(TOKEN_BYTES)
    change = EmailChange.objects.create(
        employer=employer,
        old=employer.email,
        new=email,
        asked_at=now,
        effective_at=rules.effective_at(
            old=employer.email, new=email, now=now, wait=settings.EMAIL_CHANGE_WAIT
        ),
        objection=queries.objection_digest(token),
    )
    if change.old and not rules.same_email(change.old, change.new):
        notices.post(
            to=change.old,
            template="employers/mail/change_asked.txt",
            facts={**_facts(change), "token": token},
            now=now,
            secret=True,
            expires_at=change.effective_at if change.effective_at > now else None,
        )
    if change.effective_at > now:
        queue.defer("employers.take-email-change", at=change.effective_at, change_id=change.pk)
    _record("employer.email-change-asked", change, actor=actor, now=now)
    if change.effective_at <= now:
        take_email_change(change_id=change.pk, now=now)
        change.refresh_from_db()
    return change


@transaction.atomic
def take_email_change(*, change_id: int, now: datetime) -> bool:
    """Let a change that is due take effect and tell both addresses; False when there is nothing to do."""
    change = _locked(change_id)
    if change is None or change.state != ChangeState.PENDING or now < change.effective_at:
        return False
    employer = change.employer
    employer.email, employer.email_verified_at = change.new, change.asked_at
    employer.save(update_fields=["email", "email_verified_at"])
    _end(change, ChangeState.DONE, now=now)
    if not rules.same_email(change.old, change.new):
        _tell_both(change, "employers/mail/change_done.txt", now=now)
    _record("employer.email-changed", change, actor="system", now=now)
    return True


@transaction.atomic
def cancel_email_change(*, employer_id: int, actor: str, now: datetime) -> bool:
    """Cancel the pending change of an employer and tell both addresses; False when none is pending."""
    employer = Employer.objects.select_for_update().get(pk=employer_id)
    return _end_pending(employer, ChangeState.CANCELLED, actor=actor, now=now)


@transaction.atomic
def drop_email_change(*, employer_id: int, actor: str, now: datetime) -> bool:
    """Cancel the pending change because a key was recovered or handed over, and tell both addresses.

    Whoever asked for it may have had a key that was not theirs. False when none is pending.
    """
    employer = Employer.objects.select_for_update().get(pk=employer_id)
    return _end_pending(
        employer, ChangeState.CANCELLED, actor=actor, now=now, template="employers/mail/change_dropped.txt"
    )


@transaction.atomic
def replace_email(*, employer_id: int, email: str, actor: str, now: datetime) -> bool:
    """Put the address from papers that an official saw in the place of the one on record, at once.

    It does not count as verified, since nobody has shown yet that they read its mail: a key is recovered with
    it only after a code that was sent to it. Both addresses are told. False when it is the one on record.
    """
    employer = Employer.objects.select_for_update().get(pk=employer_id)
    old = employer.email
    if rules.same_email(old, email):
        return False
    employer.email, employer.email_verified_at = email, None
    employer.save(update_fields=["email", "email_verified_at"])
    for address in filter(None, (old, email)):
        notices.post(
            to=address,
            template="employers/mail/email_replaced.txt",
            facts={"ruc": employer.ruc, "masked": rules.masked(email), "at": timezone.localtime(now)},
            now=now,
        )
    audit.record("employer.email-replaced", actor=actor, subject=f"employer:{employer.pk}", at=now)
    return True


@transaction.atomic
def object_to_email_change(*, token: str, now: datetime) -> EmailChange | None:
    """Cancel the change in whose mail the token was, and tell both addresses.

    The result is the change as it stands: whoever comes too late learns it from its state. None for a token
    that we never sent.
    """
    found = queries.email_change_of_objection(token)
    change = _locked(found.pk) if found else None
    if change is None or change.state != ChangeState.PENDING:
        return change
    _end(change, ChangeState.OBJECTED, now=now)
    _tell_both(change, "employers/mail/change_objected.txt", now=now)
    _record("employer.email-change-objected", change, actor="anonymous", now=now)
    return change


def _locked(change_id: int) -> EmailChange | None:
    """The change, its employer locked first: all who change an e-mail wait for one another there."""
    found = EmailChange.objects.filter(pk=change_id).first()
    if found is None:
        return None
    employer = Employer.objects.select_for_update().get(pk=found.employer_id)
    change = EmailChange.objects.get(pk=change_id)
    change.employer = employer
    return change


def _end_pending(
    employer: Employer,
    state: ChangeState,
    *,
    actor: str,
    now: datetime,
    template: str = "employers/mail/change_cancelled.txt",
) -> bool:
    change = queries.pending_email_change(employer)
    if change is None:
        return False
    _end(change, state, now=now)
    _tell_both(change, template, now=now)
    _record(f"employer.email-change-{state.value}", change, actor=actor, now=now)
    return True


def _end(change: EmailChange, state: ChangeState, *, now: datetime) -> None:
    change.state, change.ended_at = state, now
    change.save(update_fields=["state", "ended_at"])


def _tell_both(change: EmailChange, template: str, *, now: datetime) -> None:
    for address in filter(None, (change.old, change.new)):
        notices.post(to=address, template=template, facts=_facts(change), now=now)


def _facts(change: EmailChange) -> dict[str, object]:
    return {
        "ruc": change.employer.ruc,
        "masked": rules.masked(change.new),
        "effective_at": timezone.localtime(change.effective_at),
    }


def _record(event: str, change: EmailChange, *, actor: str, now: datetime) -> None:
    audit.record(
        event, actor=actor, subject=f"employer:{change.employer_id}", at=now, facts={"change": change.pk}
    )
