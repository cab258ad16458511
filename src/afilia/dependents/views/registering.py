"""The forms: new, correct, end, renew. Each is written, looked at, and saved."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.access.decorators import HolderRequest, act_required
from afilia.access.rules.acts import Act
from afilia.dependents import actions, planning, words
from afilia.dependents.actions import Outdated, RefusedError
from afilia.dependents.forms import CorrectionForm, DependentForm, EndForm, RenewalForm
from afilia.dependents.models import Dependent
from afilia.dependents.queries import Worker
from afilia.dependents.views.pages import REFUSED, dependent_or_404, worker_or_404
from afilia.novedades.rules.plan import Outcome


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(Act.DEPENDENTS)
def add(request: HolderRequest, person_id: int) -> HttpResponse:
    worker = worker_or_404(request, person_id)
    start = {"fecha_desde": timezone.localdate(), "correo": worker.email}
    form = DependentForm(request.POST or None, initial=start)
    return _step(request, worker, form, None, title=gettext("Registrar un dependiente"))


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(Act.DEPENDENTS)
def correct(request: HolderRequest, pk: int) -> HttpResponse:
    shown = dependent_or_404(request, pk)
    form = _form(CorrectionForm, request, shown, names=shown.filed["nombres"])
    worker = worker_or_404(request, shown.worker_id)
    return _step(request, worker, form, shown, title=gettext("Corregir un dependiente"))


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(Act.DEPENDENTS)
def end(request: HolderRequest, pk: int) -> HttpResponse:
    shown = dependent_or_404(request, pk)
    worker = worker_or_404(request, shown.worker_id)
    form = _form(EndForm, request, shown, fecha_hasta=timezone.localdate())
    return _step(request, worker, form, shown, title=gettext("Terminar el registro de un dependiente"))


@require_http_methods(["GET", "HEAD", "POST"])
@act_required(Act.DEPENDENTS)
def renew(request: HolderRequest, pk: int) -> HttpResponse:
    shown = dependent_or_404(request, pk)
    worker = worker_or_404(request, shown.worker_id)
    form = _form(RenewalForm, request, shown, fecha_hasta=None)
    return _step(request, worker, form, shown, title=gettext("Renovar el registro de un dependiente"))


def _form(kind: type[DependentForm], request: HolderRequest, shown: Dependent, **start: Any) -> DependentForm:
    initial = {**shown.filed, "discapacidad": int(shown.filed["discapacidad"]) or None, **start}
    return kind(request.POST or None, filed=shown.filed, initial=initial | {"revision": shown.revision})


def _step(
    request: HolderRequest, worker: Worker, form: DependentForm, shown: Dependent | None, *, title: str
) -> HttpResponse:
    """Show the form, its consequences, or where it led."""
    page: dict[str, Any] = {"worker": worker, "form": form, "dependent": shown, "title": title}
    page["hints"] = words.relationship_hints(timezone.localdate())
    if request.method != "POST" or request.POST.get("paso") == "cambiar":
        form.is_valid()
        return render(request, "dependents/form.html", page)
    if form.is_valid():
        save = request.POST.get("paso") == "guardar"
        done = _save(request, worker, form, shown) if save else _look(request, worker, form, shown, page)
        if done is not None:
            return done
    return render(request, "dependents/form.html", page, status=REFUSED)


def _look(
    request: HolderRequest, worker: Worker, form: DependentForm, shown: Dependent | None, page: dict[str, Any]
) -> HttpResponse | None:
    """The page that says what would be registered; None when something has to be corrected first."""
    today = timezone.localdate()
    _planned, verdict = planning.one(
        form.line(worker, request.holder.employer, today=today),
        employer=request.holder.employer,
        allowed=request.holder.branches,
        context=settings.POLICY.context(today),
    ).judge()
    if verdict.line is None or verdict.errors.height:
        form.refuse(verdict.errors)
        return None
    line = verdict.line
    if line["outcome"] == Outcome.UNCHANGED:
        return _on_record(request, line["dependent_id"])
    if shown is None and line["dependent_id"] is not None:
        form.refuse_known()
        return None
    page |= {
        "line": line,
        "relationship": words.meaning("parentesco", line["relationship"]),
        "document": words.meaning("documento", line["document"]),
        "contribution": words.contribution(line["relationship"], today),
        "by_age": line["until_on"] is not None and line["until_on"] == line["limit_on"],
        "warnings": form.told(verdict.warnings),
    }
    return render(request, "dependents/check.html", page)


def _save(
    request: HolderRequest, worker: Worker, form: DependentForm, shown: Dependent | None
) -> HttpResponse | None:
    now, holder = timezone.now(), request.holder
    try:
        filing = actions.file_one(
            employer=holder.employer,
            allowed=holder.branches,
            by_number=holder.number,
            actor=holder.actor,
            values=form.line(worker, holder.employer, today=timezone.localdate(now)),
            seen_revision=form.cleaned_data["revision"] if shown else None,
            worker_email=form.cleaned_data.get("correo", ""),
            now=now,
        )
    except RefusedError as refused:
        form.refuse(refused.findings)
        return None
    except Outdated:
        form.add_error(
            None,
            gettext(
                "Este registro cambió mientras usted lo llenaba. No se guardó nada. Mire cómo consta ahora y"
                " vuelva a empezar."
            ),
        )
        return None
    if filing is None:
        messages.info(request, gettext("Esto mismo ya constaba; no se registró dos veces."))
        return redirect("dependents:worker", worker.person.pk)
    return redirect("dependents:filing", filing.pk)


def _on_record(request: HolderRequest, dependent_id: int) -> HttpResponse:
    messages.info(request, gettext("Esto mismo ya constaba; no se registró dos veces."))
    return redirect("dependents:dependent", dependent_id)
