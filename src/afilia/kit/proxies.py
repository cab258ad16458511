"""What a request says of its client through proxies, believed only from those in AFILIA_TRUSTED_PROXIES."""

from collections.abc import Callable

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse

from afilia.kit import addresses

# WSGI folds X-Forwarded-For and X_Forwarded_For into one name, and who reads it cannot tell which it was.
# `afilia doctor` therefore asks from outside whether names with an underscore come through.
ASK, PROBE, ANSWER = "X-Afilia-Doctor", "X_Afilia_Probe", "X-Afilia-Underscores"
ASKED_WITHIN = 60  # seconds: what the doctor signed serves so long
LET_THROUGH, DROPPED = "let-through", "dropped"


def ask() -> dict[str, str]:
    """Headers of a request that is answered with ANSWER: whether what stands before us drops PROBE."""
    return {ASK: TimestampSigner(salt=ASK).sign("doctor"), PROBE: "1"}


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
        response = self.get_response(request)
        if _is_asked(request):
            response[ANSWER] = LET_THROUGH if "HTTP_X_AFILIA_PROBE" in request.META else DROPPED
        return response


def _is_asked(request: HttpRequest) -> bool:
    asked = request.headers.get(ASK, "")
    try:
        return bool(asked) and bool(TimestampSigner(salt=ASK).unsign(asked, max_age=ASKED_WITHIN))
    except BadSignature:
        return False
