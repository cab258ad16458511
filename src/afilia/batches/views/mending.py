from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, asks_itself
from afilia.batches import actions, mending, report
from afilia.batches.actions import UploadRefusedError
from afilia.batches.forms import upload_refusal_text
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.batches.views.common import (
    REFUSED,
    batch_or_404,
    layout_name,
    lead_to,
    max_megabytes,
    need,
    sender_of,
)
from afilia.novedades.reader import language


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def mend(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    shown = batch_or_404(request, batch_id)
    layout = report.layout_of(shown)
    if layout is None:
        raise Http404
    need(request, layout)
    if request.method != "POST":
        if shown.state == State.RECEIVED:
            return redirect("batches:batch", shown.id)
        if shown.decided_at is None or not shown.summary["rejected"]:
            raise Http404
        return _mending(request, shown, mending.as_sent(shown, layout, language()))
    # What was typed is taken even if the batch is being judged again: the lines are judged by themselves.
    grid = mending.as_typed(request.POST, shown, layout, language())
    if not grid.errors:
        now = timezone.now()
        try:
            mended = actions.mend(
                sender=sender_of(request.holder), batch=shown, lines=grid.lines(layout), now=now
            )
        except UploadRefusedError as refused:
            grid.refuse(upload_refusal_text(refused.reason, max_megabytes=max_megabytes()))
        else:
            return lead_to(request, mended, now)
    return _mending(request, shown, grid)


def _mending(request: HolderRequest, shown: Batch, grid: mending.Grid) -> HttpResponse:
    page = {"batch": shown, "form": grid, "layout_name": layout_name(shown)}
    return render(request, "batches/mend.html", page, status=REFUSED if grid.errors else 200)
