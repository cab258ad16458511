from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from afilia.access import sessions


class HolderMiddleware:
    """Sets `request.holder`, read when it is first looked at.

    Ask for its truth, not `is None`: behind `holder_required` it is a Holder, elsewhere it may be nobody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.holder = SimpleLazyObject(lambda: sessions.holder(request))  # type: ignore[attr-defined]
        return self.get_response(request)
