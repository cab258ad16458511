from secrets import compare_digest

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from afilia.ops import metrics, queries
from afilia.ops.status import Part, State, status

PLAIN = "text/plain; charset=utf-8"


@never_cache
@require_safe
def livez(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> HttpResponse:
    try:
        missing = queries.missing_migrations()
    except DatabaseError:
        return HttpResponse("the database does not answer\n", content_type=PLAIN, status=503)
    if missing:
        return HttpResponse(f"{len(missing)} migrations are missing\n", content_type=PLAIN, status=503)
    return HttpResponse("ok\n", content_type=PLAIN)


@never_cache
@require_safe
def show_metrics(request: HttpRequest) -> HttpResponse:
    if not _may_see_metrics(request):
        raise Http404
    return HttpResponse(metrics.render(now=timezone.now()), content_type=metrics.CONTENT_TYPE)


@never_cache
@require_safe
def show_status(request: HttpRequest) -> HttpResponse:
    found = status()
    if found.parts[Part.PORTAL] is State.WORKS:
        return render(request, "ops/status.html", {"status": found})
    # Without the request: who is signed in stands in the database.
    return HttpResponse(render_to_string("ops/status.html", {"status": found}))


@never_cache
@require_safe
def status_json(_request: HttpRequest) -> HttpResponse:
    found = status()
    said = {
        "at": found.at.isoformat(),
        "status": found.overall,
        "parts": found.parts,
        "maintenance_until": found.closure.until.isoformat() if found.closure else None,
    }
    return JsonResponse(said)


def _may_see_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    # Behind a proxy on the same machine everybody comes from loopback.
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
    return local and not {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers)
