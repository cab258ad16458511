from datetime import datetime
from hmac import compare_digest

from django.db import connection, transaction

from afilia.access import hashing, queries
from afilia.access.actions import tries
from afilia.access.models import EmployerKey
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.kit import addresses


def sign_in(
    *, number: str, key: str, address: str, now: datetime, device: str = ""
) -> EmployerKey | limits.Refusal:
    """Judge an identification number and an employer key typed at a client's address.

    The tries of one number are judged one after another, and each is counted before its answer is known: so
    guesses made at once cannot pass, and right keys typed at once all do. The answer and the work, one Argon2
    computation, are the same whether the number is known or not. A try that has to wait costs no computation
    and leaves no entry. `device` is the cookie of a browser: where the person has signed in before, tries of
    strangers make nobody wait. A key that was handed over and not changed in time is refused as EXPIRED.
    """
    around, own = _buckets(number=number, address=address, device=device)
    verdict = tries.count(around, now=now)
    if verdict.wait:
        return verdict.refusal
    found = None
    with transaction.atomic():
        _wait_for_others(number)
        verdict = tries.count(own, now=now)
        if not verdict.wait:
            found = _key_opened(number=number, key=key)
            if found is not None:
                tries.clear(own)
            _record(found, verdict, subject=_pair(number, address), now=now)
    if found is not None or verdict.wait:
        tries.take_back(around)
    if found is None:
        return verdict.refusal
    return limits.Refusal(reason=limits.Reason.EXPIRED) if _is_expired(found, now=now) else found


def _buckets(*, number: str, address: str, device: str) -> tuple[tries.Buckets, tries.Buckets]:
    """Where a try is counted: with those of others around it, and with those of its own account."""
    if device and queries.is_known_device(number, device=device):
        return {}, {tries.bucket("device", of=f"{number} {device}"): limits.DEVICE}
    around = {
        tries.bucket("address", of=addresses.block(address, ipv4=32, ipv6=64)): limits.ADDRESS,
        tries.bucket("block", of=addresses.block(address, ipv4=24, ipv6=48)): limits.BLOCK,
    }
    return around, {_pair(number, address): limits.PAIR, tries.bucket("account", of=number): limits.ACCOUNT}


def _pair(number: str, address: str) -> bytes:
    return tries.bucket("pair", of=f"{number} {addresses.block(address, ipv4=32, ipv6=64)}")


def _wait_for_others(number: str) -> None:
    """Wait until the tries of a number that came first are judged; those after wait for this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('sign-in:' || %s, 0))", [number])


def _key_opened(*, number: str, key: str) -> EmployerKey | None:
    keys = queries.keys_of_person(number)
    encoded = hashing.encode_like(keys[0].encoded if keys else hashing.OF_NOBODY, key)
    opened = [held for held in keys if compare_digest(held.encoded, encoded)]
    return opened[0] if opened else None


def _is_expired(key: EmployerKey, *, now: datetime) -> bool:
    return key.handed_until is not None and key.handed_until <= now


def _record(found: EmployerKey | None, verdict: limits.Verdict, *, subject: bytes, now: datetime) -> None:
    if found is None:
        event = "sign-in.locked" if verdict.after else "sign-in.refused"
        audit.record(event, actor="anonymous", subject=f"sign-in:{subject.hex()}", at=now)
        return
    event = "sign-in.expired" if _is_expired(found, now=now) else "sign-in.accepted"
    audit.record(event, actor=f"holder:{found.pk}", subject=f"employer:{found.employer_id}", at=now)
