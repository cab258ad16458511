"""Pages that belong to no app, and the pages of errors."""

import json
import sys
from datetime import UTC, date, timedelta

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from afilia.procedures.catalogue import load
from afilia.site import privacy

PLAIN = "text/plain; charset=utf-8"
SECURITY_SERVES = timedelta(days=180)
TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "site/home.html", {"procedures": load().procedures.values()})


@require_safe
def employers(request: HttpRequest) -> HttpResponse:
    return render(request, "site/employers.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What is promised, and what `make axe` measured last."""
    file = settings.BASE_DIR / "site" / "data" / "accessibility.json"
    measured = json.loads(file.read_text("utf-8")) if file.exists() else None
    if measured:
        measured["on"] = date.fromisoformat(measured["on"])
    return render(request, "site/accessibility.html", {"measured": measured})


@require_safe
def privacy_page(request: HttpRequest) -> HttpResponse:
    """Which data are kept how long."""
    context = {
        "kept": privacy.kept("en" if get_language() == "en" else "es"),
        "source": privacy.data()["source"],
        "reviewed_on": privacy.reviewed_on(),
    }
    return render(request, "site/privacy.html", context)


@require_safe
def robots(_request: HttpRequest) -> HttpResponse:
    """What is somebody's own is not for search engines; what they list stands in the map."""
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in PRIVATE),
        *(f"Allow: {path}" for path in PUBLIC_WITHIN),
        f"Sitemap: {settings.PUBLIC_URL}{reverse('site:sitemap')}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


PRIVATE = (
    "/funcionarios/",
    "/empleadores/",
    "/turnos/t/",
    "/turnos/espera/",
    "/turnos/numero/",
    "/verificar/",
)
PUBLIC_WITHIN = (
    *("/empleadores/$", "/empleadores/ingresar/$", "/empleadores/batch/formatos/", "/empleadores/registro/$"),
    *("/empleadores/formularios/", "/verificar/$"),
)


@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """Where a weakness is reported: RFC 9116. Nowhere, where the institution names no contact."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    # Whoever reads it later than this asks again: who serves the file stands by it today.
    expires = (timezone.now() + SECURITY_SERVES).replace(microsecond=0)
    lines = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: es, en",
        f"Canonical: {settings.PUBLIC_URL}{request.path}",
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type=PLAIN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  Django's signature
    return render(request, "csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001  Django's signature
    """400, or 413 when Django refused the request for its size."""
    status = 413 if isinstance(exception, TOO_MUCH) else 400
    return HttpResponse(render_to_string(f"{status}.html"), status=status)


def server_error(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    """500, or 503 while the database does not answer. The page reads no session and no database."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "30"})
    return HttpResponse(render_to_string("500.html"), status=500)
