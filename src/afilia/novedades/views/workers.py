from collections.abc import Callable, Iterator
from functools import partial
from threading import BoundedSemaphore
from urllib.parse import urlencode

import polars as pl
from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.access.queries import helping
from afilia.kit.downloads import CSV, XLSX, freeing, stream
from afilia.novedades import labour_history, queries, roster, searches
from afilia.novedades.forms import WorkersForm
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS
from afilia.workers.models import Employment

WORKERS_ON_A_PAGE = 50
NOVEDADES_ON_A_PAGE = 100
SEARCH = "busqueda"  # in the address, the name of a search that the session keeps
REFUSED = 422
# At once in one process, so that a thread is left for the pages of others.
EXPORTS = BoundedSemaphore(2)
EXPORT_WAIT = 0.5  # seconds

Write = Callable[[Iterator[pl.DataFrame]], Iterator[bytes]]


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself  # what is sent is a search
def worker_list(request: HolderRequest) -> HttpResponse:
    today = timezone.localdate()
    form = _form(request)
    if request.method == "POST" and form.is_valid():
        name = searches.keep(request.session, form.cleaned_data)
        return redirect(f"{reverse('novedades:workers')}?{urlencode({SEARCH: name})}")
    page = None
    if form.is_valid():
        page = Paginator(_found(request, form), WORKERS_ON_A_PAGE).get_page(request.GET.get("page"))
        page.object_list = queries.with_workers(page.object_list)
    context = {
        "form": form,
        "page": page,
        "filtered": any(form.data.get(name) for name in form.fields),
        "today": today,
        "search": urlencode({SEARCH: request.GET[SEARCH]}) if SEARCH in request.GET else "",
    }
    return render(request, "novedades/workers.html", context, status=200 if form.is_valid() else REFUSED)


def _form(request: HolderRequest) -> WorkersForm:
    """What is looked for: as it was typed, or as the address names it."""
    holder = request.holder
    kept = searches.find(request.session, request.GET.get(SEARCH, ""))
    sought = request.POST if request.method == "POST" else kept
    return WorkersForm(sought, branches=queries.branches(holder.employer, allowed=holder.branches))


def _found(request: HolderRequest, form: WorkersForm) -> QuerySet[Employment]:
    return queries.employments(
        request.holder.employer,
        allowed=request.holder.branches,
        on=timezone.localdate(),
        text=form.cleaned_data["texto"],
        branch=form.cleaned_data["sucursal"],
        active=form.active,
    )


@require_safe
@holder_required
def workers_csv(request: HolderRequest) -> HttpResponseBase:
    return _export(request, partial(roster.as_csv, shown=roster.headings()), "csv", CSV)


@require_safe
@holder_required
def workers_xlsx(request: HolderRequest) -> HttpResponseBase:
    return _export(request, partial(roster.as_xlsx, shown=roster.headings()), "xlsx", XLSX)


@require_safe
@holder_required
def workers_batch(request: HolderRequest) -> HttpResponseBase:
    """The active workers as a batch file: what a payroll program can be compared with."""
    employer, today = request.holder.employer, timezone.localdate()
    return _export(request, partial(roster.as_batch, employer=employer, on=today), "txt", "text/plain")


def _export(request: HolderRequest, write: Write, ending: str, content_type: str) -> HttpResponseBase:
    """The whole list of a search, with the same filters as its page."""
    form = _form(request)
    if not form.is_valid():
        raise Http404
    if not EXPORTS.acquire(timeout=EXPORT_WAIT):
        busy = render(request, "novedades/workers_busy.html", status=503)
        busy["Retry-After"] = "5"  # seconds
        return busy
    today = timezone.localdate()
    rows = roster.listed(_found(request, form), on=today, catalogue=settings.POLICY.context(today).catalogue)
    return stream(freeing(write(rows), EXPORTS), f"afiliados-{today:%Y-%m-%d}.{ending}", content_type)


@require_safe
@holder_required
def worker_detail(request: HolderRequest, person_id: int) -> HttpResponse:
    holder = request.holder
    try:
        employments = queries.worker(holder.employer, person_id=person_id, allowed=holder.branches)
    except Employment.DoesNotExist:
        raise Http404 from None
    recorded = queries.history(employments, by_number=holder.number if holder.branches else None)
    context = settings.POLICY.context(timezone.localdate())
    worker = labour_history.page(employments, recorded, context, language())
    page = {
        "worker": worker,
        "pictures": labour_history.pictures(worker, context.today),
        "rows": Paginator(worker.rows, NOVEDADES_ON_A_PAGE).get_page(request.GET.get("page")),
        "dependents": queries.dependents_of(worker.person, holder.employer),
        "relation": next((place.employment.pk for place in worker.places if place.active), None),
        "working_days": context.working_days,
        "today": context.today,
        "helpers": helping.names(holder.employer),
        "may_file": {
            kind for kind, layout in context.catalogue.layouts.items() if holder.may(ACTS[layout.effect])
        },
    }
    return render(request, "novedades/worker.html", page)
