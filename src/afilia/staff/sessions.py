"""Which official is signed in. The browser's session names a StaffSession, never an employer's."""

from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from afilia.access import entering
from afilia.access import sessions as access_sessions
from afilia.access.entering import Step
from afilia.access.rules.sessions import Ending
from afilia.staff import actions, queries
from afilia.staff.models import StaffMember, StaffSession
from afilia.staff.rules import Staff

ENTRY = "staff-session"  # the number of the row
STEP = "staff-step"


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
    open_session = partial(actions.open_session, member=member, quiet=quiet)
    entering.enter(request, entry=ENTRY, open_session=open_session)
    return wanted or reverse("staff:desk")


def step(request: HttpRequest) -> Step[StaffMember] | None:
    """What must follow the right key that was typed in this browser; None when nothing or too late."""
    return entering.step(request, name=STEP, find=queries.member)


def read(request: HttpRequest) -> Staff | Ending | None:
    """The official signed in, or why the session is over; None when the browser has none."""
    found = entering.read(request, entry=ENTRY, find=queries.session, ending=queries.session_ending)
    return queries.staff(found.member) if isinstance(found, StaffSession) else found


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
    return entering.begin_step(
        request, name=STEP, page=page, account=member.pk, changed_at=member.changed_at, wanted=wanted
    )
