"""Who is signed in: a browser's session names a row of ours, which is known by a hash of the session's key.

After the right key a step may follow, to type a code or to choose a key; until then nobody is signed in.
"""

from functools import partial

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from afilia.access import actions, entering, queries
from afilia.access.entering import Step
from afilia.access.models import EmployerKey, KeySession
from afilia.access.queries import Holder
from afilia.access.rules.sessions import Ending

ENTRY = "key-session"  # the number of the row
STEP = "sign-in-step"


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
    open_session = partial(actions.open_session, key=key, quiet=quiet)
    entering.enter(request, entry=ENTRY, open_session=open_session)
    return wanted or reverse("site:employers")


def step(request: HttpRequest) -> Step[EmployerKey] | None:
    """What must follow the right key that was typed in this browser; None when nothing or too late."""
    return entering.step(request, name=STEP, find=queries.key)


def read(request: HttpRequest) -> Holder | Ending | None:
    """The holder signed in, or why the session is over; None when the browser has none."""
    found = entering.read(request, entry=ENTRY, find=queries.session, ending=queries.session_ending)
    return queries.holder(found.key) if isinstance(found, KeySession) else found


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
    return entering.begin_step(
        request, name=STEP, page=page, account=key.pk, changed_at=key.changed_at, wanted=wanted
    )
