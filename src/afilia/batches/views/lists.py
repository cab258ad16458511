from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.batches import queries
from afilia.batches.forms import HistoryForm
from afilia.batches.views.common import PER_PAGE, catalogue, rows
from afilia.novedades.reader import language

LATEST = 5  # batches on the first page


@require_safe
@holder_required
def index(request: HolderRequest) -> HttpResponse:
    latest = queries.history(request.holder)[:LATEST]
    return render(request, "batches/index.html", {"rows": rows(latest)})


@require_safe
@holder_required
def history(request: HolderRequest) -> HttpResponse:
    form = HistoryForm(request.GET, catalogue=catalogue(), language=language())
    found = queries.history(request.holder, **form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "batches/history.html", {"form": form, "rows": rows(page), "page": page})
