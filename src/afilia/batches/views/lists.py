from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.access.queries import helping
from afilia.batches import queries
from afilia.batches.forms import HistoryForm
from afilia.batches.views.common import PER_PAGE, catalogue, rows
from afilia.novedades.reader import language

LATEST = 5  # batches on the first page


@require_safe
@holder_required
def index(request: HolderRequest) -> HttpResponse:
    latest = queries.history(request.holder)[:LATEST]
    return render(request, "batches/index.html", {"rows": rows(latest), "helpers": _helpers(request)})


@require_safe
@holder_required
def history(request: HolderRequest) -> HttpResponse:
    form = HistoryForm(request.GET, catalogue=catalogue(), language=language())
    found = queries.history(request.holder, **form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "rows": rows(page), "page": page, "helpers": _helpers(request)}
    return render(request, "batches/history.html", context)


def _helpers(request: HolderRequest) -> dict[str, str]:
    return helping.names(request.holder.employer)
