"""«Aviso de entrada y salida»: one novedad for one worker, step by step."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from afilia.access.decorators import HolderRequest, asks_itself, holder_required
from afilia.access.queries import Holder
from afilia.employers.models import Employer, EmployerKind
from afilia.novedades import actions, notices, queries, single
from afilia.novedades.actions import BlockedError, Filer, NotInForceError, RefusedError, Replacing, Step
from afilia.novedades.catalogue import day_terms, notice_form
from afilia.novedades.models import Filing, Novedad
from afilia.novedades.notices import NoticeForm, ReasonForm
from afilia.novedades.reader import language
from afilia.novedades.rules.acts import ACTS, HISTORY
from afilia.novedades.rules.layouts import Context, Effect, Layout
from afilia.novedades.rules.marks import Severity
from afilia.novedades.rules.plan import Outcome
from afilia.workers.models import Employment

REFUSED = 422
CONFLICT = 409
LATEST = 10  # notices on the first page
ICONS = {
    Effect.ENTRY: "people",
    Effect.EXIT: "people",
    Effect.PAY: "seal",
    Effect.EXTRA: "seal",
    Effect.RESERVE: "building",
    Effect.ARREARS: "calendar",
    Effect.ABSENCE: "calendar",
}
FILE, MEND = "registrar", "cambiar"  # what the buttons of the second step ask for


def context_today() -> Context:
    made: Context = settings.POLICY.context(timezone.localdate())
    return made


def filer_of(holder: Holder) -> Filer:
    return Filer(
        employer=holder.employer, branches=holder.branches, by_number=holder.number, actor=holder.actor
    )


@require_safe
@holder_required
def index(request: HolderRequest) -> HttpResponse:
    layouts = [
        {
            "type": layout.type,
            "name": layout.name[language()],
            "summary": layout.summary[language()],
            "icon": ICONS[layout.effect],
            "may": request.holder.may(ACTS[layout.effect]),
        }
        for layout in context_today().catalogue.layouts.values()
        if layout.effect in HISTORY and not layout.retired
    ]
    latest = queries.filed_by_form(request.holder.employer, allowed=request.holder.branches)[:LATEST]
    return render(request, "novedades/notices.html", {"layouts": layouts, "latest": latest})


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the two steps of a form are about."""

    title: str
    layout: Layout
    old: Novedad | None = None  # that is corrected


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def notice(request: HolderRequest, novedad: str) -> HttpResponse:
    layout = _layout_or_404(request, novedad)
    usual = queries.last_entry_details(request.holder.employer) if layout.effect is Effect.ENTRY else {}
    names = notice_form(novedad).get("rare", ())
    initial = {name: usual[name] for name in (*names, "actividad_sectorial") if usual.get(name)}
    asked = {name: request.GET[name] for name in ("identificacion", "sucursal") if name in request.GET}
    if employment := _employment_of(request):
        asked = {
            "identificacion": queries.number_of(employment),
            "sucursal": employment.branch.number,
        }
    page = Page(title=layout.name[language()], layout=layout)
    return _notice(request, page, initial={**_guessed(layout, request.holder.employer), **initial, **asked})


def _guessed(layout: Layout, employer: Employer) -> dict[str, str]:
    """What a form that is opened today is mostly about: this month; in a household the basic salary."""
    today, plan = timezone.localdate(), notice_form(layout.type)
    month = f"{today:%Y-%m}"
    guessed = {"mes": month, "periodo_desde": month, "periodo_hasta": month}
    if layout.effect is Effect.RESERVE:
        guessed["meses"] = "1"
    guessed |= {name: today.isoformat() for name in plan.get("mostly_today", ())}
    if layout.effect is Effect.ENTRY and employer.kind == EmployerKind.DOMESTIC and (sbu := _sbu()):
        guessed |= {name: str(sbu) for name in plan.get("pay", ())}
    return guessed


def _sbu() -> int | None:
    """The basic salary of this year, US$ a month, where it is known yet."""
    context = context_today()
    return context.catalogue.sbu.get(context.today.year)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def correct(request: HolderRequest, filing_id: int, line: int) -> HttpResponse:
    old = _novedad_or_404(request, filing_id, line)
    layout = _layout_or_404(request, old.kind)
    if request.method != "POST" and not queries.is_in_force(old):
        return render(request, "novedades/not_in_force.html", {"old": old}, status=CONFLICT)
    number = queries.number_of(old.employment)
    title = gettext("Corregir: %(novedad)s") % {"novedad": layout.name[language()].lower()}
    page = Page(title=title, layout=layout, old=old)
    return _notice(request, page, initial=notices.typed_again(old, layout, number=number))


