"""Who is signed in: a browser's session names a row of ours, which is known by a hash of the session's key.

After the right key a step may follow, to type a code or to choose a key; until then nobody is signed in.
"""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from afilia.access import actions, entering, queries
from afilia.access.entering import KeptStep
from afilia.access.entering import device_cookie as device_cookie  # noqa: PLC0414
from afilia.access.models import EmployerKey
from afilia.access.queries import Holder
from afilia.access.rules.sessions import Ending
from afilia.kit.proxies import client_address

ENTRY = "key-session"  # the number of the row
STEP = "sign-in-step"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What must follow the right key, and where the person wants to go then."""

    page: str  # name of the URL
    key: EmployerKey
    wanted: str


def start(request: HttpRequest, key: EmployerKey, *, wanted: str = "") -> str:
    """Begin a new session for who typed the right key; the result is the page to go to.

    Nothing of the old session goes on, not even its number. Where a code must follow, or a key be chosen,
    that page is the only one that opens. `wanted` is a path of this portal.
    """
    if key.handed_until is not None:
        return _begin_step(request, key, page="access:choose-key", wanted=wanted)
    if queries.has_second_factor(key):
        return _begin_step(request, key, page="access:second-step", wanted=wanted)
    return enter(request, key, wanted=wanted)


def enter(request: HttpRequest, key: EmployerKey, *, wanted: str = "", quiet: bool = False) -> str:
    """Sign in who has done all steps, or who just changed the key; `quiet` tells nobody of the device."""

    def opened(session_key: str, device: str) -> int:
        return actions.open_session(
            key=key,
            session_key=session_key,
            device=device,
            agent=request.headers.get("User-Agent", ""),
            address=client_address(request),
            now=timezone.now(),
            quiet=quiet,
        ).pk

    entering.enter(request, entry=ENTRY, opened=opened)
    return wanted or reverse("site:employers")


def step(request: HttpRequest) -> Step | None:
    """What must follow the right key that was typed in this browser; None when nothing or too late."""
    kept = entering.kept_step(request, name=STEP)
    key = None if kept is None else queries.key(kept.account, changed_at=kept.changed_at)
    return None if kept is None or key is None else Step(page=kept.page, key=key, wanted=kept.wanted)


def read(request: HttpRequest) -> Holder | Ending | None:
    """The holder signed in, or why the session is over; None when the browser has none.

    A request counts as use of the session, but for what pages fetch by themselves.
    """
    session_id, now = current(request), timezone.now()
    if session_id is None:
        return None
    found = queries.session(session_id, session_key=str(request.session.session_key))
    if found is None:
        return Ending.CLOSED
    if ending := queries.session_ending(found, now=now):
        return ending
    if entering.is_used(request):
        actions.touch_session(session=found, now=now)
    request.time_left = queries.session_time_left(found, now=now)  # type: ignore[attr-defined]
    return queries.holder(found.key)


def holder(request: HttpRequest) -> Holder | None:
    """The holder signed in, or None; reads the database when the browser has a session."""
    found = read(request)
    return found if isinstance(found, Holder) else None


def current(request: HttpRequest) -> int | None:
    """The number of the browser's session, over or not."""
    session_id: int | None = request.session.get(ENTRY)
    return session_id


@entering.on_leave
def _leave(request: HttpRequest) -> None:
    if session_id := current(request):
        actions.leave_session(session_id=session_id, now=timezone.now())


def _begin_step(request: HttpRequest, key: EmployerKey, *, page: str, wanted: str) -> str:
    step = KeptStep(page=page, account=key.pk, changed_at=key.changed_at, wanted=wanted)
    return entering.begin_step(request, name=STEP, step=step)
