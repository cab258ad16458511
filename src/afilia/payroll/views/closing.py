from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, asks_itself
from afilia.batches import actions as batches
from afilia.batches.forms import upload_refusal_text
from afilia.batches.views.common import lead_to, max_megabytes, sender_of
from afilia.kit.downloads import attached
from afilia.novedades import queries as novedades
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS
from afilia.payroll import queries
from afilia.payroll.forms import ClosingForm
from afilia.payroll.rules import closing
from afilia.payroll.rules.differences import CLOSING
from afilia.payroll.views.comparison import REFUSED, comparison_or_404


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def close(request: HolderRequest, comparison_id: UUID, novedad: str) -> HttpResponse:
    """The file of one type of novedad that would close differences: to take away, or as a batch at once."""
    shown = comparison_or_404(request, comparison_id, compared=True)
    today = timezone.localdate()
    layout = settings.POLICY.context(today).catalogue.layouts.get(novedad)
    kinds = [kind for kind, effect in CLOSING.items() if layout and effect is layout.effect]
    rows = queries.of_kinds(shown, kinds)
    if layout is None or rows.is_empty():
        raise Http404
    request.holder.need(ACTS[layout.effect])
    holder = request.holder
    branches = (
        novedades.branches(holder.employer, allowed=holder.branches) if rows["branch"].null_count() else ()
    )
    form = ClosingForm(
        request.POST if request.method == "POST" else None,
        asked=closing.asked(rows, layout),
        branches=branches,
        language=language(),
    )
    if form.is_valid():
        lines = closing.lines(
            rows, layout, ruc=holder.employer.ruc, month=shown.month, today=today, answers=form.answers
        )
        content = "".join(f"{line}\r\n" for line in lines).encode()
        name = f"{novedad}_{shown.month:%Y-%m}_nomina.txt"
        if "file" in request.POST:
            return HttpResponse(content, content_type="text/plain; charset=utf-8", headers=attached(name))
        now = timezone.now()
        try:
            batch = batches.receive(
                sender=sender_of(holder), novedad=novedad, file_name=name, chunks=[content], now=now
            )
        except batches.UploadRefusedError as refused:
            form.add_error(None, upload_refusal_text(refused.reason, max_megabytes=max_megabytes()))
        else:
            return lead_to(request, batch, now)
    page = {
        "comparison": shown,
        "form": form,
        "layout_name": layout.name[language()],
        "novedad": novedad,
        "count": rows["number"].n_unique(),
    }
    return render(request, "payroll/close.html", page, status=REFUSED if form.is_bound else 200)
