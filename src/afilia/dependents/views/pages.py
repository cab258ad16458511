from datetime import timedelta
from http import HTTPStatus

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.access.queries import helping
from afilia.dependents import queries, receipts
from afilia.dependents.forms import WorkerForm
from afilia.dependents.models import Change, Dependent
from afilia.documents import queries as documents
from afilia.documents.models import Kind
from afilia.novedades.models import Filing
from afilia.workers import queries as people
from afilia.workers.models import Employment

ON_A_PAGE = 50
REFUSED = 422


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def index(request: HolderRequest) -> HttpResponse:
    """The dependents in force of all active workers, and the way to those of one."""
    holder, today = request.holder, timezone.localdate()
    form = WorkerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        found = queries.worker_by_number(
            holder.employer, allowed=holder.branches, number=form.cleaned_data["number"]
        )
        if found is not None:
            return redirect("dependents:worker", found)
        form.refuse()
    rows = queries.in_force(holder.employer, allowed=holder.branches, on=today)
    page = {"form": form, "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")), **_soon()}
    return render(request, "dependents/index.html", page, status=REFUSED if form.errors else 200)


def _soon() -> dict[str, object]:
    today = timezone.localdate()
    return {"today": today, "soon": today + timedelta(days=settings.DEPENDENT_NOTICE_DAYS)}


def worker_or_404(request: HolderRequest, person_id: int) -> queries.Worker:
    holder = request.holder
    try:
        return queries.worker(
            holder.employer, allowed=holder.branches, person_id=person_id, on=timezone.localdate()
        )
    except Employment.DoesNotExist:
        raise Http404 from None


def dependent_or_404(request: HolderRequest, pk: int) -> Dependent:
    holder = request.holder
    try:
        return queries.dependent(holder.employer, allowed=holder.branches, pk=pk)
    except Dependent.DoesNotExist:
        raise Http404 from None


@require_safe
@holder_required
def worker(request: HolderRequest, person_id: int) -> HttpResponse:
    shown = worker_or_404(request, person_id)
    holder = request.holder
    rows = queries.dependents(holder.employer, allowed=holder.branches).filter(worker=person_id)
    return render(request, "dependents/worker.html", {"worker": shown, "rows": rows, **_soon()})


@require_safe
@holder_required
def dependent(request: HolderRequest, pk: int) -> HttpResponse:
    shown = dependent_or_404(request, pk)
    page = {
        "dependent": shown,
        "worker": worker_or_404(request, shown.worker_id),
        "changes": queries.changes(shown),
        "helpers": helping.names(request.holder.employer),
        **_soon(),
    }
    return render(request, "dependents/dependent.html", page)


@require_safe
@holder_required
def filing(request: HolderRequest, pk: int) -> HttpResponse:
    """What was registered in a form, with its receipt; HTMX asks again until that is signed."""
    shown, changes = _filing_or_404(request, pk)
    signed = documents.by_number(kind=Kind.DEPENDENTS, number=shown.number)
    if request.htmx:
        return HttpResponseClientRefresh() if signed else HttpResponse(status=HTTPStatus.NO_CONTENT)
    page = {
        "filing": shown,
        "receipt": receipts.facts(shown, changes, at=shown.filed_at),
        "registered": receipts.registered(changes),
        "signed": signed,
        "worker": people.one_with(changes[0].dependent.worker),
        "dependent": changes[0].dependent,
    }
    return render(request, "dependents/filing.html", page)


@require_safe
@holder_required
def receipt(request: HolderRequest, pk: int) -> HttpResponseBase:
    shown, _changes = _filing_or_404(request, pk)
    document = documents.by_number(kind=Kind.DEPENDENTS, number=shown.number)
    if document is None:
        raise Http404
    return FileResponse(
        documents.open_document(document),
        as_attachment=True,
        filename=f"dependientes-{shown.number}.pdf",
        content_type="application/pdf",
    )


def _filing_or_404(request: HolderRequest, pk: int) -> tuple[Filing, list[Change]]:
    holder = request.holder
    try:
        return queries.filing(holder.employer, allowed=holder.branches, pk=pk)
    except Filing.DoesNotExist:
        raise Http404 from None
