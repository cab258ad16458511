from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from afilia.access import sessions
from afilia.access.queries import Holder

P = ParamSpec("P")


class HolderRequest(HttpRequest):
    """The request that a view behind `holder_required` gets."""

    holder: Holder
    htmx: HtmxDetails


def holder_required(
    view: Callable[Concatenate[HolderRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Lead who is not signed in to the sign-in page, and from there back to the page asked for.

    What the view shows stays in no cache, so the back button shows nothing after the sign-out.
    """

    @wraps(view)
    def guarded(request: HolderRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        holder = sessions.holder(request)
        if holder is None:
            return _to_sign_in(request)
        request.holder = holder
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    return guarded  # type: ignore[return-value]  # any request will do: the holder is put into it


def _to_sign_in(request: HolderRequest) -> HttpResponse:
    page = request.get_full_path() if request.method in {"GET", "HEAD"} else None
    if request.htmx:
        page = request.htmx.current_url_abs_path
    address = reverse("access:sign-in") + (f"?{urlencode({'next': page})}" if page else "")
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