def _notice(request: HolderRequest, page: Page, *, initial: Mapping[str, str]) -> HttpResponse:
    form = NoticeForm(
        request.POST if request.method == "POST" else None,
        layout=page.layout,
        branches=queries.branches(request.holder.employer, allowed=request.holder.branches),
        language=language(),
        today=timezone.localdate(),
        sbu=_sbu(),
        initial=initial,
        fixed=frozenset({"identificacion"}) if page.old else frozenset(),
    )
    step = request.POST.get("paso", "")
    if request.method != "POST" or step == MEND or not form.is_valid():
        return _form(request, page, form, bare=step == MEND)
    reason = ReasonForm(request.POST if step == FILE else None, act="correct", language=language())
    filer, now = filer_of(request.holder), timezone.now()
    if page.old and notices.is_about_another(form, initial):
        return _replace(request, page, page.old, form, reason)
    judged: single.Judged
    if step == FILE:
        meant = reason.is_valid()
        given = reason.cleaned_data if meant else {}
        try:
            filing = actions.file_one(
                employer=filer.employer,
                allowed=filer.branches,
                by_number=filer.by_number,
                actor=filer.actor,
                novedad=page.layout.type,
                values=form.values(),
                filed_at=now,
                corrections_meant=meant,
                token=form.sent_token,
                reason=given.get("motivo", ""),
                explanation=given.get("explicacion", ""),
            )
        except RefusedError as refused:
            judged = refused.judged
        else:
            return _to(request, filing, new=filing.filed_at == now)
    else:
        judged = single.judge_one(
            employer=filer.employer,
            allowed=filer.branches,
            novedad=page.layout.type,
            values=form.values(),
            context=context_today(),
        )
    if judged.errors or judged.outcome is Outcome.UNCHANGED:
        form.refuse(judged.errors or judged.findings)
        return _form(request, page, form)
    return _check(request, page.title, form, [judged], reason=reason)


def _replace(
    request: HolderRequest, page: Page, old: Novedad, form: NoticeForm, reason: ReasonForm
) -> HttpResponse:
    """A correction of what the novedad is about: the old one is annulled, and this one takes its place."""
    filer, now = filer_of(request.holder), timezone.now()
    what = Replacing(filing_id=old.filing_id, line=old.line, values=form.values())
    try:
        if reason.is_valid():
            filing = actions.replace_one(
                filer=filer,
                what=what,
                filed_at=now,
                token=form.sent_token,
                reason=reason.cleaned_data["motivo"],
                explanation=reason.cleaned_data["explicacion"],
            )
            return _to(request, filing, new=filing.filed_at == now)
        judged = actions.judge_replacing(filer=filer, what=what, now=now)
    except RefusedError as refused:
        judged = [refused.judged]
    except NotInForceError:
        return render(request, "novedades/not_in_force.html", {"old": old}, status=CONFLICT)
    except BlockedError:
        return redirect("novedades:novedad-annul", old.filing_id, old.line)  # it says by what
    if judged[-1].outcome is not Outcome.NEW:
        form.refuse(judged[-1].errors or judged[-1].findings)
        return _form(request, page, form)
    return _check(request, page.title, form, judged, reason=reason, replaced=old)


@require_http_methods(["GET", "HEAD", "POST"])
@asks_itself
def change(request: HolderRequest) -> HttpResponse:
    """To another branch, post or relation: an exit the day before and an entry, under one receipt."""
    context = context_today()
    entry = next(one for one in context.catalogue.layouts.values() if one.effect is Effect.ENTRY)
    request.holder.need(ACTS[entry.effect])
    holder = request.holder
    title = gettext("Cambio de sucursal o de condiciones de trabajo")
    employment = _employment_of(request)
    page = Page(title=title, layout=entry)
    if employment is None:
        return redirect("novedades:workers")
    old = queries.entry_of(employment)
    number = queries.number_of(employment)
    initial = notices.typed_again(old, entry, number=number) if old else {"identificacion": number}
    initial.pop("fecha_ingreso", None)
    form = NoticeForm(
        request.POST if request.method == "POST" else None,
        layout=entry,
        branches=queries.branches(holder.employer, allowed=holder.branches),
        language=language(),
        today=timezone.localdate(),
        sbu=_sbu(),
        initial=initial,
        fixed=frozenset({"identificacion"}),
    )
    step = request.POST.get("paso", "")
    if request.method != "POST" or step == MEND or not form.is_valid():
        return _form(request, page, form, bare=step == MEND, employment=employment)
    steps = _change(employment, number=number, values=form.values())
    filer, now = filer_of(holder), timezone.now()
    if step == FILE:
        try:
            filing = actions.file_together(
                filer=filer, steps=steps, filed_at=now, token=form.sent_token, reason="cambio"
            )
        except RefusedError as refused:
            judged = [refused.judged]
        else:
            return _to(request, filing, new=filing.filed_at == now)
    else:
        judged = actions.judge_together(filer=filer, steps=steps, now=now)
    if judged[-1].outcome is not Outcome.NEW:
        form.refuse(judged[-1].errors or judged[-1].findings)
        return _form(request, page, form, employment=employment)
    return _check(request, title, form, judged)


