from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from afilia.access import locks, sessions
from afilia.access.queries import Holder, Signed
from afilia.access.rules.acts import Act, NotGivenError
from afilia.access.rules.sessions import Ending, TimeLeft

P = ParamSpec("P")


class SignedRequest(HttpRequest):
    """The request that a view behind `signed_required` gets."""

    signed: Signed
    session_id: int
    time_left: TimeLeft
    htmx: HtmxDetails


class HolderRequest(SignedRequest):
    """The request that a view behind `holder_required` gets."""

    holder: Holder


View = Callable[Concatenate[HolderRequest, P], HttpResponseBase]
Guarded = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

READING = frozenset({"GET", "HEAD", "OPTIONS"})


def holder_required(view: View[P]) -> Guarded[P]:
    """Lead who is not signed in to the sign-in page, and from there back to the page asked for.

    Who was given access by an employer may open the page, and send nothing to it: a page that writes says
    with `act_required`, `asks_itself` or `owner_required` what it takes. What the view shows stays in no
    cache, so the back button shows nothing after the sign-out.
    """
    return _guard(view, asks="reading", judge=_only_reads)


def act_required(*acts: Act) -> Callable[[View[P]], Guarded[P]]:
    """Like `holder_required`, for a page to open and send to which takes one of these acts."""

    def judge(request: HolderRequest) -> None:
        if not any(map(request.holder.may, acts)):
            raise NotGivenError(acts[0])

    return lambda view: _guard(view, asks=" ".join(acts), judge=judge)


def asks_itself(view: View[P]) -> Guarded[P]:
    """Like `holder_required`, for a view that asks by itself, with `request.holder.need(act)`.

    For one whose act follows from what is sent, and for one that is sent something and writes nothing.
    """
    return _guard(view, asks="itself", judge=lambda _request: None)


def owner_required(view: View[P]) -> Guarded[P]:
    """Like `holder_required`, for what only a person with a key to the whole employer does."""
    return _guard(view, asks="owner", judge=_only_owners)


def _only_reads(request: HolderRequest) -> None:
    if request.holder.delegation_id is not None and request.method not in READING:
        raise NotGivenError(None)


def _only_owners(request: HolderRequest) -> None:
    if not request.holder.is_owner:
        raise NotGivenError(None)


def _guard(view: View[P], *, asks: str, judge: Callable[[HolderRequest], None]) -> Guarded[P]:
    @wraps(view)
    def guarded(request: HolderRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = sessions.read(request)
        with _used(request, found):
            if _delegation(found) is not None and request.method not in READING:
                found = sessions.read(request)  # it may have ended before it was held
            session_id = sessions.current(request)
            if not isinstance(found, Holder) or session_id is None:
                return _away(request, found)
            request.signed = request.holder = found
            request.session_id = session_id
            response: HttpResponseBase
            try:
                judge(request)
                response = view(request, *args, **kwargs)
            except NotGivenError as error:
                response = render(request, "access/not_given.html", {"act": error.act}, status=403)
        add_never_cache_headers(response)
        return response

    guarded.asks = asks  # type: ignore[attr-defined]  # a test walks all addresses and looks for it
    return guarded  # type: ignore[return-value]  # any request will do: the holder is put into it


def _delegation(found: Signed | Ending | None) -> int | None:
    return found.delegation_id if isinstance(found, Holder) else None


def _used(request: HttpRequest, found: Signed | Ending | None) -> AbstractContextManager[None]:
    """Keep the access by which something is sent from ending in the middle of it."""
    delegation_id = _delegation(found)
    if delegation_id is None or request.method in READING:
        return nullcontext()
    return locks.used(delegation_id)


def signed_required(
    view: Callable[Concatenate[SignedRequest, P], HttpResponseBase],
) -> Guarded[P]:
    """Like `holder_required`, for what a person does with the own key, also an accountant for no employer."""

    @wraps(view)
    def guarded(request: SignedRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = sessions.read(request)
        session_id = sessions.current(request)
        if not isinstance(found, Signed) or session_id is None:
            return _away(request, found)
        request.signed, request.session_id = found, session_id
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    guarded.asks = "own"  # type: ignore[attr-defined]
    return guarded  # type: ignore[return-value]


def _away(request: HttpRequest, found: Signed | Ending | None) -> HttpResponse:
    if isinstance(found, Signed):  # an accountant who chose no employer, or whose access ended
        address = reverse("access:clients")
        htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address) if htmx else redirect(address)
    step = sessions.door.step(request)
    ending = found
    return away(request, to="access:sign-in", step=step.page if step else None, ending=ending)


def away(request: HttpRequest, *, to: str, step: str | None, ending: Ending | None) -> HttpResponse:
    """To the step that is still to be done, else to the sign-in page `to`, and from there back."""
    htmx: HtmxDetails = request.htmx  # type: ignore[attr-defined]  # the middleware sets it
    if step:
        address = reverse(step)
    else:
        asked = {"next": _page(request, htmx), "fin": ending and ending.value}
        query = {name: value for name, value in asked.items() if value}
        address = reverse(to) + (f"?{urlencode(query)}" if query else "")
    return HttpResponseClientRedirect(address) if htmx else redirect(address)


def _page(request: HttpRequest, htmx: HtmxDetails) -> str | None:
    """The path of the page where the person is."""
    if htmx:
        return htmx.current_url_abs_path
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    shown = urlsplit(request.headers.get("Referer", ""))  # a form: the page that it stands in
    return f"{shown.path}?{shown.query}".rstrip("?") if shown.netloc == request.get_host() else None
