"""The counter of an official: whom it calls, and what becomes of them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from afilia.attendance import actions, papers, queries
from afilia.attendance.actions import CounterRefusedError, StepRefusedError
from afilia.attendance.actions.calling import CounterRefusal, StepRefusal
from afilia.attendance.forms import CounterForm, OutcomeForm, TransferForm
from afilia.attendance.models import OpenCounter, Visit
from afilia.attendance.policy import policy
from afilia.attendance.rules.visits import State
from afilia.attendance.views.office import at_office, sent
from afilia.identifiers.person import are_digits
from afilia.offices.models import Office
from afilia.staff.decorators import StaffRequest
from afilia.staff.rules import Role

PAGE = ["GET", "HEAD", "POST"]
LONGEST_NUMBER = 4  # digits of a counter
COUNTER_REFUSALS = {
    CounterRefusal.TAKEN: _("Otra persona atiende en esa ventanilla. Elija otra."),
    CounterRefusal.BUSY: _("Termine primero con la persona que está en su ventanilla."),
    CounterRefusal.NO_SUCH: _("Esta oficina no tiene esa ventanilla o no atiende esos trámites."),
    CounterRefusal.NOT_OPEN: _("Elija primero su ventanilla."),
    CounterRefusal.OVER: _("El día ya fue cerrado."),
}
STEP_REFUSALS = {
    StepRefusal.STATE: _("Nada cambió: mientras tanto ocurrió otra cosa con este número. Vea su estado."),
    StepRefusal.OTHER_COUNTER: _("Nada cambió: otra ventanilla atiende este número."),
    StepRefusal.TOO_SOON: _("Todavía no puede llamarlo otra vez: espere lo que dice la página."),
    StepRefusal.TOO_FEW: _("Llámelo más veces antes de anotar que no se presentó."),
    StepRefusal.SAME: _("Elija otro trámite, de los que atiende esta oficina."),
}


@require_http_methods(PAGE)
@at_office(Role.COUNTER, Role.SUPERVISOR)
def counter(request: StaffRequest, office: Office) -> HttpResponse:
    """Choose a counter and its procedures, or close it."""
    now = timezone.now()
    if request.POST.get("do") == "close":
        return _close(request, office, now=now)
    if request.POST.get("do") == "free":
        return _free(request, office, now=now)
    own = queries.counter_today(office, request.staff.id, now=now)
    procedures = queries.minutes(office)
    initial = {"number": own.number, "procedures": own.procedures} if own else {"procedures": [*procedures]}
    form = CounterForm(sent(request), initial=initial, counters=office.counters, procedures=procedures)
    if form.is_valid():
        try:
            opened = actions.open_counter(office=office, staff=request.staff, now=now, **form.cleaned_data)
        except CounterRefusedError as error:
            form.refuse(str(COUNTER_REFUSALS[error.reason]))
        else:
            text = gettext("Usted atiende en la ventanilla %(number)s.") % {"number": opened.number}
            messages.success(request, text)
            return redirect("attendance:agenda")
    others: list[OpenCounter] = []
    if Role.SUPERVISOR in request.staff.roles:
        others = [each for each in queries.counters_today(office, now=now) if each != own]
    page = {"form": form, "office": office, "counter": own, "others": others}
    return render(request, "attendance/counter.html", page, status=422 if form.errors else 200)


@require_POST
@at_office(Role.COUNTER, Role.SUPERVISOR)
def call(request: StaffRequest, office: Office) -> HttpResponse:
    """Call the next person to the official's counter."""
    try:
        visit = actions.call_next(office=office, staff=request.staff, now=timezone.now())
    except CounterRefusedError as error:
        if error.visit:
            return redirect("attendance:visit", error.visit.pk)
        messages.error(request, str(COUNTER_REFUSALS[error.reason]))
        return redirect(
            "attendance:counter" if error.reason is CounterRefusal.NOT_OPEN else "attendance:agenda"
        )
    if visit is None:
        messages.info(request, gettext("Nadie espera por los trámites de su ventanilla."))
        return redirect("attendance:agenda")
    return redirect("attendance:visit", visit.pk)


