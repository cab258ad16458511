from datetime import datetime
from enum import StrEnum
from hmac import compare_digest

from django.conf import settings
from django.db import connection, transaction

from afilia.access import hashing, queries
from afilia.access.models import EmployerKey, SignInTries
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.employers.models import Employer
from afilia.kit import addresses, codes


class KeyRefusal(StrEnum):
    AMBIGUOUS = "ambiguous"  # the same person's key for another employer is the same


class KeyRefusedError(Exception):
    """A key that cannot be set; `reason` says why."""

    def __init__(self, reason: KeyRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def set_key(*, employer: Employer, number: str, key: str, now: datetime) -> EmployerKey:
    """Give the person with that identification number a key to the employer, or change it.

    A changed key ends the sessions of the old one. Raises KeyRefusedError when the person already has
    the same key for another employer: sign-in could not tell which employer is meant.
    """
    with connection.cursor() as cursor:  # the first key of a number decides the salt of all
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('employer-key:' || %s, 0))", [number])
    keys = queries.keys_of_person(number)
    encoded = hashing.encode_like(keys[0].encoded, key) if keys else hashing.encode(key)
    if any(other.encoded == encoded and other.employer_id != employer.pk for other in keys):
        raise KeyRefusedError(KeyRefusal.AMBIGUOUS)
    held, _created = EmployerKey.objects.update_or_create(
        employer=employer, number=number, defaults={"encoded": encoded, "changed_at": now}
    )
    audit.record("key.set", actor="system", subject=f"employer:{employer.pk}", at=now, facts={"key": held.pk})
    return held


def sign_in(*, number: str, key: str, address: str, now: datetime) -> EmployerKey | limits.Refusal:
    """Judge an identification number and an employer key typed at a client's address.

    The try is counted and the count committed before it is judged, so that guesses made at once cannot
    pass; a right one takes the count back. The answer and the work, one Argon2 computation, are the same
    whether the number is known or not. A pair that is locked costs no computation and leaves no entry.
    """
    pair = codes.digest(
        settings.SECRET_KEY,
        purpose="sign-in-tries",
        typed=f"{number} {addresses.block(address, ipv4=32, ipv6=64)}",
    )
    tries, last_at = _count(pair, now=now)
    if not limits.is_judged(tries):
        return limits.refusal(tries, last_at=last_at, now=now)
    found = _key_opened(number=number, key=key)
    if found is None:
        return _refuse(pair, limits.refusal(tries, last_at=last_at, now=now), now=now)
    with transaction.atomic():
        SignInTries.objects.filter(pair=pair).delete()
        audit.record(
            "sign-in.accepted", actor=f"holder:{found.pk}", subject=f"employer:{found.employer_id}", at=now
        )
    return found


def sign_out(*, holder: queries.Holder, now: datetime) -> None:
    """Write down that a holder left; the session is the caller's to end."""
    with transaction.atomic():
        audit.record(
            "sign-out", actor=f"holder:{holder.key_id}", subject=f"employer:{holder.employer.pk}", at=now
        )


def forget_tries(*, now: datetime) -> None:
    """Forget the tries that no longer count."""
    SignInTries.objects.filter(last_at__lte=now - limits.LOCK).delete()


# A try while locked changes nothing; after the lock, or long after the last try, the count starts again.
COUNT = """
INSERT INTO access_signintries AS tries (pair, wrong, last_at) VALUES (%(pair)s, 1, %(now)s)
ON CONFLICT (pair) DO UPDATE SET
    wrong = CASE WHEN tries.last_at <= %(since)s THEN 1 ELSE LEAST(tries.wrong, %(tries)s) + 1 END,
    last_at = CASE
        WHEN tries.last_at > %(since)s AND tries.wrong >= %(tries)s THEN tries.last_at
        ELSE GREATEST(tries.last_at, EXCLUDED.last_at)
    END
RETURNING wrong, last_at
"""


def _count(pair: bytes, *, now: datetime) -> tuple[int, datetime]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"pair": pair, "now": now, "since": now - limits.LOCK, "tries": limits.TRIES})
        tries, last_at = cursor.fetchone()
    return tries, last_at


def _key_opened(*, number: str, key: str) -> EmployerKey | None:
    keys = queries.keys_of_person(number)
    encoded = hashing.encode_like(keys[0].encoded if keys else hashing.OF_NOBODY, key)
    opened = [held for held in keys if compare_digest(held.encoded, encoded)]
    return opened[0] if opened else None


def _refuse(pair: bytes, refusal: limits.Refusal, *, now: datetime) -> limits.Refusal:
    with transaction.atomic():
        audit.record(
            "sign-in.locked" if refusal.reason is limits.Reason.LOCKED else "sign-in.refused",
            actor="anonymous",
            subject=f"sign-in:{pair.hex()}",
            at=now,
        )
    return refusal
