"""A page for answers that refuse without a word, and when to come back."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

PAGES = {403, 405, 429, 503}  # of Django's decorators, and of views whose answer is a picture or a file
COME_BACK = {429: "60", 503: "30"}  # seconds, where the view knows no better


class ProblemMiddleware:
    """Stands next to the views, so that the page may look at the session and protect its form."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        status = response.status_code
        if status in PAGES and isinstance(response, HttpResponse) and not response.content:
            response.content = render_to_string(f"{status}.html", request=request)
        if status in COME_BACK:
            response.setdefault("Retry-After", COME_BACK[status])
        return response
