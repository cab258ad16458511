"""The accounts of accountants: opened behind an invitation, their key set anew by a code in a mail."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from afilia.access.actions.keys import set_accountants_key
from afilia.access.actions.telling import tell
from afilia.access.models import Accountant, EmployerKey
from afilia.access.queries import helping
from afilia.audit import actions as audit
from afilia.employers import queries as employers
from afilia.employers.rules import Identity
from afilia.kit import addresses
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.models import Attempt
from afilia.verification.rules import WINDOW, Limit, Pass, Verdict, pass_needed

FOR_KEY = "accountant-key"  # purpose of attempts and proofs
ACCOUNT, ADDRESS, BLOCK = Limit(free=3, most=20), Limit(free=5, most=120), Limit(free=60, most=1200)


class OtherNamesError(Exception):
    """The Registro Civil has other names for the number, or says that the person is dead."""


def open_account(*, digest: bytes, names: str, key: str, now: datetime) -> EmployerKey | None:
    """Open an account for whom an invitation was mailed, with the key that they chose; the result is it.

    The Registro Civil is asked for the names; where it does not answer they stay unconfirmed. None when the
    invitation cannot be accepted any more or the account is there. Raises OtherNamesError, KeyRefusedError.
    """
    given = helping.of_link(digest, now=now)
    if given is None:
        return None
    said = employers.identity_of(given.number, names)
    if said is Identity.DIFFERENT:
        raise OtherNamesError
    with transaction.atomic():
        invited = helping.for_change(given.pk)
        if invited is None or bytes(invited.link) != digest or helping.account(given.number, given.email):
            return None
        made = set_accountants_key(held=None, number=given.number, key=key, now=now)
        Accountant.objects.create(
            key=made,
            email=given.email,
            names=names,
            confirmed_at=now if said is Identity.CONFIRMED else None,
            opened_at=now,
        )
        audit.record(
            "accountant.opened",
            actor=f"holder:{made.pk}",
            subject=made.subject,
            at=now,
            facts={"delegation": given.pk, "identity": said.value},
        )
    return made


def confirm_identity(*, accountant: Accountant, now: datetime) -> None:
    """Ask the Registro Civil again for who it did not confirm yet; another name there changes nothing."""
    if accountant.confirmed_at is None:
        said = employers.identity_of(accountant.key.number, accountant.names)
        if said is Identity.CONFIRMED:
            Accountant.objects.filter(pk=accountant.pk).update(confirmed_at=now)


def begin_new_key(
    *, number: str, email: str, solution: str, ticket: str, address: str, now: datetime
) -> Attempt | Pass:
    """Mail a code to the account for that number and e-mail, or what it takes to do so.

    The work, and what is written, are the same whether there is such an account.
    """
    with transaction.atomic():
        needed = _count(number=number, email=email, address=address, now=now)
        if needed is Pass.PROOF and verification.is_proved(
            purpose=FOR_KEY, solution=solution, ticket=ticket, address=address, now=now
        ):
            needed = Pass.FREE
        if needed is not Pass.FREE:
            transaction.set_rollback(True)  # what does not begin does not count
            return needed
        found = helping.account(number, email)
        return verification.open_attempt(
            purpose=FOR_KEY,
            email=found.email if found else email.lower(),
            template="access/mail/accountant_code.txt",
            facts={"account": found.pk if found else None},
            now=now,
            deliver=found is not None,
        )


def judge_code(*, attempt_id: UUID, typed: str, now: datetime) -> Verdict:
    return verification.judge_code(attempt_id=attempt_id, typed=typed, now=now)


@transaction.atomic
def renew_key(*, attempt_id: UUID, key: str, now: datetime) -> EmployerKey | None:
    """Set the key of who typed the code of a mail; the second factor stays.

    None when the key was set since the mail was asked for. Raises KeyRefusedError.
    """
    attempt = verified.attempt(attempt_id, purpose=FOR_KEY)
    account = _account(attempt) if attempt else None
    if attempt is None or account is None or account.key.changed_at > attempt.started_at:
        return None
    made = set_accountants_key(held=account.key, number=account.key.number, key=key, now=now)
    tell(made, what="key_changed", now=now)
    audit.record("key.recovered", actor=f"holder:{made.pk}", subject=made.subject, at=now)
    return made


def _account(attempt: Attempt) -> Accountant | None:
    rows = Accountant.objects.select_related("key").select_for_update(of=("self",))
    return rows.filter(pk=attempt.facts["account"]).first()


def _count(*, number: str, email: str, address: str, now: datetime) -> Pass:
    block = addresses.neighbourhood(address)
    scopes = {
        "account": (f"{number} {email.lower()}", ACCOUNT),
        "address": (addresses.subscriber(address), ADDRESS),
        "block": (block, BLOCK),
    }
    whats = [verified.tallied(f"access.{scope}", of=of) for scope, (of, _) in scopes.items()]
    times = verification.tally_all(whats=whats, window=WINDOW, now=now)
    return pass_needed(zip(times, (limit for _, limit in scopes.values()), strict=True))
