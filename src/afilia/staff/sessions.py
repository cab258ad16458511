"""Which official is signed in. The browser's session names a StaffSession, never an employer's."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from afilia.access import entering
from afilia.access import queries as access_queries
from afilia.access import sessions as access_sessions
from afilia.access.actions import touch_session
from afilia.access.entering import KeptStep
from afilia.access.rules.sessions import Ending
from afilia.kit.proxies import client_address
from afilia.staff import actions, queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Staff

ENTRY = "staff-session"  # the number of the row
STEP = "staff-step"


@dataclass(frozen=True, kw_only=True)
class Step:
    """What must follow the right key, and where the official wants to go then."""

    page: str  # name of the URL
    member: StaffMember
    wanted: str


def start(request: HttpRequest, member: StaffMember, *, wanted: str = "") -> str:
    """Begin a new session for who typed the right key; the result is the page to go to.

    A key that was handed over is changed first, then an authenticator app is set up, and only who typed a
    code of it is signed in. `wanted` is a path of this portal.
    """
    if member.handed_until is not None:
        return _begin_step(request, member, page="staff:choose-key", wanted=wanted)
    if queries.has_factor(member):
        return _begin_step(request, member, page="staff:second-step", wanted=wanted)
    address = _begin_step(request, member, page="staff:factor-on", wanted=wanted)
    session_key = str(request.session.session_key)
    actions.begin_factor(member=member, session_key=session_key, now=timezone.now())
    return address


def enter(request: HttpRequest, member: StaffMember, *, wanted: str = "", quiet: bool = False) -> str:
    """Sign in who has done all steps, or who just changed the key; `quiet` tells nobody of the device."""

    def opened(session_key: str, device: str) -> int:
        return actions.open_session(
            member=member,
            session_key=session_key,
            device=device,
            agent=request.headers.get("User-Agent", ""),
            address=client_address(request),
            now=timezone.now(),
            quiet=quiet,
        ).pk

    entering.enter(request, entry=ENTRY, opened=opened)
    return wanted or reverse("staff:desk")


def step(request: HttpRequest) -> Step | None:
    """What must follow the right key that was typed in this browser; None when nothing or too late."""
    kept = entering.kept_step(request, name=STEP)
    member = None if kept is None else queries.member(kept.account, changed_at=kept.changed_at)
    return None if kept is None or member is None else Step(page=kept.page, member=member, wanted=kept.wanted)


def read(request: HttpRequest) -> Staff | Ending | None:
    """The official signed in, or why the session is over; None when the browser has none.

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
        touch_session(session=found, now=now)
    request.time_left = access_queries.session_time_left(found, now=now)  # type: ignore[attr-defined]
    return queries.staff(found.member)


def current(request: HttpRequest) -> int | None:
    """The number of the browser's session, over or not."""
    session_id: int | None = request.session.get(ENTRY)
    return session_id


def is_employers(request: HttpRequest) -> bool:
    """Whether an employer's person is signed in in the browser."""
    return access_sessions.holder(request) is not None


@entering.on_leave
def _leave(request: HttpRequest) -> None:
    if session_id := current(request):
        actions.leave_session(session_id=session_id, now=timezone.now())


def _begin_step(request: HttpRequest, member: StaffMember, *, page: str, wanted: str) -> str:
    step = KeptStep(page=page, account=member.pk, changed_at=member.changed_at, wanted=wanted)
    return entering.begin_step(request, name=STEP, step=step)
