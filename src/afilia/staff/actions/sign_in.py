from datetime import datetime
from hmac import compare_digest

from afilia.access import hashing
from afilia.access.actions import doors
from afilia.access.rules import limits
from afilia.audit import actions as audit
from afilia.staff import queries
from afilia.staff.actions.writing_down import record
from afilia.staff.models import StaffMember


def sign_in(
    *, email: str, key: str, address: str, now: datetime, device: str = ""
) -> StaffMember | limits.Refusal:
    """Judge an address and a key typed by an official at a client's address, as `doors.judge_key`.

    The answer and the work, one Argon2 computation, are the same whether the account exists, is ended or is
    not there. A key that was handed over and not changed in time is refused as EXPIRED.
    """
    found = doors.judge_key(
        who=queries.who(email),
        address=address,
        device=device,
        known=queries.is_known_device(email, device=device),
        opened=lambda: _opened(email=email, key=key),
        record=lambda found, verdict, subject: _record(found, verdict, subject, now=now),
        now=now,
    )
    if isinstance(found, StaffMember) and _is_expired(found, now=now):
        return limits.Refusal(reason=limits.Reason.EXPIRED)
    return found


def _opened(*, email: str, key: str) -> StaffMember | None:
    account = queries.account(email)
    encoded = hashing.OF_NOBODY if account is None else account.encoded
    is_right = compare_digest(encoded, hashing.encode_like(encoded, key))
    return account if account is not None and is_right and account.ended_at is None else None


def _is_expired(member: StaffMember, *, now: datetime) -> bool:
    return member.handed_until is not None and member.handed_until <= now


def _record(found: StaffMember | None, verdict: limits.Verdict, subject: bytes, *, now: datetime) -> None:
    if found is None:
        event = "sign-in.locked" if verdict.after else "sign-in.refused"
        audit.record(event, actor="anonymous", subject=f"sign-in:{subject.hex()}", at=now)
        return
    record(
        "sign-in.expired" if _is_expired(found, now=now) else "sign-in.accepted", member_id=found.pk, now=now
    )
