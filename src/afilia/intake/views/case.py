"""A case that was submitted, as its applicant follows it."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.cases import actions as cases
from afilia.cases.actions import IncompleteError, RefusedError
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.cases.rules.moves import ENDED, Move, Party, State
from afilia.documents import queries as documents
from afilia.intake import actions, sessions
from afilia.intake.actions import LimitError
from afilia.intake.forms import TOO_MUCH, FollowForm, TextForm, WithdrawForm
from afilia.intake.views.common import PAGE, attach, private
from afilia.kit.proxies import client_address
from afilia.verification import proof
from afilia.verification.rules import Pass


@private
@require_http_methods(PAGE)
def follow(request: HttpRequest) -> HttpResponse:
    form = FollowForm(request.POST or None)
    page: dict[str, object] = {"form": form}
    if not form.is_valid():
        return render(request, "intake/follow.html", page, status=422 if form.is_bound else 200)
    now, address = timezone.now(), client_address(request)
    found = actions.follow(**form.cleaned_data, address=address, now=now)
    if isinstance(found, Case):
        sessions.open_case(request, found)
        return redirect("intake:case", found.number)
    if found is None:
        form.refuse_unknown()
        return render(request, "intake/follow.html", page, status=422)
    if found is Pass.CLOSED:
        form.refuse_for_now()
    else:
        form.refuse_for_proof()
        page["asked"] = proof.ask(
            purpose="follow", held=form.cleaned_data["ticket"], address=address, now=now
        )
    return render(request, "intake/follow.html", page, status=429)


@private
@require_safe
def overview(request: HttpRequest, number: str) -> HttpResponse:
    return _page(request, sessions.case_or_404(request, number), TextForm())


@private
@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponseBase:
    case = sessions.case_or_404(request, number)
    document = cases.issue_receipt(case_id=case.pk)
    return FileResponse(
        documents.open_document(document),
        as_attachment=True,
        filename=f"recepcion-{number}.pdf",
        content_type="application/pdf",
    )


@private
@require_http_methods(PAGE)
def document(request: HttpRequest, number: str, slot: str) -> HttpResponse:
    """The page of a document that was asked for again; the others are closed."""
    case = sessions.case_or_404(request, number)
    if case.state != State.CORRECTION_ASKED or slot not in facts.open_corrections(case):
        raise Http404
    return attach(request, case, slot, back=reverse("intake:case", args=[number]))


@private
@require_POST
def correct(request: HttpRequest, number: str) -> HttpResponse:
    case = sessions.case_or_404(request, number)
    try:
        cases.correct(case_id=case.pk, now=timezone.now())
    except IncompleteError:
        messages.error(request, gettext("Todavía falta un documento por corregir. Lo demás está guardado."))
    except RefusedError:  # decided or withdrawn meanwhile
        messages.error(request, gettext("El trámite cambió de estado: ya no espera correcciones."))
    else:
        messages.success(
            request, gettext("Enviamos sus correcciones. El plazo de la respuesta corre otra vez.")
        )
    return redirect("intake:case", number)


@private
@require_POST
def message(request: HttpRequest, number: str) -> HttpResponse:
    case = sessions.case_or_404(request, number)
    form = TextForm(request.POST)
    if not form.is_valid():
        return _page(request, case, form, status=422)
    try:
        actions.write(case=case, text=form.cleaned_data["text"], now=timezone.now())
    except LimitError:
        form.add_error("text", str(TOO_MUCH))
        return _page(request, case, form, status=429)
    except RefusedError:  # it ended meanwhile
        messages.error(request, gettext("El trámite terminó: ya no recibe mensajes."))
    else:
        messages.success(request, gettext("Su mensaje está enviado."))
    return redirect("intake:case", number)


@private
@require_http_methods(PAGE)
def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    case = sessions.case_or_404(request, number)
    if not facts.may(case, Move.WITHDRAW, Party.APPLICANT):
        return redirect("intake:case", number)
    form = WithdrawForm(request.POST or None)
    if not form.is_valid():
        page = {"form": form, "case": case}
        return render(request, "intake/withdraw.html", page, status=422 if form.is_bound else 200)
    if form.cleaned_data["answer"] == "yes":
        try:
            cases.withdraw(case_id=case.pk, now=timezone.now())
        except RefusedError:  # decided meanwhile
            messages.error(request, gettext("El trámite ya se decidió: no se puede retirar."))
    return redirect("intake:case", number)


def _page(request: HttpRequest, case: Case, form: TextForm, *, status: int = 200) -> HttpResponse:
    slots = facts.slots(case)
    asked = [slot for slot in slots if slot.is_open]
    page = {
        "case": case,
        "code": facts.code_of(case),
        "procedure": facts.procedure(case),
        "unit": facts.unit_name(case),
        "why_here": facts.why_here(case),
        "slots": slots,
        "asked": asked,
        "is_corrected": all(slot.is_done for slot in asked),
        "correct_by": facts.correction_due_on(case),
        "moves": case.moves.all(),
        "messages_of_case": case.messages.all(),
        "may_write": case.state not in ENDED,
        "may_withdraw": facts.may(case, Move.WITHDRAW, Party.APPLICANT),
        "form": form,
    }
    return render(request, "intake/case.html", page, status=status)
