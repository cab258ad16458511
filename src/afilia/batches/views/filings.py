from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required, owner_required
from afilia.access.queries import helping
from afilia.access.standings import shown
from afilia.batches import queries
from afilia.batches.views.common import PER_PAGE


@require_safe
@holder_required
def filing(request: HolderRequest, filing_id: int) -> HttpResponse:
    """Lead from the number of a receipt, as the labour history shows it, to its batch."""
    batch = queries.for_holder(request.holder).filter(filing=filing_id).first()
    if batch is None:
        raise Http404
    return redirect("batches:batch", batch.pk)


@require_safe
@owner_required
def of_helper(request: HolderRequest, delegation_id: int) -> HttpResponse:
    """What somebody to whom the employer gave access filed for it, from the acceptance on."""
    given = helping.given(request.holder.employer, delegation_id)
    if given is None or given.accepted_at is None:
        raise Http404
    found = queries.filings_by(given.employer, number=given.number, since=given.accepted_at)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {**shown(given, now=timezone.now()), "page": page}
    return render(request, "batches/helper_filings.html", context)
