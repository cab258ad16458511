from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from afilia.access.decorators import HolderRequest, holder_required
from afilia.batches import queries


@require_safe
@holder_required
def filing(request: HolderRequest, filing_id: int) -> HttpResponse:
    """Lead from the number of a receipt, as the labour history shows it, to its batch."""
    batch = queries.for_holder(request.holder).filter(filing=filing_id).first()
    if batch is None:
        raise Http404
    return redirect("batches:batch", batch.pk)
