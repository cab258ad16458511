from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import date as date_words
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRefresh

from afilia.access.decorators import HolderRequest, holder_required
from afilia.access.queries import Holder
from afilia.batches import actions, mending, queries, report
from afilia.batches.actions import Sender, UploadRefusal, UploadRefusedError
from afilia.batches.forms import (
    MODES,
    SEVERITIES,
    STATES,
    ConfirmForm,
    HistoryForm,
    UploadForm,
    kept_name,
    upload_refusal_text,
)
from afilia.batches.models import Batch
from afilia.batches.progress import written
from afilia.batches.rules import Mode, Refusal, State
from afilia.batches.uploads import found_no_room
from afilia.novedades.reader import language
from afilia.novedades.rules.layouts import Catalogue
from afilia.novedades.rules.marks import Severity

PATIENCE = 0.7  # seconds that a page waits for a job that is about to end
LATEST = 5  # batches on the first page
PER_PAGE = 25
REFUSED = 422
CHUNK = 1024 * 1024  # bytes


@require_safe
@holder_required
def index(request: HolderRequest) -> HttpResponse:
    latest = queries.history(request.holder)[:LATEST]
    return render(request, "batches/index.html", {"rows": _rows(latest)})


@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
def upload(request: HolderRequest) -> HttpResponse:
    form = UploadForm(
        request.POST or None,
        request.FILES or None,
        catalogue=_catalogue(),
        language=language(),
        max_megabytes=_max_megabytes(),
        initial={"novedad": request.GET.get("tipo", "")},
    )
    if found_no_room(request):
        form.refuse(UploadRefusal.DISK_FULL)
    elif request.method == "POST" and form.is_valid():
        now = timezone.now()
        try:
            batch = actions.receive(
                sender=sender_of(request.holder),
                novedad=form.cleaned_data["novedad"],
                file_name=kept_name(form.upload.name or ""),
                chunks=form.path,
                now=now,
            )
        except UploadRefusedError as refused:
            form.refuse(refused.reason)
        else:
            return _lead_to(request, batch, now)
    status = REFUSED if form.is_bound else 200
    return render(request, "batches/upload.html", {"form": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
def batch(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    """One address for the whole life of a batch; each state has its page, and the plan can be confirmed."""
    if request.method == "POST":
        shown = batch_or_404(request, batch_id)
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
    if request.POST.get("novedad") == report.other_type(shown):
        with queries.open_upload(shown) as sent:
            actions.receive(
                sender=sender_of(request.holder),
                novedad=report.other_type(shown),
                file_name=shown.file_name,
                chunks=iter(lambda: sent.read(CHUNK), b""),
                now=timezone.now(),
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
    page = {**_advance(shown), "layout_name": _layout_name(shown)}
    return render(request, "batches/running.html", page)


def _advance(shown: Batch) -> dict[str, object]:
    percent, lines = queries.progress(shown)
    if shown.state == State.CONFIRMED:
        lines = written(shown)
        percent = 100 * lines // max(1, _to_register(shown))
    return {"batch": shown, "percent": percent, "lines": lines, "stopped": queries.is_stopped(shown)}


def _to_register(shown: Batch) -> int:
    return queries.counts(shown).to_register(corrections_meant=shown.corrections_meant)


def _refused(request: HolderRequest, shown: Batch) -> HttpResponse:
    page = {
        "batch": shown,
        "layout_name": _layout_name(shown),
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
        "layout_name": _layout_name(shown),
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
        "children": _rows(queries.mended_from(request.holder, shown)),
        "layout_name": _layout_name(shown),
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


@require_http_methods(["GET", "HEAD", "POST"])
@holder_required
def mend(request: HolderRequest, batch_id: UUID) -> HttpResponse:
    shown = batch_or_404(request, batch_id)
    layout = report.layout_of(shown)
    if layout is None:
        raise Http404
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
            grid.refuse(upload_refusal_text(refused.reason, max_megabytes=_max_megabytes()))
        else:
            return _lead_to(request, mended, now)
    return _mending(request, shown, grid)


def _mending(request: HolderRequest, shown: Batch, grid: mending.Grid) -> HttpResponse:
    page = {"batch": shown, "form": grid, "layout_name": _layout_name(shown)}
    return render(request, "batches/mend.html", page, status=REFUSED if grid.errors else 200)


@require_safe
@holder_required
def history(request: HolderRequest) -> HttpResponse:
    form = HistoryForm(request.GET, catalogue=_catalogue(), language=language())
    found = queries.history(request.holder, **form.wanted())
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "batches/history.html", {"form": form, "rows": _rows(page), "page": page})


def batch_or_404(request: HolderRequest, batch_id: UUID, *, within: float = 0.0) -> Batch:
    """The batch, when these eyes may see it; a running job has `within` seconds to come to its end."""
    try:
        return queries.get_soon(request.holder, batch_id, within=within)
    except Batch.DoesNotExist:
        raise Http404 from None


def _lead_to(request: HolderRequest, batch: Batch, now: datetime) -> HttpResponse:
    """To the page of a batch sent at `now`, with a word when the same bytes had been sent before."""
    if batch.state == State.REGISTERED:
        text = gettext(
            "Este archivo ya fue registrado el %(at)s; no se registró dos veces. Este es su comprobante."
        )
        messages.info(request, text % {"at": _moment(batch.registered_at)})
    elif batch.state == State.CONFIRMED:
        messages.info(request, gettext("Este archivo ya está confirmado y se está registrando."))
    elif batch.received_at < now:
        text = gettext(
            "Este archivo ya se había enviado el %(at)s, con la identificación %(by)s. Lo revisamos otra vez."
        )
        messages.info(request, text % {"at": _moment(batch.received_at), "by": batch.by_number})
    return redirect("batches:batch", batch.id)


def _moment(at: datetime | None) -> str:
    return date_words(timezone.localtime(at), "DATETIME_FORMAT")


def _rows(batches: Iterable[Batch]) -> list[dict[str, object]]:
    """Batches with their state in words, as the tables show them."""
    return [
        {"batch": shown, "state": STATES[State(shown.state)], "tag": TAGS[State(shown.state)]}
        for shown in batches
    ]


TAGS = {
    State.RECEIVED: "info",
    State.REFUSED: "error",
    State.PLANNED: "warning",
    State.CONFIRMED: "info",
    State.REGISTERED: "success",
    State.DISCARDED: "neutral",
}


def _layout_name(batch: Batch) -> str:
    layout = report.layout_of(batch)
    return f"{layout.type} – {layout.name[language()]}" if layout else batch.novedad


def _catalogue() -> Catalogue:
    return settings.POLICY.context(timezone.localdate()).catalogue


def _max_megabytes() -> int:
    return settings.POLICY.max_bytes // 1024 // 1024


def sender_of(holder: Holder) -> Sender:
    return Sender(
        employer=holder.employer,
        by_number=holder.number,
        key_id=holder.key_id,
        branches=holder.branches,
    )
