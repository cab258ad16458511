from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.batches import actions, queries, report
from afilia.batches.forms import MODES, SEVERITIES, ConfirmForm
from afilia.batches.models import Batch
from afilia.batches.progress import written
from afilia.batches.rules import Mode, Refusal, State
from afilia.batches.views.common import (
    PER_PAGE,
    REFUSED,
    batch_or_404,
    catalogue,
    layout_name,
    may,
    need,
    rows,
    sender_of,
)
from afilia.novedades.reader import language
from afilia.novedades.rules.marks import Severity

PATIENCE = 0.7  # seconds that a page waits for a job that is about to end


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def batch(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    """One address for the whole life of a batch; each state has its page, and the plan can be confirmed."""
    if request.method == "POST":
        shown = batch_or_404(request, batch_id)
        need(request, report.layout_of(shown))
        if shown.state == State.REFUSED:
            return _judge_as_other_type(request, shown)
        return _confirm(request, shown)
    shown = batch_or_404(request, batch_id, within=PATIENCE)
    return PAGES[State(shown.state)](request, shown)


def _confirm(request: HolderRequest, shown: Batch) -> HttpResponse:
    if shown.state != State.PLANNED:
        return redirect("batches:batch", shown.id)
    form = ConfirmForm(request.POST, counts=queries.counts(shown))
    if not form.is_valid():
        return _planned(request, shown, form)
    refusal = actions.confirm(
        batch_id=shown.id,
        sender=sender_of(request.holder),
        mode=Mode(form.cleaned_data["mode"]),
        max_error_percent=form.cleaned_data["max_error_percent"],
        corrections_meant=form.cleaned_data["corrections_meant"],
        digest=form.cleaned_data["plan"],
        now=timezone.now(),
    )
    if refusal in RETURNED:
        messages.info(request, str(RETURNED[refusal]))
    elif refusal is not None:
        form.refuse(refusal)
        return _planned(request, shown, form)
    return redirect("batches:batch", shown.id)


def _judge_as_other_type(request: HolderRequest, shown: Batch) -> HttpResponse:
    """Have a file judged by the type that its lines name, without sending it again."""
    named = report.other_type(shown)
    if named and request.POST.get("novedad") == named:
        need(request, catalogue().layouts.get(named))
        actions.judge_as(
            batch_id=shown.id, sender=sender_of(request.holder), novedad=named, now=timezone.now()
        )
    return redirect("batches:batch", shown.id)


# Refusals after which there is another plan to look at; the others are errors of the form.
RETURNED = {
    Refusal.PLAN_IS_OLD: _(
        "El archivo se revisó otro día y los plazos cuentan desde hoy. Lo revisamos otra vez: mire el"
        " resultado y confirme. No se registró nada."
    ),
    Refusal.PLAN_CHANGED: _(
        "El archivo se revisó otra vez mientras usted lo miraba. Mire el resultado y confirme. No se registró"
        " nada."
    ),
    Refusal.NOT_PLANNED: _("El archivo se está revisando otra vez. No se registró nada."),
}


def _running(request: HolderRequest, shown: Batch) -> HttpResponse:
    page = {**_advance(shown), "layout_name": layout_name(shown)}
    return render(request, "batches/running.html", page)


def _advance(shown: Batch) -> dict[str, object]:
    percent, lines = queries.progress(shown)
    page: dict[str, object] = {"batch": shown, "stopped": queries.is_stopped(shown)}
    if shown.state == State.CONFIRMED:
        all_of_it = queries.counts(shown).to_register(corrections_meant=shown.corrections_meant)
        lines = written(shown)
        percent = 100 * lines // max(1, all_of_it)
        page["to_register"] = all_of_it
    return {**page, "percent": percent, "lines": lines}


def _refused(request: HolderRequest, shown: Batch) -> HttpResponse:
    page = {
        "batch": shown,
        "layout_name": layout_name(shown),
        "findings": report.file_findings(shown, language()),
        "other_type": report.other_type(shown),
    }
    return render(request, "batches/refused.html", page)


def _planned(request: HolderRequest, shown: Batch, form: ConfirmForm | None = None) -> HttpResponse:
    counts = queries.counts(shown)
    if form is None:
        form = ConfirmForm(
            counts=counts,
            initial={
                "mode": (Mode.GOOD if counts.rejected else Mode.ALL).value,
                "max_error_percent": counts.rejected_percent,
                "plan": shown.summary["digest"],
            },
        )
    page = {
        **_report(request, shown),
        "form": form,
        "mode_hints": report.mode_hints(counts),
        "verdict": report.verdict(counts),
        "can_register": counts.new + counts.corrections,
        "may_file": may(request.holder, report.layout_of(shown)),
    }
    return render(request, "batches/planned.html", page, status=REFUSED if form.is_bound else 200)


def _registered(request: HolderRequest, shown: Batch) -> HttpResponse:
    number = shown.filing.number if shown.filing else ""
    page = {
        **_report(request, shown),
        "receipt": report.receipt(shown, number=number),
        "mode": MODES[Mode(shown.mode)],
        "listed": bool(request.GET) or shown.summary["rejected"],
    }
    return render(request, "batches/registered.html", page)


def _discarded(request: HolderRequest, shown: Batch) -> HttpResponse:
    page = {
        "batch": shown,
        "layout_name": layout_name(shown),
        "counts": queries.counts(shown) if "new" in shown.summary else None,
        "days": settings.UPLOAD_DAYS,
    }
    return render(request, "batches/discarded.html", page)


PAGES = {
    State.RECEIVED: _running,
    State.REFUSED: _refused,
    State.PLANNED: _planned,
    State.CONFIRMED: _running,
    State.REGISTERED: _registered,
    State.DISCARDED: _discarded,
}


def _report(request: HolderRequest, shown: Batch) -> dict[str, object]:
    """What the pages of a planned and of a registered batch share: counts, changes, findings."""
    chosen, layout = language(), report.layout_of(shown)
    by_code = report.groups(shown, chosen)
    totals = {severity: sum(g.count for g in by_code if g.severity == severity) for severity in Severity}
    wanted = _Filter(request, totals, {group.code for group in by_code})
    listed = wanted.page_of(shown, request.GET.get("page", ""))
    return {
        "batch": shown,
        "parent": shown.parent,
        "children": rows(queries.mended_from(request.holder, shown)),
        "layout_name": layout_name(shown),
        "counts": queries.counts(shown),
        "changes": [*report.changes(shown, layout)] if layout else [],
        "file_findings": report.file_findings(shown, chosen),
        "groups": by_code,
        "left_of_sheet": report.left_of_sheet(shown),
        "filter": wanted,
        "severities": [
            (severity, SEVERITIES[severity], count) for severity, count in totals.items() if count
        ],
        "found": listed,
        "lines": report.lines(shown, listed, layout, chosen),
        "page": Paginator(range(listed.total), PER_PAGE).get_page(request.GET.get("page")),
    }


class _Filter:
    """Which findings are listed, as the address asks: errors first where there are any."""

    def __init__(self, request: HolderRequest, totals: dict[Severity, int], codes: set[str]) -> None:
        asked = request.GET
        self.code = asked.get("codigo", "") if asked.get("codigo") in codes else ""
        line = asked.get("linea", "").strip()
        self.line = int(line) if line.isascii() and line.isdecimal() and len(line) < 10 else None
        first = Severity.ERROR.value if totals[Severity.ERROR] and not (self.code or self.line) else ""
        severity = asked.get("gravedad", first)
        self.severity = severity if severity in [*Severity] else ""

    def page_of(self, shown: Batch, asked: str) -> queries.FindingsPage:
        """The findings of a page; those of the last one when there are not so many."""
        number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else 1
        listed = self._slice(shown, number)
        last = max(1, -(-listed.total // PER_PAGE))
        return listed if 1 <= number <= last else self._slice(shown, min(max(1, number), last))

    def _slice(self, shown: Batch, number: int) -> queries.FindingsPage:
        return queries.findings(
            shown,
            severity=self.severity,
            code=self.code,
            line=self.line,
            first=max(0, number - 1) * PER_PAGE,
            count=PER_PAGE,
        )


@require_safe
@holder_required
def progress(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    """The part of the page that HTMX asks for again and again; at the end the page is loaded anew."""
    shown = batch_or_404(request, batch_id)
    if not queries.is_running(shown):
        return HttpResponseClientRefresh()
    return render(request, "batches/progress.html", _advance(shown))
