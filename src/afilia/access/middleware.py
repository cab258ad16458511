from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from afilia.access import entering, sessions

DEVICE_COOKIE_AGE = 400 * 24 * 60 * 60  # seconds; browsers keep none longer


class HolderMiddleware:
    """Sets `request.holder`, read when it is first looked at, and the cookie of a device that signed in.

    Ask for its truth, not `is None`: behind `holder_required` it is a Holder, elsewhere it may be nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.holder = SimpleLazyObject(lambda: sessions.holder(request))  # type: ignore[attr-defined]
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
