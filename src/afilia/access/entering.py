"""What a sign-in does to a browser, whoever signs in: the person of an employer or an official.

A browser has one session. It names at most one row of those who are signed in, or the step that must follow
the right key; whoever signs in throws away all that it kept, so no two accounts ever share it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from afilia.access import actions, queries
from afilia.access.models import BrowserSession
from afilia.access.rules.limits import Reason, Refusal
from afilia.access.rules.sessions import Ending, is_step_over
from afilia.kit.proxies import client_address

DEVICE_COOKIE = "afilia_device"
DEVICE_DIGITS = 32  # hexadecimal
STEP_OVER = "paso"

Account = TypeVar("Account")
Session = TypeVar("Session", bound=BrowserSession)

_leaving: list[Callable[[HttpRequest], None]] = []


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Account]):
    """What must follow the right key of an account, and where the person wants to go then."""

    page: str  # name of the URL
    account: Account
    wanted: str  # path of this portal


def on_leave(end: Callable[[HttpRequest], None]) -> Callable[[HttpRequest], None]:
    """Have `end` called before a browser's session is thrown away, to end the row that it names."""
    _leaving.append(end)
    return end


def begin_step(
    request: HttpRequest, *, name: str, page: str, account: int, changed_at: datetime, wanted: str
) -> str:
    """Let nothing open but the page of a step, in a new session; the result is its address.

    The step is for that version of the account's key. The session keeps it under `name`.
    """
    _leave(request)
    request.session.create()
    request.session[name] = {
        "page": page,
        "account": account,
        "changed_at": changed_at.isoformat(),
        "begun_at": timezone.now().isoformat(),
        "wanted": wanted,
    }
    rotate_token(request)
    return reverse(page)


def step(request: HttpRequest, *, name: str, find: Callable[..., Account | None]) -> Step[Account] | None:
    """The step that this browser has to do; None when there is none, it is too late or the key is another.

    `find` gives the account with a number, when its key is still that of `changed_at`.
    """
    kept = request.session.get(name)
    if kept is None or is_step_over(datetime.fromisoformat(kept["begun_at"]), now=timezone.now()):
        return None
    account = find(kept["account"], changed_at=datetime.fromisoformat(kept["changed_at"]))
    return None if account is None else Step(page=kept["page"], account=account, wanted=kept["wanted"])


def enter(request: HttpRequest, *, entry: str, open_session: Callable[..., BrowserSession]) -> None:
    """Begin a new session, whose row `open_session` writes; the session keeps its number under `entry`."""
    device = device_cookie(request) or secrets.token_hex(DEVICE_DIGITS // 2)
    _leave(request)
    request.session.create()
    opened = open_session(
        session_key=str(request.session.session_key),
        device=device,
        agent=request.headers.get("User-Agent", ""),
        address=client_address(request),
        now=timezone.now(),
    )
    request.session[entry] = opened.pk
    rotate_token(request)
    request.new_device = device  # type: ignore[attr-defined]  # the middleware sets the cookie


def read(
    request: HttpRequest,
    *,
    entry: str,
    find: Callable[..., Session | None],
    ending: Callable[..., Ending | None],
) -> Session | Ending | None:
    """The row of the browser's session, or why it is over; None when the browser has none.

    A request counts as use of the session, but for what pages fetch by themselves.
    """
    session_id, now = request.session.get(entry), timezone.now()
    if session_id is None:
        return None
    found = find(session_id, session_key=str(request.session.session_key))
    if found is None:
        return Ending.CLOSED
    if why := ending(found, now=now):
        return why
    if not (request.method == "GET" and "HX-Request" in request.headers):
        actions.touch_session(session=found, now=now)
    request.time_left = queries.session_time_left(found, now=now)  # type: ignore[attr-defined]
    return found


def device_cookie(request: HttpRequest) -> str:
    """What this browser is known by; empty when nobody ever signed in with it."""
    cookie = request.COOKIES.get(DEVICE_COOKIE, "")
    return cookie if len(cookie) == DEVICE_DIGITS and cookie.isascii() and cookie.isalnum() else ""


def local(address: str) -> str:
    """The address when it is a path of this portal, else nothing."""
    is_local = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if is_local else ""


def status(refusal: Refusal) -> int:
    """The status of the page that shows a refusal."""
    return 429 if refusal.reason is Reason.LOCKED else 200


def begin_again(sign_in: str) -> HttpResponse:
    """Back to the sign-in page of that name, which says that the step took too long."""
    return redirect(f"{reverse(sign_in)}?fin={STEP_OVER}")


def _leave(request: HttpRequest) -> None:
    """End the session of the browser, whoever was signed in, and throw away all that it kept."""
    for end in _leaving:
        end(request)
    request.session.flush()
