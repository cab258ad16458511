from collections.abc import Mapping
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.novedades import labour_history, queries, searches
from afilia.novedades.formats import document, findings, pages, spreadsheet
from afilia.novedades.forms import WorkersForm
from afilia.novedades.reader import language, say_day
from afilia.novedades.rules.layouts import Context, Layout
from afilia.workers.models import Employment

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKERS_ON_A_PAGE = 50
NOVEDADES_ON_A_PAGE = 100
SEARCH = "busqueda"  # in the address, the name of a search that the session keeps
REFUSED = 422


@require_safe
def format_list(request: HttpRequest) -> HttpResponse:
    index = pages.format_index(_context(), language())
    return render(request, "novedades/formats.html", {"index": index})


@require_safe
def format_detail(request: HttpRequest, novedad: str) -> HttpResponse:
    context = _context()
    page = pages.format_page(_layout_or_404(context, novedad), context, language())
    return render(request, "novedades/format.html", {"page": page})


@require_safe
def format_sample(_request: HttpRequest, novedad: str) -> HttpResponse:
    name, content = pages.sample_file(_layout_or_404(_context(), novedad))
    return _download(name, content, "text/plain; charset=us-ascii")


@require_safe
def format_template(_request: HttpRequest, novedad: str) -> HttpResponse:
    context, chosen = _context(), language()
    page = pages.format_page(_layout_or_404(context, novedad), context, chosen)
    name, content = spreadsheet.template(page, chosen)
    return _download(name, content, XLSX)


@require_safe
def format_catalogue(_request: HttpRequest) -> HttpResponse:
    shape = {"ensure_ascii": False, "indent": 2}
    return JsonResponse(document.catalogue_document(_context()), json_dumps_params=shape)


@require_safe
def finding_list(request: HttpRequest) -> HttpResponse:
    return render(request, "novedades/findings.html", {"groups": findings.finding_index(language())})


@require_safe
def finding_detail(request: HttpRequest, code: str) -> HttpResponse:
    try:
        page = findings.finding_page(code, _context(), language(), say_day=say_day)
    except KeyError:
        raise Http404 from None
    return render(request, "novedades/finding.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
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
    worker = labour_history.page(employments, recorded, _context(), language())
    rows = Paginator(worker.rows, NOVEDADES_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "novedades/worker.html", {"worker": worker, "rows": rows})


def _context() -> Context:
    return settings.POLICY.context(timezone.localdate())


def _layout_or_404(context: Context, novedad: str) -> Layout:
    try:
        return context.catalogue.layouts[novedad]
    except KeyError:
        raise Http404 from None


def _download(name: str, content: bytes, content_type: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)
