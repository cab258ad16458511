"""A draft: what it still lacks, its documents one by one, and the submission."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.cases import actions as cases
from afilia.cases.actions import HasOneError, IncompleteError, RefusedError
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.cases.rules.moves import State
from afilia.intake import actions, sessions
from afilia.intake.actions import LimitError
from afilia.intake.forms import TOO_MUCH, RequestForm
from afilia.intake.views.common import PAGE, attach, private


@private
@require_http_methods(PAGE)
def overview(request: HttpRequest, key: UUID) -> HttpResponse:
    """All that a draft has and lacks; a POST takes a document out, or sends the link again."""
    case = sessions.draft_or_404(request, key)
    if case.state != State.DRAFT:
        return redirect("intake:case", case.number)
    if request.method == "POST":
        return _change(request, case)
    page = {
        "case": case,
        "procedure": facts.procedure(case),
        "slots": facts.slots(case),
        "ends_at": facts.draft_ends_at(case),
        "is_complete": bool(case.message) and not facts.missing(case),
    }
    return render(request, "intake/draft.html", page)


@private
@require_http_methods(PAGE)
def request_text(request: HttpRequest, key: UUID) -> HttpResponse:
    case = sessions.draft_or_404(request, key)
    form = RequestForm(request.POST or None, initial={"province": case.province, "message": case.message})
    if form.is_valid():
        try:
            cases.write(case_id=case.pk, **form.cleaned_data)
        except RefusedError:  # submitted meanwhile, in another tab
            return redirect("intake:draft", case.key)
        return redirect("intake:draft", case.key)
    page = {"form": form, "case": case}
    return render(request, "intake/request.html", page, status=422 if form.is_bound else 200)


@private
@require_http_methods(PAGE)
def document(request: HttpRequest, key: UUID, slot: str) -> HttpResponse:
    case = sessions.draft_or_404(request, key)
    back = reverse("intake:draft", args=[case.key])
    if case.state != State.DRAFT:
        return redirect(back)
    return attach(request, case, slot, back=back)


@private
@require_http_methods(PAGE)
def submit(request: HttpRequest, key: UUID) -> HttpResponse:
    """The last look, and the button; sent twice, the case is submitted once."""
    case = sessions.draft_or_404(request, key)
    if case.state != State.DRAFT:
        return redirect("intake:case", case.number)
    if case.message and request.method == "POST":
        return _submit(request, case)
    if not case.message or facts.missing(case):
        messages.error(request, gettext("Todavía falta algo para enviar el trámite. Lo demás está guardado."))
        return redirect("intake:draft", case.key)
    page = {"case": case, "procedure": facts.procedure(case), "slots": facts.slots(case)}
    return render(request, "intake/submit.html", page)


@private
@require_http_methods(PAGE)
def discard(request: HttpRequest, key: UUID) -> HttpResponse:
    case = sessions.draft_or_404(request, key)
    if case.state != State.DRAFT:
        return redirect("intake:case", case.number)
    if request.method == "POST":
        if not cases.discard_draft(case_id=case.pk, now=timezone.now()):  # submitted meanwhile
            return redirect("intake:draft", case.key)
        messages.success(request, gettext("El borrador y sus documentos se borraron."))
        return redirect("intake:start")
    return render(request, "intake/discard.html", {"case": case})


def _submit(request: HttpRequest, case: Case) -> HttpResponse:
    try:
        submitted = cases.submit(case_id=case.pk, now=timezone.now())
    except IncompleteError:
        messages.error(request, gettext("Falta un documento. Lo demás está guardado."))
        return redirect("intake:draft", case.key)
    except HasOneError as other:
        return render(request, "intake/has_one.html", {"number": other.number, "case": case}, status=409)
    return redirect("intake:case", submitted.number)


def _change(request: HttpRequest, case: Case) -> HttpResponse:
    now = timezone.now()
    try:
        if slot := request.POST.get("take-out"):
            cases.take_out(case_id=case.pk, slot=slot, now=now)
        elif request.POST.get("do") == "send-link":
            actions.send_link(case=case, now=now)
            messages.success(request, gettext("Enviamos otro enlace al correo del empleador."))
    except LimitError:
        messages.error(request, str(TOO_MUCH))
    except RefusedError:  # submitted meanwhile, in another tab
        return redirect("intake:draft", case.key)
    return redirect("intake:draft", case.key)
