"""What a sign-in does to a browser, whoever signs in: the person of an employer or an official.

A browser has one session. It names at most one row of those who are signed in, or the step that must follow
the right key; whoever signs in throws away all that it kept, so no two accounts ever share it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from afilia.access.rules.limits import Reason, Refusal
from afilia.access.rules.sessions import is_step_over

DEVICE_COOKIE = "afilia_device"
DEVICE_DIGITS = 32  # hexadecimal
STEP_OVER = "paso"

_leaving: list[Callable[[HttpRequest], None]] = []


@dataclass(frozen=True, kw_only=True)
class KeptStep:
    """The step that must follow the right key of an account, as the session keeps it."""

    page: str  # name of the URL
    account: int
    changed_at: datetime  # of its key
    wanted: str  # path of this portal to go to then


def on_leave(end: Callable[[HttpRequest], None]) -> Callable[[HttpRequest], None]:
    """Have `end` called before a browser's session is thrown away, to end the row that it names."""
    _leaving.append(end)
    return end


def begin_step(request: HttpRequest, *, name: str, step: KeptStep) -> str:
    """Let nothing open but the page of the step, in a new session; the result is its address."""
    _leave(request)
    request.session.create()
    request.session[name] = {
        "page": step.page,
        "account": step.account,
        "changed_at": step.changed_at.isoformat(),
        "begun_at": timezone.now().isoformat(),
        "wanted": step.wanted,
    }
    rotate_token(request)
    return reverse(step.page)


def kept_step(request: HttpRequest, *, name: str) -> KeptStep | None:
    """The step that this browser has to do; None when there is none or it is too late."""
    kept = request.session.get(name)
    if kept is None or is_step_over(datetime.fromisoformat(kept["begun_at"]), now=timezone.now()):
        return None
    return KeptStep(
        page=kept["page"],
        account=kept["account"],
        changed_at=datetime.fromisoformat(kept["changed_at"]),
        wanted=kept["wanted"],
    )


def enter(request: HttpRequest, *, entry: str, opened: Callable[[str, str], int]) -> None:
    """Begin a new session; `opened` writes its row, from the session's key and the device's cookie."""
    device = device_cookie(request) or secrets.token_hex(DEVICE_DIGITS // 2)
    _leave(request)
    request.session.create()
    request.session[entry] = opened(str(request.session.session_key), device)
    rotate_token(request)
    request.new_device = device  # type: ignore[attr-defined]  # the middleware sets the cookie


def device_cookie(request: HttpRequest) -> str:
    """What this browser is known by; empty when nobody ever signed in with it."""
    cookie = request.COOKIES.get(DEVICE_COOKIE, "")
    return cookie if len(cookie) == DEVICE_DIGITS and cookie.isascii() and cookie.isalnum() else ""


def is_used(request: HttpRequest) -> bool:
    """Whether a request counts as use of the session, as none does that a page makes by itself."""
    return not (request.method == "GET" and "HX-Request" in request.headers)


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
