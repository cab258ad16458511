"""The request for which a browser is about to book an appointment."""

from django.http import HttpRequest

KEPT = "foreigners.bring"


def bring(request: HttpRequest, reference: str) -> None:
    """Remember the reference of a request until an appointment is there to bring it to."""
    request.session[KEPT] = reference


def brought(request: HttpRequest) -> str:
    """The reference that is remembered; empty when none is."""
    return str(request.session.get(KEPT, ""))


def forget(request: HttpRequest) -> None:
    request.session.pop(KEPT, None)
