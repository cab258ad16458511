from datetime import datetime
from typing import TypedDict

from django.db import transaction

from afilia.access import queries
from afilia.access.actions.telling import tell
from afilia.access.models import BrowserSession, EmployerKey, KeySession, KnownDevice
from afilia.access.rules import sessions as rules
from afilia.audit import actions as audit
from afilia.kit import addresses


class BrowserFacts(TypedDict):
    digest: bytes
    started_at: datetime
    seen_at: datetime
    browser: str
    system: str
    network: str


def browser_facts(*, session_key: str, agent: str, address: str, now: datetime) -> BrowserFacts:
    """What the row of a session that begins says of its browser."""
    return BrowserFacts(
        digest=queries.session_digest(session_key),
        started_at=now,
        seen_at=now,
        browser=rules.browser(agent),
        system=rules.system(agent),
        network=addresses.block(address, ipv4=24, ipv6=48),
    )


@transaction.atomic
def open_session(
    *,
    key: EmployerKey,
    session_key: str,
    device: str,
    agent: str,
    address: str,
    now: datetime,
    quiet: bool = False,
) -> KeySession:
    """Write down the session of a browser, known by `session_key`, and the device, known by its cookie.

    The employer is told of a device in which the key was never used, unless `quiet`.
    """
    facts = browser_facts(session_key=session_key, agent=agent, address=address, now=now)
    opened = KeySession.objects.create(key=key, key_changed_at=key.changed_at, **facts)
    _, is_new = KnownDevice.objects.update_or_create(
        key=key, digest=queries.device_digest(key.number, device=device), defaults={"seen_at": now}
    )
    if is_new and not quiet:
        seen = {"browser": opened.browser, "system": opened.system, "network": opened.network}
        tell(key, what="new_device", now=now, **seen)
    audit.record(
        "session.started",
        actor=f"holder:{key.pk}",
        subject=key.subject,
        at=now,
        facts={"session": opened.pk, "new_device": is_new},
    )
    return opened


def touch_session(*, session: BrowserSession, now: datetime) -> None:
    """Write down that a session is used, at most once a minute."""
    if now - session.seen_at >= rules.SEEN_EVERY:
        type(session)._default_manager.filter(pk=session.pk, seen_at__lt=now).update(seen_at=now)
        session.seen_at = now


def leave_session(*, session_id: int, now: datetime) -> None:
    """End the session of a browser in which a sign-in begins."""
    KeySession.objects.filter(pk=session_id, ended_at=None).update(ended_at=now)


@transaction.atomic
def end_session(*, holder: queries.Signed, session_id: int, now: datetime) -> bool:
    """End one of the holder's sessions; no when it is not one of theirs or is over."""
    ended = KeySession.objects.filter(pk=session_id, key=holder.key_id, ended_at=None).update(ended_at=now)
    if ended:
        _record("session.ended", holder, now=now, session=session_id)
    return bool(ended)


@transaction.atomic
def end_other_sessions(*, holder: queries.Signed, session_id: int, now: datetime) -> int:
    """End all the holder's sessions but one; the result is how many there were."""
    others = KeySession.objects.filter(key=holder.key_id, ended_at=None).exclude(pk=session_id)
    ended = others.update(ended_at=now)
    if ended:
        _record("session.others-ended", holder, now=now, sessions=ended)
    return ended


@transaction.atomic
def sign_out(*, holder: queries.Signed, session_id: int, now: datetime) -> None:
    """End the session with which a holder leaves; the browser's own is the caller's to end."""
    KeySession.objects.filter(pk=session_id, key=holder.key_id, ended_at=None).update(ended_at=now)
    _record("sign-out", holder, now=now)


def _record(event: str, holder: queries.Signed, *, now: datetime, **facts: int) -> None:
    audit.record(
        event,
        actor=f"holder:{holder.key_id}",
        subject=holder.subject,
        at=now,
        facts=facts,
    )
