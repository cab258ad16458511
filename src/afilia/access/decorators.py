from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from afilia.access import sessions
from afilia.access.queries import Holder
from afilia.access.rules.sessions import Ending, TimeLeft

P = ParamSpec("P")


class HolderRequest(HttpRequest):
    """The request that a view behind `holder_required` gets."""

    holder: Holder
    session_id: int
    time_left: TimeLeft
    htmx: HtmxDetails


def holder_required(
    view: Callable[Concatenate[HolderRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Lead who is not signed in to the sign-in page, and from there back to the page asked for.

    What the view shows stays in no cache, so the back button shows nothing after the sign-out.
    """

    @wraps(view)
    def guarded(request: HolderRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        found = sessions.read(request)
        session_id = sessions.current(request)
        if not isinstance(found, Holder) or session_id is None:
            return _away(request, None if isinstance(found, Holder) else found)
        request.holder, request.session_id = found, session_id
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return guarded  # type: ignore[return-value]  # any request will do: the holder is put into it


def _away(request: HttpRequest, ending: Ending | None) -> HttpResponse:
    step = sessions.door.step(request)
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
