"""What every answer says to the browser besides its page, files included."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class HeadersMiddleware:
    """Adds settings.RESPONSE_HEADERS; stands before all that answers on its own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in settings.RESPONSE_HEADERS.items():
            response.setdefault(name, value)
        return response
