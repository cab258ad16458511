"""What is decided about a case: written, previewed, sent."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.cases import actions
from afilia.cases.actions import RefusedError
from afilia.cases.models import Case
from afilia.cases.queries import facts
from afilia.cases.rules.moves import Move
from afilia.counter.forms.desk import ASKS, ApproveForm, CorrectionForm, DecisionForm, RefuseForm
from afilia.counter.queries import desk as queries
from afilia.counter.saying import CONSEQUENCES, DECISIONS, FAULTS
from afilia.counter.views.cases import case_or_404
from afilia.procedures.rules import ReasonKind
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Staff


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def decide(request: StaffRequest, number: str, move: str) -> HttpResponse:
    """A form, then a preview of what the applicant is told, then the decision."""
    kind, case = _kind(move), case_or_404(request, number)
    if kind not in queries.decisions(request.staff, case):
        messages.error(request, gettext("Esa decisión ya no es posible. Vea abajo cómo está el trámite."))
        return redirect("counter:case", number)
    form = _form(kind, case, request.POST if request.method == "POST" else None)
    page = {"case": case, "form": form, "title": DECISIONS[kind], "consequence": CONSEQUENCES[kind]}
    if form.is_valid() and kind is Move.APPROVE and isinstance(form, ApproveForm):
        form.refuse_unseen(queries.unseen(case))
    if not form.is_valid() or "edit" in request.POST:
        return render(request, "counter/decide.html", page, status=422 if form.errors else 200)
    if "confirm" not in request.POST:
        return render(request, "counter/preview.html", page | {"lines": form.lines()})
    try:
        _ACTIONS[kind](case, form, request.staff)
    except RefusedError as error:
        messages.error(request, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, gettext("La decisión está registrada."))
    return redirect("counter:case", number)


def _kind(move: str) -> Move:
    try:
        kind = Move(move)
    except ValueError:
        raise Http404 from None
    if kind not in DECISIONS:
        raise Http404
    return kind


def _form(kind: Move, case: Case, data: Any) -> DecisionForm:
    match kind:
        case Move.ASK_CORRECTION:
            reasons = queries.reasons(case, ReasonKind.CORRECTION)
            return CorrectionForm(data, slots=facts.slots(case), reasons=reasons)
        case Move.REFUSE:
            return RefuseForm(data, reasons=queries.reasons(case, ReasonKind.REFUSAL))
        case Move.APPROVE:
            offices = queries.offices(case, on=timezone.localdate())
            return ApproveForm(data, offices=offices, is_needed=False)
    return DecisionForm(data, asks=ASKS.get(kind, ""))


def _approve(case: Case, form: DecisionForm, by: Staff) -> None:
    said = form.cleaned_data
    actions.approve(case_id=case.pk, office=said["office"], text=said["text"], by=by, now=timezone.now())


def _ask_correction(case: Case, form: DecisionForm, by: Staff) -> None:
    said = form.cleaned_data
    actions.ask_correction(case_id=case.pk, items=said["items"], text=said["text"], by=by, now=timezone.now())


def _refuse(case: Case, form: DecisionForm, by: Staff) -> None:
    said = form.cleaned_data
    actions.refuse(case_id=case.pk, reason=said["reason"], text=said["text"], by=by, now=timezone.now())


def _ask_legal(case: Case, form: DecisionForm, by: Staff) -> None:
    actions.ask_legal(case_id=case.pk, text=form.cleaned_data["text"], by=by, now=timezone.now())


def _give_opinion(case: Case, form: DecisionForm, by: Staff) -> None:
    actions.give_opinion(case_id=case.pk, text=form.cleaned_data["text"], by=by, now=timezone.now())


_ACTIONS: dict[Move, Callable[[Case, DecisionForm, Staff], None]] = {
    Move.APPROVE: _approve,
    Move.ASK_CORRECTION: _ask_correction,
    Move.REFUSE: _refuse,
    Move.ASK_LEGAL: _ask_legal,
    Move.GIVE_OPINION: _give_opinion,
}
