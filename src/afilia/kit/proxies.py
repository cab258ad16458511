"""What a request says of its client through proxies, believed only from those in AFILIA_TRUSTED_PROXIES."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from afilia.kit import addresses


def client_address(request: HttpRequest) -> str:
    """The address of the client of a request; empty where the server knows none."""
    return addresses.client(
        peer=request.META.get("REMOTE_ADDR", ""),
        forwarded=request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted=settings.TRUSTED_PROXIES,
    )


class ForwardedMiddleware:
    """Forgets X-Forwarded-Proto of a stranger, which Django would believe. Before all that asks for HTTPS."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        peer = request.META.get("REMOTE_ADDR", "")
        if not addresses.is_trusted(peer, trusted=settings.TRUSTED_PROXIES):
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)
