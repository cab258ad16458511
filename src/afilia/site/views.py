"""Pages that belong to no app, and the pages of errors."""

import sys

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "site/home.html")


@require_safe
def procedures(request: HttpRequest) -> HttpResponse:
    return render(request, "site/procedures.html")


@require_safe
def employers(request: HttpRequest) -> HttpResponse:
    return render(request, "site/employers.html")


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "site/help.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return render(request, "site/accessibility.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """400, or 413 when Django refused the request for its size."""
    status = 413 if isinstance(exception, RequestDataTooBig | TooManyFieldsSent) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    """500, or 503 while the database does not answer. The page reads no session and no database."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
