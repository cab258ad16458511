"""What a sign-in does to a browser, whoever signs in: the person of an employer or an official.

A browser has one session. It names at most one row of those who are signed in, or the step that must follow
the right key; whoever signs in throws away all that it kept, so no two accounts ever share it.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

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


class KeyOwner(Protocol):
    """An account with a key of its own: of a person of an employer, or of an official."""

    pk: int
    changed_at: datetime


Account = TypeVar("Account", bound=KeyOwner)
Session = TypeVar("Session", bound=BrowserSession)

_doors: "list[Door[Any, Any]]" = []


@dataclass(frozen=True, kw_only=True)
class Step(Generic[Account]):
    """What must follow the right key of an account, and where the person wants to go then."""

    page: str  # name of the URL
    account: Account
    wanted: str  # path of this portal


class Door(Generic[Account, Session]):
    """Where accounts of one kind come in.

    A browser's session keeps under `entry` the number of the row of who is signed in, and under `step` what
    must follow the right key; `sign_in` is the name of the page where it is typed. `account` finds an account
    by number, when its key is still that of a moment, `session` a row by its number and the browser's key;
    `ending` says why a row is over, and `leave` ends one.
    """

    def __init__(
        self,
        *,
        entry: str,
        step: str,
        sign_in: str,
        account: Callable[..., Account | None],
        session: Callable[..., Session | None],
        ending: Callable[..., Ending | None],
        leave: Callable[..., None],
    ) -> None:
        self.entry, self._step, self._sign_in = entry, step, sign_in
        self._account, self._session, self._ending, self._leave = account, session, ending, leave
        _doors.append(self)

    def begin_step(self, request: HttpRequest, account: Account, *, page: str, wanted: str) -> str:
        """Let nothing open but the page of a step, in a new session; the result is its address.

        The step is for this version of the account's key.
        """
        _clear(request)
        request.session.create()
        request.session[self._step] = {
            "page": page,
            "account": account.pk,
            "changed_at": account.changed_at.isoformat(),
            "begun_at": timezone.now().isoformat(),
            "wanted": wanted,
        }
        rotate_token(request)
        return reverse(page)

    def step(self, request: HttpRequest, page: str = "") -> Step[Account] | None:
        """The step that this browser has to do, on `page` where that is named.

        None when there is none, it is too late or the key is another.
        """
        kept = request.session.get(self._step)
        if kept is None or is_step_over(datetime.fromisoformat(kept["begun_at"]), now=timezone.now()):
            return None
        account = self._account(kept["account"], changed_at=datetime.fromisoformat(kept["changed_at"]))
        if account is None or page not in ("", kept["page"]):
            return None
        return Step(page=kept["page"], account=account, wanted=kept["wanted"])

    def begin_again(self) -> HttpResponse:
        """Back to the sign-in page, which says that the step took too long."""
        return redirect(f"{reverse(self._sign_in)}?fin={STEP_OVER}")

    def enter(self, request: HttpRequest, open_session: Callable[..., BrowserSession]) -> None:
        """Begin a new session, whose row `open_session` writes."""
        device = device_cookie(request) or secrets.token_hex(DEVICE_DIGITS // 2)
        _clear(request)
        request.session.create()
        opened = open_session(
            session_key=str(request.session.session_key),
            device=device,
            agent=request.headers.get("User-Agent", ""),
            address=client_address(request),
            now=timezone.now(),
        )
        request.session[self.entry] = opened.pk
        rotate_token(request)
        request.new_device = device  # type: ignore[attr-defined]  # the middleware sets the cookie

    def read(self, request: HttpRequest) -> Session | Ending | None:
        """The row of the browser's session, or why it is over; None when the browser has none.

        A request counts as use of the session, but for what pages fetch by themselves.
        """
        session_id, now = self.current(request), timezone.now()
        if session_id is None:
            return None
        found = self._session(session_id, session_key=str(request.session.session_key))
        if found is None:
            return Ending.CLOSED
        if why := self._ending(found, now=now):
            return why
        if not (request.method == "GET" and "HX-Request" in request.headers):
            actions.touch_session(session=found, now=now)
        request.time_left = queries.session_time_left(found, now=now)  # type: ignore[attr-defined]
        return found

    def current(self, request: HttpRequest) -> int | None:
        """The number of the browser's session, over or not."""
        session_id: int | None = request.session.get(self.entry)
        return session_id

    def leave(self, request: HttpRequest) -> None:
        """End the row that the browser's session names."""
        if session_id := self.current(request):
            self._leave(session_id=session_id, now=timezone.now())


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


def asked(request: HttpRequest) -> dict[str, str]:
    """What a sign-in page keeps in mind: where the person wants to go then, and why a session was over."""
    return {
        "next": request.POST.get("next") or request.GET.get("next", ""),
        "over": request.GET.get("fin", "") if request.method == "GET" else "",
    }


def _clear(request: HttpRequest) -> None:
    """End the session of the browser, whoever was signed in, and throw away all that it kept."""
    for door in _doors:
        door.leave(request)
    request.session.flush()
