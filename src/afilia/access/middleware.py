from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from afilia.access import entering, sessions
from afilia.access.queries import Holder, Signed

DEVICE_COOKIE_AGE = 400 * 24 * 60 * 60  # seconds; browsers keep none longer


class HolderMiddleware:
    """Sets `request.signed` and `request.holder`, and the cookie of a device that signed in.

    They are read when first looked at. Ask for their truth, not `is None`: behind `holder_required` there is
    a Holder, elsewhere it may be nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        signed = cache(lambda: sessions.signed(request))
        request.signed = SimpleLazyObject(signed)  # type: ignore[attr-defined]
        request.holder = SimpleLazyObject(lambda: _holder(signed()))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if device := getattr(request, "new_device", ""):
            response.set_cookie(
                entering.DEVICE_COOKIE,
                device,
                max_age=DEVICE_COOKIE_AGE,
                httponly=True,
                samesite="Lax",
                secure=settings.SESSION_COOKIE_SECURE,
            )
        return response


def _holder(signed: Signed | None) -> Holder | None:
    return signed if isinstance(signed, Holder) else None
