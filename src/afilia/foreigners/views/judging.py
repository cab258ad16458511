"""The legal unit's queue of notarial powers: look at the file, validate it or say why not."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from afilia.documents import serving
from afilia.documents.actions import BusyError, FileRefusedError
from afilia.documents.queries import ChangedFileError, NotOpenableError, check_openable
from afilia.foreigners.actions import judging as actions
from afilia.foreigners.forms.judging import ValidationForm
from afilia.foreigners.models import Power
from afilia.foreigners.queries import judging as queries
from afilia.foreigners.queries.powers import fault_of
from afilia.foreigners.rules.states import PowerState
from afilia.foreigners.texts import powers
from afilia.foreigners.views.common import PAGE, REFUSED
from afilia.procedures.forms import ReasonForm
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Role


@require_safe
@staff_required(Role.LEGAL)
def queue(request: StaffRequest) -> HttpResponse:
    """The powers of the province that wait, and the latest that were judged."""
    page = {"waiting": queries.waiting(request.staff), "judged": queries.judged(request.staff)}
    return render(request, "foreigners/legal_queue.html", page)


@require_http_methods(PAGE)
@staff_required(Role.LEGAL)
def power(request: StaffRequest, power_id: UUID) -> HttpResponse:
    """A power beside its file; POST validates it."""
    found = _power(request, power_id)
    is_open = found.state == PowerState.SUBMITTED
    said = {"scope": found.scope, "valid_from": found.valid_from, "valid_until": found.valid_until}
    form = ValidationForm(request.POST or None, initial=said) if is_open else None
    if request.method == "POST":
        if form is None:
            return _judged(request, power_id)
        if form.is_valid():
            try:
                actions.validate(power_id=power_id, by=request.staff, now=timezone.now(), **form.cleaned_data)
            except actions.JudgedError:
                return _judged(request, power_id)
            messages.success(request, gettext("El poder quedó validado y el empleador recibe un correo."))
            return redirect("foreigners:legal-powers")
    actions.record_look(power=found, what="power", by=request.staff, now=timezone.now())
    page = {
        "power": found,
        "form": form,
        "pages": range(1, found.file.pages + 1) if _is_openable(found) else [],
        "scope": powers().scopes[found.scope].text if found.scope in powers().scopes else None,
        "fault": fault_of(found, on=timezone.localdate()),
        "reason": powers().refusals.get(found.reason),
    }
    status = REFUSED if form is not None and form.is_bound else 200
    return render(request, "foreigners/legal_power.html", page, status=status)


@require_http_methods(PAGE)
@staff_required(Role.LEGAL)
def refuse(request: StaffRequest, power_id: UUID) -> HttpResponse:
    """Why a power is not validated."""
    found = _power(request, power_id)
    if found.state != PowerState.SUBMITTED:
        return _judged(request, power_id)
    form = ReasonForm(request.POST or None, reasons=powers().refusals)
    if form.is_valid():
        try:
            actions.refuse(power_id=power_id, by=request.staff, now=timezone.now(), **form.cleaned_data)
        except actions.JudgedError:
            return _judged(request, power_id)
        messages.success(request, gettext("El poder quedó negado y el empleador recibe un correo."))
        return redirect("foreigners:legal-powers")
    page = {"power": found, "form": form}
    status = REFUSED if form.is_bound else 200
    return render(request, "foreigners/legal_refuse.html", page, status=status)


@require_safe
@staff_required(Role.LEGAL)
def page(request: StaffRequest, power_id: UUID, page: int) -> HttpResponse:
    """A page of the file as a picture; each that is opened is a row of the ledger."""
    found = _opened(request, power_id, f"page {page}")
    try:
        return serving.page(found.file, page)
    except (NotOpenableError, FileRefusedError):
        raise Http404 from None
    except (BusyError, ChangedFileError, FileNotFoundError):
        return HttpResponse(status=503)


@require_safe
@staff_required(Role.LEGAL)
def original(request: StaffRequest, power_id: UUID) -> HttpResponse:
    """The file as it was sent, to be saved."""
    found = _opened(request, power_id, "original")
    try:
        return serving.original(found.file)
    except NotOpenableError:
        raise Http404 from None
    except (ChangedFileError, FileNotFoundError):
        return HttpResponse(status=503)


def _opened(request: StaffRequest, power_id: UUID, what: str) -> Power:
    found = _power(request, power_id)
    actions.record_look(power=found, what=what, by=request.staff, now=timezone.now())
    return found


def _power(request: StaffRequest, power_id: UUID) -> Power:
    found = queries.power(request.staff, power_id)
    if found is None:
        raise Http404
    return found


def _is_openable(power: Power) -> bool:
    try:
        check_openable(power.file)
    except NotOpenableError:
        return False
    return True


def _judged(request: StaffRequest, power_id: UUID) -> HttpResponse:
    messages.error(
        request, gettext("Otra persona ya decidió sobre este poder. No se hizo nada: vea abajo cómo está.")
    )
    return redirect("foreigners:legal-power", power_id)
