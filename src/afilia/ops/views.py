from secrets import compare_digest

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from afilia.ops import metrics, queries

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


def _may_see_metrics(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode())
    # Behind a proxy on the same machine everybody comes from loopback.
    local = request.META.get("REMOTE_ADDR") in {"127.0.0.1", "::1"}
    return local and not {"X-Forwarded-For", "Forwarded", "X-Real-Ip"} & set(request.headers)
