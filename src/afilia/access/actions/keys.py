import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction

from afilia.access import hashing, queries
from afilia.access.actions import doors, tries
from afilia.access.actions.telling import tell
from afilia.access.models import EmployerKey, KeySession, KnownDevice, SecondFactor
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.employers import actions as employers
from afilia.employers.models import Employer
from afilia.workers import queries as people


class KeyRefusal(StrEnum):
    AMBIGUOUS = "ambiguous"  # the same person's key for another employer is the same
    SAME = "same"  # the key that was handed over, or the present one


class KeyRefusedError(Exception):
    """A key that cannot be set; `reason` says why."""

    def __init__(self, reason: KeyRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def set_key(
    *, employer: Employer, number: str, key: str, now: datetime, actor: str = "system"
) -> EmployerKey:
    """Give the person with that identification number a key to the employer, or change it.

    A changed key ends the sessions of the old one and forgets its devices and the tries that were wrong; it
    tells nobody, which is the caller's to do. Raises KeyRefusedError when the person already has the same key
    for another employer: sign-in could not tell which employer is meant.
    """
    held = _set(_held(employer, number), number=number, key=key, now=now)
    _record("key.set", held, actor=actor, now=now)
    return held


@transaction.atomic
def recover_key(*, employer: Employer, number: str, key: str, now: datetime) -> EmployerKey:
    """Set the key of who proved to read the employer's mail, and end a change of e-mail that is pending.

    Whoever had the key before may have asked for that change. Raises KeyRefusedError.
    """
    hold(employer=employer, number=number)
    held = set_key(employer=employer, number=number, key=key, now=now)
    employers.drop_email_change(employer_id=employer.pk, actor=f"holder:{held.pk}", now=now)
    return held


@transaction.atomic
def hand_over_key(*, employer: Employer, number: str, email: str, now: datetime, actor: str) -> str:
    """Make a key for a person to be handed over, and return it: the only time that it is known.

    It opens nothing but the page to choose a key, for AFILIA_HANDED_KEY_HOURS. It ends the sessions of the
    key before it and its second factor: who hands it over (`actor`) has seen the person's papers.

    `email` is the employer's address in those papers. Anyone may have registered the employer, with an
    address of their own: where it differs it is replaced, and a change that is pending ends. So no key is
    recovered through an address that was planted.
    """
    key = doors.new_handed_key()
    until = now + timedelta(hours=settings.HANDED_KEY_HOURS)
    hold(employer=employer, number=number)
    numbers = people.numbers_of(number)
    SecondFactor.objects.filter(key__employer=employer, key__number__in=numbers).delete()
    held = _set(_held(employer, number), number=number, key=key, now=now, handed_until=until)
    employers.drop_email_change(employer_id=employer.pk, actor=actor, now=now)
    employers.replace_email(employer_id=employer.pk, email=email, actor=actor, now=now)
    held = EmployerKey.objects.select_related("employer").get(pk=held.pk)  # with the e-mail it has now
    tell(held, what="key_handed_over", now=now, until=until)
    _record("key.handed-over", held, actor=actor, now=now)
    return key


@transaction.atomic
def choose_key(*, key: EmployerKey, new_key: str, now: datetime) -> EmployerKey | None:
    """Put the key that a person chose in the place of the one that was handed over, which is spent by this.

    None when that one is spent, expired or replaced. Raises KeyRefusedError.
    """
    _lock(key.number)
    handed = queries.key_for_change(key.pk, changed_at=key.changed_at)
    if handed is None or handed.handed_until is None or handed.handed_until <= now:
        return None
    if is_key(handed, typed=new_key):
        raise KeyRefusedError(KeyRefusal.SAME)
    chosen = _set(handed, number=handed.number, key=new_key, now=now)
    tell(chosen, what="key_changed", now=now)
    _record("key.chosen", chosen, actor=f"holder:{chosen.pk}", now=now)
    return chosen


@transaction.atomic
def change_key(
    *, holder: queries.Signed, session_id: int, present: str, new_key: str, now: datetime
) -> EmployerKey | limits.Refusal:
    """Change the key of who is signed in and types the present one; all sessions of it end.

    Tries with a wrong present key are counted as those of a sign-in are. Raises KeyRefusedError.
    """
    _lock(holder.number)
    key = queries.key_for_change(holder.key_id)
    if key is None:
        return limits.Refusal(reason=limits.Reason.WRONG)
    own = session_tries(session_id)
    verdict = tries.count(own, now=now)
    if verdict.wait:
        return verdict.refusal
    if not is_key(key, typed=present):
        _record("key.change-refused", key, actor=f"holder:{key.pk}", now=now)
        return verdict.refusal
    tries.clear(own)
    if is_key(key, typed=new_key):
        raise KeyRefusedError(KeyRefusal.SAME)
    changed = _set(key, number=key.number, key=new_key, now=now)
    tell(changed, what="key_changed", now=now)
    _record("key.changed", changed, actor=f"holder:{changed.pk}", now=now)
    return changed


def session_tries(session_id: int) -> tries.Buckets:
    """Where the tries of who is signed in are counted: who stole a session slows down nobody else."""
    return {tries.bucket("session", of=str(session_id)): limits.PAIR}


def is_key(key: EmployerKey, *, typed: str) -> bool:
    """Whether a typed key is the key. One Argon2 computation."""
    return secrets.compare_digest(key.encoded, hashing.encode_like(key.encoded, typed))


@transaction.atomic
def set_accountants_key(*, held: EmployerKey | None, number: str, key: str, now: datetime) -> EmployerKey:
    """Give an accountant with that identification number a key, or change the one `held`.

    Like `set_key`, and its entry in the ledger is the caller's too. Raises KeyRefusedError.
    """
    return _set(held or EmployerKey(number=number), number=number, key=key, now=now)


def _held(employer: Employer, number: str) -> EmployerKey:
    """The key of a person to the employer, or a new one; the lock keeps others from making it too."""
    _lock(number)
    keys = EmployerKey.objects.select_related("employer").filter(employer=employer)
    found = sorted(keys.filter(number__in=people.numbers_of(number)), key=lambda key: key.number != number)
    return found[0] if found else EmployerKey(employer=employer, number=number)


def _set(
    held: EmployerKey, *, number: str, key: str, now: datetime, handed_until: datetime | None = None
) -> EmployerKey:
    _lock(number)
    keys = queries.keys_of_person(number)
    # Somebody may have had a key under each of two numbers that were joined since: the new one is both.
    twins = [one for one in keys if one != held and held.employer_id and one.employer_id == held.employer_id]
    others = [one for one in keys if one not in {held, *twins}] if held.pk else keys
    if any(hashing.opened([one.encoded for one in others], key)):
        raise KeyRefusedError(KeyRefusal.AMBIGUOUS)
    for one in (held, *twins):
        like = one.encoded or (keys[0].encoded if keys else "")
        one.encoded = hashing.encode_like(like, key) if like else hashing.encode(key)
        one.changed_at, one.handed_until = now, handed_until
        one.save()
    changed = [held, *twins]
    KeySession.objects.filter(key__in=changed, ended_at=None).update(ended_at=now)
    KnownDevice.objects.filter(key__in=changed).delete()
    SecondFactor.objects.filter(key__in=changed, confirmed_at=None).delete()
    numbers = {number, *(one.number for one in keys)}
    tries.clear({tries.bucket("account", of=one): limits.ACCOUNT for one in numbers})
    return held


def _lock(number: str) -> None:
    """Wait for who else sets a key of a person: the first one decides the salt of all. Before any row."""
    with connection.cursor() as cursor:
        who = min(people.numbers_of(number))
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('employer-key:' || %s, 0))", [who])


def hold(*, employer: Employer, number: str) -> None:
    """Lock person and employer until the transaction ends, for who decides about a key and then sets it.

    In this order, and before the ledger, which a change of e-mail waits for.
    """
    _lock(number)
    Employer.objects.select_for_update().get(pk=employer.pk)


def _record(event: str, key: EmployerKey, *, actor: str, now: datetime) -> None:
    audit.record(event, actor=actor, subject=key.subject, at=now, facts={"key": key.pk})
