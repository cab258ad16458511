from datetime import datetime

from afilia.access import hashing, queries
from afilia.access.actions import doors
from afilia.access.models import EmployerKey
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.workers import queries as people


def sign_in(
    *, number: str, key: str, address: str, now: datetime, device: str = ""
) -> EmployerKey | limits.Refusal:
    """Judge an identification number and an employer key typed at a client's address, as `doors.judge_key`.

    The answer and the work, one Argon2 computation, are the same whether the number is known or not. A try
    that has to wait costs no computation and leaves no entry. `device` is the cookie of a browser. A key that
    was handed over and not changed in time is refused as EXPIRED.
    """

    def record(found: EmployerKey | None, verdict: limits.Verdict, subject: bytes) -> None:
        _record(found, verdict, subject=subject, now=now)

    found = doors.judge_key(
        who=min(people.numbers_of(number)),  # of one person, under whichever number
        address=address,
        device=device,
        known=bool(device) and queries.is_known_device(number, device=device),
        opened=lambda: _key_opened(number=number, key=key),
        record=record,
        now=now,
    )
    if isinstance(found, EmployerKey) and _is_expired(found, now=now):
        return limits.Refusal(reason=limits.Reason.EXPIRED)
    return found


def _key_opened(*, number: str, key: str) -> EmployerKey | None:
    keys = queries.keys_of_person(number)
    opened = hashing.opened([held.encoded for held in keys] or [hashing.OF_NOBODY], key)
    return next((held for held, is_it in zip(keys, opened, strict=False) if is_it), None)


def _is_expired(key: EmployerKey, *, now: datetime) -> bool:
    return key.handed_until is not None and key.handed_until <= now


def _record(found: EmployerKey | None, verdict: limits.Verdict, *, subject: bytes, now: datetime) -> None:
    if found is None:
        event = "sign-in.locked" if verdict.after else "sign-in.refused"
        audit.record(event, actor="anonymous", subject=f"sign-in:{subject.hex()}", at=now)
        return
    event = "sign-in.expired" if _is_expired(found, now=now) else "sign-in.accepted"
    audit.record(event, actor=f"holder:{found.pk}", subject=found.subject, at=now)
