from datetime import datetime
from typing import Any

from django.db import transaction

from afilia.access import actions as access
from afilia.access import queries as devices
from afilia.access.actions.keys import _lock as lock_keys
from afilia.access.models import EmployerKey
from afilia.audit import actions as audit
from afilia.identifiers import ruc as rucs
from afilia.kit import addresses
from afilia.notices import actions as notices
from afilia.recovery import queries, rules
from afilia.recovery.models import Recovery
from afilia.recovery.rules import Standing
from afilia.registries import sri
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.models import Attempt
from afilia.verification.rules import WINDOW, Pass, SendRefusal, Verdict

EXPLAINED = {Standing.FIRST_KEY, Standing.TAXPAYER}  # by a mail
PROOF = "recovery"  # purpose of the proofs


def begin(
    *,
    number: str,
    ruc: str,
    branch: str,
    address: str,
    solution: str,
    ticket: str,
    now: datetime,
    device: str = "",
) -> Recovery | Pass:
    """Begin to recover a key, with the first mail on its way; or what it takes to begin.

    `solution` and `ticket` are what the browser brought of afilia.verification.proof, or empty. The work and
    what is written are the same whatever exists. `device` is the cookie of a browser: where the person has
    signed in before, strangers do not count. A RUC that is not active, and a first key, are told by mail and
    to the reader of the employer's mail alone. Raises RegisterDownError: nothing was counted or begun.
    """
    scopes = _scopes(number=number, ruc=ruc, address=address, device=device)
    with transaction.atomic():
        needed = _count(scopes, now=now)
        if needed is Pass.PROOF and verification.is_proved(
            purpose=PROOF, solution=solution, ticket=ticket, address=address, now=now
        ):
            needed = Pass.FREE
        if needed is not Pass.FREE:
            transaction.set_rollback(True)  # what does not begin does not count
            return needed
    try:
        active = is_active(ruc)
    except sri.RegisterDownError:
        verification.take_back(whats=scopes.values())
        raise
    return _begin(number=number, ruc=ruc, branch=branch, active=active, now=now)


def is_active(ruc: str) -> bool:
    """Whether a RUC is active at the SRI; a domestic employer needs no SRI. Raises RegisterDownError."""
    if rucs.is_domestic(ruc):
        return True
    taxpayer = sri.look_up(ruc)
    return taxpayer is not None and taxpayer.standing is sri.Standing.ACTIVE


@transaction.atomic
def judge_code(*, recovery: Recovery, typed: str, now: datetime) -> Verdict:
    """Judge the code of the first mail; a right one puts the mail with the link into the outbox."""
    verdict = verification.judge_code(attempt_id=recovery.code_attempt_id, typed=typed, now=now)
    if verdict is not Verdict.RIGHT:
        return verdict
    if recovery.standing != Standing.ELIGIBLE or recovery.employer is None:
        return Verdict.WRONG  # guessed: the mail carried no code
    recovery.link_attempt = verification.open_attempt(
        purpose=queries.LINK,
        email=recovery.code_attempt.email,
        template="recovery/mail/link.txt",
        facts=_facts(recovery),
        now=now,
    )
    recovery.save(update_fields=["link_attempt"])
    return verdict


@transaction.atomic
def send_again(*, recovery: Recovery, attempt: Attempt, now: datetime) -> SendRefusal | None:
    """Send another code or link of the attempt; those in the post stay good."""
    deliver = _is_told(Standing(recovery.standing), ruc=recovery.ruc, now=now)
    return verification.send_code(attempt=attempt, now=now, deliver=deliver)


def judge_short_code(*, recovery: Recovery, typed: str, now: datetime) -> Verdict:
    """Judge the short code of the mail with the link; a right one spends nothing."""
    if recovery.link_attempt_id is None:
        return Verdict.OVER
    return verification.judge_code(attempt_id=recovery.link_attempt_id, typed=typed, now=now, burns=False)


