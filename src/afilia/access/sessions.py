"""Who is signed in: a browser's session names a row of ours, which is known by a hash of the session's key.

After the right key a step may follow, to type a code or to choose a key; until then nobody is signed in.
"""

from functools import partial

from django.http import HttpRequest
from django.middleware.csrf import rotate_token
from django.urls import reverse
from django.utils import timezone

from afilia.access import actions, queries
from afilia.access.entering import Door
from afilia.access.models import Delegation, EmployerKey, KeySession
from afilia.access.queries import Signed
from afilia.access.rules.sessions import Ending

door = Door(
    entry="key-session",
    step="sign-in-step",
    sign_in="access:sign-in",
    account=queries.key,
    session=queries.session,
    ending=queries.session_ending,
    leave=actions.leave_session,
)
current = door.current


def start(request: HttpRequest, key: EmployerKey, *, wanted: str = "") -> str:
    """Begin a new session for who typed the right key; the result is the page to go to.

    Nothing of the old session goes on, not even its number. Where a code must follow, or a key be chosen,
    that page is the only one that opens. `wanted` is a path of this portal.
    """
    if key.handed_until is not None:
        return door.begin_step(request, key, page="access:choose-key", wanted=wanted)
    if queries.has_second_factor(key):
        return door.begin_step(request, key, page="access:second-step", wanted=wanted)
    return enter(request, key, wanted=wanted)


def enter(request: HttpRequest, key: EmployerKey, *, wanted: str = "", quiet: bool = False) -> str:
    """Sign in who has done all steps, or who just changed the key; `quiet` tells nobody of the device."""
    door.enter(request, partial(actions.open_session, key=key, quiet=quiet))
    return wanted or reverse("site:employers" if key.employer_id else "access:clients")


def switch(request: HttpRequest, delegation: Delegation) -> None:
    """Let the accountant signed in work for another employer from now on.

    Forms that are open in other tabs, for the employer before, are refused: the token in them is not the
    browser's any more. Nothing that was kept of that employer goes on.
    """
    for name in [name for name in request.session.keys() if name != door.entry]:  # noqa: SIM118  no mapping
        del request.session[name]
    rotate_token(request)
    actions.work_for(session_id=door.current(request), delegation=delegation)


def read(request: HttpRequest) -> Signed | Ending | None:
    """Who is signed in, a Holder where for an employer, or why the session is over; None without one."""
    found = door.read(request)
    return queries.signed(found, now=timezone.now()) if isinstance(found, KeySession) else found


def delegation(request: HttpRequest) -> Delegation | None:
    """The access by which the accountant signed in works in this browser, or worked until it ended."""
    found = door.read(request)
    return found.delegation if isinstance(found, KeySession) else None


def signed(request: HttpRequest) -> Signed | None:
    """Who is signed in, or None; reads the database when the browser has a session."""
    found = read(request)
    return found if isinstance(found, Signed) else None