def _change(employment: Employment, *, number: str, values: dict[str, str]) -> list[Step]:
    day = date(
        int(values["fecha_ingreso"][:4]), int(values["fecha_ingreso"][4:6]), int(values["fecha_ingreso"][6:])
    )
    last = day - timedelta(days=1)
    leaving = {
        "identificacion": number,
        "sucursal": employment.branch.number,
        "anio": f"{last:%Y}",
        "mes": f"{last:%m}",
        "fecha_salida": f"{last:%Y%m%d}",
        "causa": notice_form("change")["causa"],
        "fecha_fallecimiento": "00000000",
    }
    entering = {**values, "identificacion": number}
    return [Step(novedad="SAL", values=leaving), Step(novedad="ENT", values=entering)]


def _employment_of(request: HolderRequest) -> Employment | None:
    """The employment that the address names, when it is active and for these eyes."""
    wanted = request.GET.get("relacion", "")
    if not wanted.isdigit():
        return None
    found = queries.active_employment(
        request.holder.employer, pk=int(wanted), on=timezone.localdate(), allowed=request.holder.branches
    )
    if found is None:
        raise Http404
    return found


def _form(
    request: HolderRequest,
    page: Page,
    form: NoticeForm,
    *,
    bare: bool = False,
    employment: Employment | None = None,
) -> HttpResponse:
    """The first step; `bare` when the reader came back to change what was right."""
    failed = form.is_bound and not bare
    if bare:
        form.errors.clear()
    context = {"page": page, "form": form, "employment": employment}
    return render(request, "novedades/notice.html", context, status=REFUSED if failed else 200)


def _check(
    request: HolderRequest,
    title: str,
    form: NoticeForm,
    judged: list[single.Judged],
    *,
    reason: ReasonForm | None = None,
    replaced: Novedad | None = None,
) -> HttpResponse:
    """The second step: what would be registered, when it was due, and what it changes."""
    chosen, context = language(), context_today()
    counted = day_terms()["working" if context.working_days else "calendar"][chosen]
    correcting = replaced is not None or judged[-1].outcome is Outcome.CORRECTION
    page = {
        "title": title,
        "form": form,
        "rows": [row for row in _rows(form) if row[1]],
        "parts": [
            {
                "judged": one,
                "name": one.layout.name[chosen],
                "rule": context.catalogue.deadlines.get(one.layout.type),
                "warnings": [
                    notices.said(found, chosen)
                    for found in one.findings
                    if found.severity is Severity.WARNING and found.code != "novedad.correction"
                ],
            }
            for one in judged
        ],
        "counted": counted,
        "first_filed_on": queries.first_filed_on(replaced) if replaced else None,
        "before": _active(request) if replaced else judged[0].active_before,
        "after": judged[-1].active_after,
        "worker": queries.names_of(judged[0].employment_id) if judged[0].employment_id else "",
        "reason": reason if correcting else None,
        "undo_minutes": int(settings.POLICY.undo_within.total_seconds() // 60),
    }
    failed = correcting and reason is not None and reason.is_bound
    return render(request, "novedades/notice_check.html", page, status=REFUSED if failed else 200)


def _active(request: HolderRequest) -> int:
    holder = request.holder
    return queries.active_employments(holder.employer, on=timezone.localdate(), allowed=holder.branches)


def _rows(form: NoticeForm) -> list[tuple[str, str]]:
    """What was typed, in words: label and value."""
    rows = []
    for bound in form:
        if bound.name == "token" or bound.name.endswith(notices.OTHER):
            continue
        value = form.cleaned_data.get(bound.name)
        if value == notices.OTHER:
            value = form.cleaned_data[f"{bound.name}{notices.OTHER}"]
        rows.append((str(bound.label), notices.in_words(bound, value, amounts=form.amounts)))
    return rows


def _to(request: HolderRequest, filing: Filing, *, new: bool) -> HttpResponse:
    if not new:
        text = gettext("Este aviso ya estaba registrado; no se registró dos veces. Este es su comprobante.")
        messages.info(request, text)
    return redirect("novedades:filing", filing.pk)


def _layout_or_404(request: HolderRequest, novedad: str) -> Layout:
    layout = context_today().catalogue.layouts.get(novedad)
    if layout is None or layout.effect not in HISTORY:
        raise Http404
    request.holder.need(ACTS[layout.effect])
    return layout


def _novedad_or_404(request: HolderRequest, filing_id: int, line: int) -> Novedad:
    try:
        return queries.novedad(
            request.holder.employer, filing_id=filing_id, line=line, allowed=request.holder.branches
        )
    except Novedad.DoesNotExist:
        raise Http404 from None