@transaction.atomic
def complete(*, recovery: Recovery, key: str, now: datetime) -> EmployerKey | None:
    """Set the new key, spend the link and tell the owner.

    None when it is too late: somebody ended or completed the recovery, or the person's key or the e-mail is
    no longer what it was. Raises KeyRefusedError: nothing is spent and another key can be chosen.
    """
    attempt, employer = recovery.link_attempt, recovery.employer
    if attempt is None or employer is None:
        return None
    # Its lock lets one of two at once through, and that of the person's keys one of two recoveries. It is
    # closed after the key is set: whoever sets a key has its person's lock before that of the ledger.
    (attempt,) = verified.attempts_for_change(attempt.pk)
    lock_keys(recovery.number)
    if not verified.is_open(attempt, now=now) or queries.is_key_changed(recovery):
        return None
    found = queries.find(number=recovery.number, ruc=recovery.ruc, branch=recovery.branch, active=True)
    if found.standing is not Standing.ELIGIBLE or found.employer is None:
        return None
    if found.employer.email != attempt.email:
        return None
    held = access.recover_key(employer=found.employer, number=recovery.number, key=key, now=now)
    verification.close_attempt(attempt_id=attempt.pk, proved=True, now=now)
    recovery.completed_at = now
    recovery.save(update_fields=["completed_at"])
    _tell(recovery, attempt.email, "recovery/mail/done.txt", now=now)
    audit.record(
        "recovery.completed",
        actor=f"holder:{held.pk}",
        subject=f"employer:{employer.pk}",
        at=now,
        facts={"recovery": str(recovery.pk), "province": employer.province},
    )
    return held


@transaction.atomic
def object_to(*, recovery: Recovery, now: datetime) -> bool:
    """End a recovery at the word of somebody who reads the employer's mail, and confirm it by mail.

    False when there was nothing left to end.
    """
    # Who types the right code has the lock of the first attempt until the second one is there.
    attempts = verified.attempts_for_change(recovery.code_attempt_id)
    recovery.refresh_from_db(fields=["link_attempt"])
    if recovery.link_attempt_id:
        attempts += verified.attempts_for_change(recovery.link_attempt_id)
    closed = [
        verification.close_attempt(attempt_id=attempt.pk, proved=False, now=now) for attempt in attempts
    ]
    if not any(closed):
        return False
    _tell(recovery, recovery.code_attempt.email, "recovery/mail/ended.txt", now=now)
    audit.record(
        "recovery.objected",
        actor="anonymous",
        subject=f"recovery:{recovery.pk}",
        at=now,
        facts={"employer": recovery.employer_id},
    )
    return True


@transaction.atomic
def _begin(*, number: str, ruc: str, branch: str, active: bool, now: datetime) -> Recovery:
    found = queries.find(number=number, ruc=ruc, branch=branch, active=active)
    told = _is_told(found.standing, ruc=ruc, now=now)
    refused = found.standing in EXPLAINED
    recovery = Recovery(
        employer=found.employer, number=number, ruc=ruc, branch=branch, standing=found.standing
    )
    recovery.code_attempt = verification.open_attempt(
        purpose=queries.CODE,
        email=found.employer.email if found.employer else "",
        template="recovery/mail/refused.txt" if refused else "recovery/mail/code.txt",
        facts=_facts(recovery),
        now=now,
        deliver=told,
    )
    recovery.save(force_insert=True)
    audit.record(
        "recovery.begun",
        actor="anonymous",
        subject=f"recovery:{recovery.pk}",
        at=now,
        facts={"standing": found.standing, "employer": recovery.employer_id},
    )
    return recovery


def _is_told(standing: Standing, *, ruc: str, now: datetime) -> bool:
    """Whether a mail goes to the employer. One that explains takes no key to ask for, so it is counted."""
    explains = standing in EXPLAINED
    times = verification.tally(what=_what("told" if explains else "untold", ruc), window=WINDOW, now=now)
    return standing is Standing.ELIGIBLE or (explains and times <= rules.EXPLAINED)


def _facts(recovery: Recovery) -> dict[str, Any]:
    return {"ruc": recovery.ruc, "branch": recovery.branch, "standing": recovery.standing}


def _tell(recovery: Recovery, email: str, template: str, *, now: datetime) -> None:
    notices.post(to=email, template=template, facts=_facts(recovery), now=now)


def _scopes(*, number: str, ruc: str, address: str, device: str) -> dict[str, bytes]:
    """What a beginning counts for; always in this order, so that nobody waits in a circle."""
    block = addresses.neighbourhood(address)
    account = f"{number} {ruc}"
    if device and devices.is_known_device(number, device=device):
        account = f"{account} {device}"
    return {
        "account": _what("account", account),
        "pair": _what("pair", f"{account} {block}"),
        "address": _what("address", addresses.subscriber(address)),
        "block": _what("block", block),
    }


def _count(scopes: dict[str, bytes], *, now: datetime) -> Pass:
    """Count a beginning in the scopes of the limits, and what it takes now."""
    return rules.pass_needed(
        **{scope: verification.tally(what=what, window=WINDOW, now=now) for scope, what in scopes.items()}
    )


def _what(scope: str, of: str) -> bytes:
    return verified.tallied(f"recovery.{scope}", of=of)
