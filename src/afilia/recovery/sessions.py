"""What a browser keeps of the recoveries that it began or opened, several at once in several tabs.

Each step forward gives the session another number, so that nobody who knew the old one comes along.
"""

from datetime import datetime
from enum import IntEnum
from uuid import UUID

from django.http import HttpRequest

from afilia.access import sessions as access_sessions
from afilia.recovery import rules

KEPT, LINK, OBJECTION = "recoveries", "recovery-link", "recovery-objection"
MOST = 10  # recoveries of one browser; the oldest are forgotten


class Step(IntEnum):
    BEGUN = 1
    PASSED = 2  # typed the right code
    OPENED = 3  # a person came by the link


def reach(request: HttpRequest, recovery_id: UUID, step: Step, *, now: datetime) -> None:
    """Write down that this browser came so far, under another number of the session.

    Who is signed in got one with the sign-in, and would lose the session with it.
    """
    kept: dict[str, list[int | str]] = request.session.get(KEPT, {})
    kept.pop(str(recovery_id), None)
    newest = [*kept.items(), (str(recovery_id), [int(step), now.isoformat()])][-MOST:]
    request.session[KEPT] = dict(newest)
    if access_sessions.current(request) is None:
        request.session.cycle_key()


def has_reached(request: HttpRequest, recovery_id: UUID, step: Step, *, now: datetime) -> bool:
    """Whether this browser came so far, and to choosing a key not too long ago."""
    reached, at = request.session.get(KEPT, {}).get(str(recovery_id), [0, ""])
    if reached < step:
        return False
    return step < Step.OPENED or rules.may_choose(opened_at=datetime.fromisoformat(at), now=now)


def hold_link(request: HttpRequest, digest: bytes) -> None:
    """Keep the keyed hash of the link that this browser opened, so that its address need not."""
    request.session[LINK] = digest.hex()


def held_link(request: HttpRequest) -> bytes:
    return bytes.fromhex(request.session.get(LINK, ""))


def drop_link(request: HttpRequest) -> None:
    request.session.pop(LINK, None)


def hold_objection(request: HttpRequest, recovery_id: UUID) -> None:
    """Keep to which recovery the reader of a mail objects."""
    request.session[OBJECTION] = str(recovery_id)


def drop_objection(request: HttpRequest) -> None:
    request.session.pop(OBJECTION, None)


def held_objection(request: HttpRequest) -> UUID | None:
    kept = request.session.get(OBJECTION)
    return UUID(kept) if kept else None
