from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.novedades import labour_history, queries, searches
from afilia.novedades.forms import WorkersForm
from afilia.novedades.reader import language
from afilia.workers.models import Employment

WORKERS_ON_A_PAGE = 50
NOVEDADES_ON_A_PAGE = 100
SEARCH = "busqueda"  # in the address, the name of a search that the session keeps
REFUSED = 422


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself  # what is sent is a search
def worker_list(request: HolderRequest) -> HttpResponse:
    holder, today = request.holder, timezone.localdate()
    sought = request.POST if request.method == "POST" else _sought(request)
    form = WorkersForm(sought, branches=queries.branches(holder.employer, allowed=holder.branches))
    if request.method == "POST" and form.is_valid():
        name = searches.keep(request.session, form.cleaned_data)
        return redirect(f"{reverse('novedades:workers')}?{urlencode({SEARCH: name})}")
    page = None
    if form.is_valid():
        found = queries.employments(
            holder.employer,
            allowed=holder.branches,
            on=today,
            text=form.cleaned_data["texto"],
            branch=form.cleaned_data["sucursal"],
            active=form.active,
        )
        page = Paginator(found, WORKERS_ON_A_PAGE).get_page(request.GET.get("page"))
        page.object_list = queries.with_workers(page.object_list)
    filtered = any(form.data.get(name) for name in form.fields)
    context = {"form": form, "page": page, "filtered": filtered, "today": today}
    return render(request, "novedades/workers.html", context, status=200 if form.is_valid() else REFUSED)


def _sought(request: HolderRequest) -> Mapping[str, str]:
    return searches.find(request.session, request.GET.get(SEARCH, ""))


@require_safe
@holder_required
def worker_detail(request: HolderRequest, person_id: int) -> HttpResponse:
    holder = request.holder
    try:
        employments = queries.worker(holder.employer, person_id=person_id, allowed=holder.branches)
    except Employment.DoesNotExist:
        raise Http404 from None
    recorded = queries.history(employments, by_number=holder.number if holder.branches else None)
    worker = labour_history.page(
        employments, recorded, settings.POLICY.context(timezone.localdate()), language()
    )
    rows = Paginator(worker.rows, NOVEDADES_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "novedades/worker.html", {"worker": worker, "rows": rows})
