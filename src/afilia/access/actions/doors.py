"""Judges what somebody types to get in, whoever they are: keys of employers and of officials alike.

`who` names the account in the counts of tries, and never appears in a row.
"""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import pyotp
from django.conf import settings
from django.db import connection, transaction

from afilia.access.actions import tries
from afilia.access.models import Authenticator
from afilia.access.rules import limits
from afilia.access.rules import second_factor as rules
from afilia.kit import addresses, sealing

# Neither vowels, which make words, nor what looks alike on paper: 16 of 28 are 76 bits.
CHARACTERS = "23456789bcdfghjkmnpqrstvwxyz"
HANDED_GROUPS, HANDED_GROUP = 4, 4

Account = TypeVar("Account")


def judge_key(
    *,
    who: str,
    address: str,
    device: str,
    known: bool,
    opened: Callable[[], Account | None],
    record: Callable[[Account | None, limits.Verdict, bytes], None],
    now: datetime,
) -> Account | limits.Refusal:
    """Count and judge the key that was typed for an account at a client's address.

    The tries of one account are judged one after another, and each is counted before its answer is known: so
    guesses made at once cannot pass, and right keys typed at once all do. `opened` computes what the key
    opens and must do the same work whether the account exists or not; a try that has to wait does not call
    it. `known` says whether the account was used in the browser with the cookie `device`: there, tries of
    strangers make nobody wait. `record` writes the entry, under the bucket of account and address.
    """
    around, own = _buckets(who=who, address=address, device=device, known=known)
    verdict = tries.count(around, now=now)
    if verdict.wait:
        return verdict.refusal
    found = None
    with transaction.atomic():
        _wait_for_others(who)
        verdict = tries.count(own, now=now)
        if not verdict.wait:
            found = opened()
            if found is not None:
                tries.clear(own)
            record(found, verdict, _pair(who, address))
    if found is not None or verdict.wait:
        tries.take_back(around)
    return verdict.refusal if found is None else found


def judge_code(
    tried: tries.Buckets, *, right: Callable[[], bool], refused: Callable[[], None], now: datetime
) -> limits.Refusal | None:
    """Count a try, then ask whether it is `right`; `refused` writes down one that is not."""
    verdict = tries.count(tried, now=now)
    if verdict.wait:
        return verdict.refusal
    if right():
        tries.clear(tried)
        return None
    refused()
    return verdict.refusal


def code_tries(*, who: str, code: str, device: str, known: bool, address: str) -> tries.Buckets:
    """Where a code that follows the right key is counted.

    `device` is the cookie of a browser, `known` whether the person has signed in there: then tries of who
    stole the key make nobody wait. Recovery codes are counted apart, for each `address`: they are too long to
    be guessed, and who stole the key must not make them useless by guessing codes.
    """
    if rules.is_recovery_code(code):
        tried = tries.bucket("recovery-code", of=f"{who} {addresses.block(address, ipv4=32, ipv6=64)}")
    else:
        tried = tries.bucket("code", of=f"{who} {device if known else ''}")
    return {tried: limits.PAIR}


def new_secret(*, purpose: str) -> bytes:
    """A new secret for an authenticator app, sealed."""
    return sealing.seal(settings.CODES_KEY, purpose=purpose, text=pyotp.random_base32())


def use_code(factor: Authenticator, *, code: str, purpose: str, now: datetime) -> bool:
    """Whether a code is right, counts now and was not used; it is used by this. The row must be locked."""
    try:
        app = pyotp.TOTP(sealing.unseal(settings.CODES_KEY, purpose=purpose, sealed=factor.sealed))
    except sealing.SealBrokenError:  # AFILIA_CODES_KEY is another one: no code can be right
        return False
    step = rules.step_of(code, among=rules.steps(now), after=factor.last_step, code_of=app.generate_otp)
    if step is None:
        return False
    rows = type(factor)._default_manager.filter(pk=factor.pk, last_step__lt=step)
    return bool(rows.update(last_step=step))


def new_recovery_codes() -> list[str]:
    """Codes in place of the app's, as they are shown: `abcde-fghjk`."""
    half = rules.RECOVERY_CODE_LENGTH // 2
    return [f"{_random(half)}-{_random(half)}" for _ in range(rules.RECOVERY_CODES)]


def new_handed_key() -> str:
    """A key to be handed over, `abcd-efgh-jkmn-pqrs`."""
    return "-".join(_random(HANDED_GROUP) for _ in range(HANDED_GROUPS))


def _random(length: int) -> str:
    return "".join(secrets.choice(CHARACTERS) for _ in range(length))


def _buckets(*, who: str, address: str, device: str, known: bool) -> tuple[tries.Buckets, tries.Buckets]:
    """Where a try is counted: with those of others around it, and with those of its own account."""
    if known:
        return {}, {tries.bucket("device", of=f"{who} {device}"): limits.DEVICE}
    around = {
        tries.bucket("address", of=addresses.block(address, ipv4=32, ipv6=64)): limits.ADDRESS,
        tries.bucket("block", of=addresses.block(address, ipv4=24, ipv6=48)): limits.BLOCK,
    }
    return around, {_pair(who, address): limits.PAIR, tries.bucket("account", of=who): limits.ACCOUNT}


def _pair(who: str, address: str) -> bytes:
    return tries.bucket("pair", of=f"{who} {addresses.block(address, ipv4=32, ipv6=64)}")


def _wait_for_others(who: str) -> None:
    """Wait until the tries of an account that came first are judged; the next wait for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sign-in:' || %s, 0))", [who])
