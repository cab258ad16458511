"""Which official is signed in. The browser's session names a StaffSession, never an employer's."""

from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from afilia.access import sessions as access_sessions
from afilia.access.entering import Door
from afilia.access.rules.sessions import Ending
from afilia.staff import actions, queries
from afilia.staff.models import StaffMember, StaffSession
from afilia.staff.rules import Staff

door = Door(
    entry="staff-session",
    step="staff-step",
    sign_in="staff:sign-in",
    account=queries.member,
    session=queries.session,
    ending=queries.session_ending,
    leave=actions.leave_session,
)
current = door.current


def start(request: HttpRequest, member: StaffMember, *, wanted: str = "") -> str:
    """Begin a new session for who typed the right key; the result is the page to go to.

    A key that was handed over is changed first, then an authenticator app is set up, and only who typed a
    code of it is signed in. `wanted` is a path of this portal.
    """
    if member.handed_until is not None:
        return door.begin_step(request, member, page="staff:choose-key", wanted=wanted)
    if queries.has_factor(member):
        return door.begin_step(request, member, page="staff:second-step", wanted=wanted)
    address = door.begin_step(request, member, page="staff:factor-on", wanted=wanted)
    session_key = str(request.session.session_key)
    actions.begin_factor(member=member, session_key=session_key, now=timezone.now())
    return address


def enter(request: HttpRequest, member: StaffMember, *, wanted: str = "", quiet: bool = False) -> str:
    """Sign in who has done all steps, or who just changed the key; `quiet` tells nobody of the device."""
    door.enter(request, partial(actions.open_session, member=member, quiet=quiet))
    return wanted or reverse("staff:desk")


def read(request: HttpRequest) -> Staff | Ending | None:
    """The official signed in, or why the session is over; None when the browser has none."""
    found = door.read(request)
    return queries.staff(found.member) if isinstance(found, StaffSession) else found


def is_employers(request: HttpRequest) -> bool:
    """Whether an employer's person is signed in in the browser."""
    return access_sessions.signed(request) is not None
