from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from afilia.access import queries as access
from afilia.access.actions.sessions import browser_facts
from afilia.access.actions.tidying import KEEP_BEGUN, KEEP_DEVICES
from afilia.staff import queries
from afilia.staff.actions.telling import tell
from afilia.staff.actions.writing_down import record
from afilia.staff.models import StaffDevice, StaffFactor, StaffMember, StaffSession
from afilia.staff.rules import Staff


@transaction.atomic
def open_session(
    *,
    member: StaffMember,
    session_key: str,
    device: str,
    agent: str,
    address: str,
    now: datetime,
    quiet: bool = False,
) -> StaffSession:
    """Write down the session of a browser, known by `session_key`, and the device, known by its cookie.

    The official is told of a device in which they never signed in, unless `quiet`.
    """
    facts = browser_facts(session_key=session_key, agent=agent, address=address, now=now)
    opened = StaffSession.objects.create(member=member, member_changed_at=member.changed_at, **facts)
    digest = access.device_digest(queries.who(member.email), device=device)
    _, is_new = StaffDevice.objects.update_or_create(member=member, digest=digest, defaults={"seen_at": now})
    if is_new and not quiet:
        seen = {"browser": opened.browser, "system": opened.system, "network": opened.network}
        tell(member, what="new_device", now=now, **seen)
    record("session.started", member_id=member.pk, now=now, session=opened.pk, new_device=is_new)
    return opened


def leave_session(*, session_id: int, now: datetime) -> None:
    """End the session of a browser in which a sign-in begins."""
    StaffSession.objects.filter(pk=session_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def end_session(*, staff: Staff, session_id: int, now: datetime) -> bool:
    """End one of the official's sessions; no when it is not one of theirs or is over."""
    ended = StaffSession.objects.filter(pk=session_id, member=staff.id, ended_at=None).update(ended_at=now)
    if ended:
        record("session.ended", member_id=staff.id, now=now, session=session_id)
    return bool(ended)


@transaction.atomic
def end_other_sessions(*, staff: Staff, session_id: int, now: datetime) -> int:
    """End all the official's sessions but one; the result is how many there were."""
    others = StaffSession.objects.filter(member=staff.id, ended_at=None).exclude(pk=session_id)
    ended = others.update(ended_at=now)
    if ended:
        record("session.others-ended", member_id=staff.id, now=now, sessions=ended)
    return ended


@transaction.atomic
def sign_out(*, staff: Staff, session_id: int, now: datetime) -> None:
    """End the session with which an official leaves; the browser's own is the caller's to end."""
    StaffSession.objects.filter(pk=session_id, member=staff.id, ended_at=None).update(ended_at=now)
    record("sign-out", member_id=staff.id, now=now)


def tidy(*, now: datetime) -> None:
    """Forget what is over: sessions, devices long unused, second factors never confirmed."""
    longest: timedelta = settings.SESSION_LIMITS.longest
    StaffSession.objects.filter(Q(ended_at__lte=now) | Q(started_at__lte=now - longest)).delete()
    StaffDevice.objects.filter(seen_at__lte=now - KEEP_DEVICES).delete()
    StaffFactor.objects.filter(confirmed_at=None, begun_at__lte=now - KEEP_BEGUN).delete()
