from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, asks_itself
from afilia.batches import actions, report
from afilia.batches.rules import UNCONFIRMED
from afilia.batches.views.common import batch_or_404, need, sender_of


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def discard(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    """Ask whether a batch that was not confirmed is to be discarded, and do so."""
    batch = batch_or_404(request, batch_id)
    need(request, report.layout_of(batch))
    if request.method == "POST":
        sender = sender_of(request.holder)
        if not actions.discard(batch_id=batch.id, sender=sender, now=timezone.now()):
            messages.info(request, gettext("Esta carga ya siguió adelante y no se descartó. Mire su estado."))
        return redirect("batches:batch", batch.id)
    if batch.state not in UNCONFIRMED:
        raise Http404
    return render(request, "batches/discard.html", {"batch": batch})