@require_http_methods(PAGE)
@at_office(Role.COUNTER, Role.SUPERVISOR)
def visit(request: StaffRequest, office: Office, visit_id: UUID) -> HttpResponse:
    """Somebody who came, and the steps that are possible now."""
    now = timezone.now()
    found = queries.visit_for_office(office, visit_id)
    if found is None:
        raise Http404
    others = [slug for slug in queries.minutes(office) if slug != found.procedure]
    asked = request.POST.get("do")
    forms: dict[str, Any] = {
        "form": OutcomeForm(request.POST if asked == "attend" else None),
        "transfer": TransferForm(request.POST if asked == "transfer" else None, procedures=others),
    }
    if request.method == "POST" and (done := _step(request, office, found, forms, now=now)):
        return done
    is_own = found.counter is not None and found.counter.member_id == request.staff.id
    says_who = found.appointment is not None or bool(found.identification)
    if says_who and not is_own:  # of whom one called, the ledger tells already
        actions.record_look(at=found, by=request.staff, now=now)
    page = {
        **forms,
        "visit": found,
        "office": office,
        "may_transfer": bool(others),
        "is_own": is_own,
        "calls": policy().calls,
        "may_be_absent": found.calls >= policy().calls,
        "may_call_again": queries.next_call_at(found) <= now,
        "seconds": int((queries.next_call_at(found) - now).total_seconds()) + 1,
        "place": queries.line(office, now=now).place(found),
        "requirements": papers.to_bring(found.procedure, found.appointment),
    }
    is_wrong = any(form.errors for form in forms.values())
    return render(request, "attendance/visit.html", page, status=422 if is_wrong else 200)


def _step(
    request: StaffRequest, office: Office, visit: Visit, forms: dict[str, Any], *, now: datetime
) -> HttpResponse | None:
    """Take the step that was asked for; None to show the page with what is wrong in a form."""
    asked = request.POST.get("do", "")
    of_staff: dict[str, Any] = {
        "office": office,
        "visit_id": visit.pk,
        "staff": request.staff,
        "now": now,
    }
    of_anybody: dict[str, Any] = {
        "office": office,
        "visit_id": visit.pk,
        "actor": request.staff.actor,
        "now": now,
    }
    steps: dict[str, Callable[[], Visit]] = {
        "call": lambda: actions.call_again(**of_staff),
        "put-back": lambda: actions.put_back(**of_staff),
        "start": lambda: actions.start(**of_staff),
        "absent": lambda: actions.mark_absent(**of_staff),
        "return": lambda: actions.return_to_line(**of_anybody),
        "priority": lambda: actions.change_priority(priority=not visit.priority, **of_anybody),
        "attend": lambda: actions.attend(outcome=forms["form"].cleaned_data["outcome"], **of_staff),
        "transfer": lambda: actions.transfer(
            procedure=forms["transfer"].cleaned_data["procedure"], **of_staff
        ),
    }
    form = {"attend": forms["form"], "transfer": forms["transfer"]}.get(asked)
    if asked not in steps:
        return redirect("attendance:visit", visit.pk)
    if form is not None and not form.is_valid():
        return None
    try:
        after = steps[asked]()
    except StepRefusedError as error:
        messages.error(request, str(STEP_REFUSALS[error.reason]))
        return redirect("attendance:visit", visit.pk)
    is_done = after.state in {State.ATTENDED, State.ABSENT} or asked in {"put-back", "transfer"}
    if is_done:
        messages.success(request, _said(asked, after))
        return redirect("attendance:agenda")
    return redirect("attendance:visit", visit.pk)


def _said(asked: str, visit: Visit) -> str:
    said = {
        "attend": gettext("Atención de %(ticket)s terminada."),
        "absent": gettext(
            "%(ticket)s no se presentó. Si llega, regístrelo otra vez desde «No se presentaron»."
        ),
        "put-back": gettext("%(ticket)s volvió a la espera, en su lugar."),
        "transfer": gettext("%(ticket)s espera por el otro trámite, con el tiempo que ya esperó."),
    }
    return said[asked] % {"ticket": visit.ticket}


def _free(request: StaffRequest, office: Office, *, now: datetime) -> HttpResponse:
    typed = request.POST.get("number", "")
    number = int(typed) if are_digits(typed, len(typed)) and 0 < len(typed) <= LONGEST_NUMBER else 0
    try:
        actions.free_counter(office=office, number=number, staff=request.staff, now=now)
    except CounterRefusedError as error:
        is_closed = error.reason is CounterRefusal.NOT_OPEN
        said = gettext("Esa ventanilla ya no está abierta.") if is_closed else COUNTER_REFUSALS[error.reason]
        messages.error(request, str(said))
    else:
        messages.success(request, gettext("La ventanilla %(number)s está cerrada.") % {"number": number})
    return redirect("attendance:counter")


def _close(request: StaffRequest, office: Office, *, now: datetime) -> HttpResponse:
    try:
        actions.close_counter(office=office, staff=request.staff, now=now)
    except CounterRefusedError as error:
        messages.error(request, str(COUNTER_REFUSALS[error.reason]))
    else:
        messages.success(request, gettext("Usted ya no atiende en ventanilla."))
    return redirect("attendance:agenda")
