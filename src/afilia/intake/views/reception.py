"""The door of the virtual desk: what it is for, and the code that opens a draft."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.cases.models import Case
from afilia.cases.queries import applicant
from afilia.cases.rules.moves import State
from afilia.intake import actions, sessions
from afilia.intake.forms import TOO_MUCH, ReceptionForm
from afilia.intake.queries import PURPOSE
from afilia.intake.views.common import PAGE, private
from afilia.kit.proxies import client_address
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel
from afilia.verification import proof
from afilia.verification import queries as verification
from afilia.verification.forms import CodeForm
from afilia.verification.models import Attempt
from afilia.verification.rules import Pass


@private
@require_http_methods(PAGE)
def start(request: HttpRequest) -> HttpResponse:
    """The door; a POST closes what this browser has open."""
    if request.method == "POST":
        sessions.close_all(request)
        messages.success(request, gettext("Los cerramos en este navegador. Siguen guardados."))
        return redirect("intake:start")
    page = {"procedures": load().on(Channel.VIRTUAL), "cases": sessions.cases(request)}
    return render(request, "intake/start.html", page)


@private
@require_http_methods(PAGE)
def receive(request: HttpRequest) -> HttpResponse:
    form = ReceptionForm(
        request.POST or None,
        procedures=load().on(Channel.VIRTUAL),
        initial={"number": request.GET.get("solicitud", "")},
    )
    page: dict[str, object] = {"form": form}
    if not form.is_valid():
        return render(request, "intake/reception.html", page, status=422 if form.is_bound else 200)
    now, address = timezone.now(), client_address(request)
    asked = actions.ask(**form.cleaned_data, address=address, now=now)
    if isinstance(asked, Attempt):
        sessions.remember_attempt(request, asked.pk)
        return redirect("intake:code", asked.pk)
    if asked is Pass.CLOSED:
        form.add_error(None, str(TOO_MUCH))
        return render(request, "intake/reception.html", page, status=429)
    form.refuse_for_proof()
    page["asked"] = proof.ask(purpose=PURPOSE, held=form.cleaned_data["ticket"], address=address, now=now)
    return render(request, "intake/reception.html", page, status=429)


@private
@require_http_methods(PAGE)
def code(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    attempt = verification.attempt(attempt_id, purpose=PURPOSE)
    if attempt is None or not sessions.has_attempt(request, attempt_id):
        raise Http404
    now = timezone.now()
    form = CodeForm(request.POST or None)
    if request.POST.get("do") == "send":
        refusal = actions.send_again(attempt=attempt, now=now)
        form = CodeForm({"code": ""} if refusal else None)
        if refusal:
            form.full_clean()
            form.errors.clear()
            form.refuse_sending(refusal)
    elif form.is_valid():
        opened = actions.prove(attempt=attempt, typed=form.cleaned_data["code"], now=now)
        if isinstance(opened, Case):
            return _lead_to(request, opened)
        form.refuse(opened, is_last=not verification.codes_left(attempt))
    page = {
        "form": form,
        "seconds": verification.seconds_left(attempt, now=now),
        "delivery": verification.delivery_state_for_strangers(attempt, now=now),
    }
    return render(request, "intake/code.html", page, status=422 if form.is_bound else 200)


@private
@require_http_methods(PAGE)
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The link in a mail: visited, it shows what it opens; the button opens it."""
    case = applicant.draft_of_link(token)
    if case and request.method == "POST":
        return _lead_to(request, case)
    return render(request, "intake/link.html", {"case": case}, status=200 if case else 404)


def _lead_to(request: HttpRequest, case: Case) -> HttpResponse:
    sessions.open_case(request, case)
    if case.state == State.DRAFT:
        return redirect("intake:draft", case.key)
    return redirect("intake:case", case.number)
