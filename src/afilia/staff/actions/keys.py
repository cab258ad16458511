from datetime import datetime
from secrets import compare_digest

from django.db import transaction

from afilia.access import hashing
from afilia.access.actions import KeyRefusal, KeyRefusedError, doors, tries
from afilia.access.rules import limits
from afilia.staff import queries
from afilia.staff.actions.telling import tell
from afilia.staff.actions.writing_down import record
from afilia.staff.models import StaffDevice, StaffMember, StaffSession
from afilia.staff.rules import Staff


@transaction.atomic
def choose_key(*, member: StaffMember, new_key: str, now: datetime) -> StaffMember | None:
    """Put the key that an official chose in the place of the one handed over, which is spent by this.

    None when that one is spent, expired or replaced. Raises KeyRefusedError.
    """
    handed = queries.member_for_change(member.pk, changed_at=member.changed_at)
    if handed is None or handed.handed_until is None or handed.handed_until <= now:
        return None
    if _is_key(handed, new_key):
        raise KeyRefusedError(KeyRefusal.SAME)
    set_key(handed, key=new_key, now=now)
    tell(handed, what="key_changed", now=now)
    record("key.chosen", member_id=handed.pk, now=now)
    return handed


@transaction.atomic
def change_key(
    *, staff: Staff, session_id: int, present: str, new_key: str, now: datetime
) -> StaffMember | limits.Refusal:
    """Change the key of the official who is signed in and types the present one; all their sessions end.

    Raises KeyRefusedError.
    """
    member = queries.member_for_change(staff.id)
    if member is None:
        return limits.Refusal(reason=limits.Reason.WRONG)
    refusal = doors.judge_code(
        {tries.bucket("staff-session", of=str(session_id)): limits.PAIR},
        right=lambda: _is_key(member, present),
        refused=lambda: record("key.change-refused", member_id=member.pk, now=now),
        now=now,
    )
    if refusal is not None:
        return refusal
    if _is_key(member, new_key):
        raise KeyRefusedError(KeyRefusal.SAME)
    set_key(member, key=new_key, now=now)
    tell(member, what="key_changed", now=now)
    record("key.changed", member_id=member.pk, now=now)
    return member


def set_key(member: StaffMember, *, key: str, now: datetime, handed_until: datetime | None = None) -> None:
    """Give a locked account another key: its sessions end, its devices and wrong tries are forgotten."""
    member.encoded, member.changed_at, member.handed_until = hashing.encode(key), now, handed_until
    member.save()
    StaffSession.objects.filter(member=member, ended_at=None).update(ended_at=now)
    StaffDevice.objects.filter(member=member).delete()
    tries.clear({tries.bucket("account", of=queries.who(member.email)): limits.ACCOUNT})


def _is_key(member: StaffMember, typed: str) -> bool:
    return compare_digest(member.encoded, hashing.encode_like(member.encoded, typed))
