"""A foreigner's code at the counter: open the request, compare, issue, send it back or refuse, print."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.counter.forms.codes import CompareForm, FindRequestForm
from afilia.counter.queries import codes as queries
from afilia.counter.saying import CODE_REFUSALS
from afilia.documents.queries import open_document
from afilia.foreigners.actions import deciding as actions
from afilia.foreigners.actions.deciding import RefusedError
from afilia.foreigners.actions.sheets import make_sheet
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding, shown
from afilia.foreigners.rules.deciding import Refusal
from afilia.foreigners.rules.states import State
from afilia.procedures.forms import ReasonForm
from afilia.procedures.rules import ReasonKind
from afilia.registration.queries import at_the_sri
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Role

AT_THE_COUNTER = (Role.COUNTER, Role.SUPERVISOR)
PAGE = ["GET", "HEAD", "POST"]
REFUSED = 422
CONFLICT = 409


@sensitive_post_parameters("typed")
@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def codes(request: StaffRequest) -> HttpResponse:
    """Where an official reads the QR of a request; POST brings it to this office."""
    _in_an_office(request)
    now = timezone.now()
    form = FindRequestForm(request.POST or None)
    if form.is_valid() and (opened := _opened(request, form)):
        return redirect("counter:code", opened.key)
    visit = queries.visit_at_counter(request.staff, now=now)
    page = {
        "form": form,
        "visit": visit,
        "brought": queries.brought(visit),
        "requests": deciding.opened_at_office(request.staff.office_id),
    }
    status = REFUSED if form.is_bound else 200
    return render(request, "counter/codes.html", page, status=status)


@sensitive_post_parameters("number")
@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def code(request: StaffRequest, key: UUID) -> HttpResponse:
    """All about a request on one page; POST issues the code, once."""
    found = _found(request, key)
    page = _page(request, found)
    if request.method != "POST":
        return _shown(request, found, page)
    form: CompareForm | None = page["form"]
    if form is None:
        return _shown(request, found, page | {"refusal": CODE_REFUSALS[Refusal.OVER]}, status=CONFLICT)
    if not form.is_valid():
        return _shown(request, found, page, status=REFUSED)
    try:
        actions.issue(
            request=found,
            compared=form.compared(),
            received=lambda row: queries.received(row, staff=request.staff, now=timezone.now()),
            by=request.staff,
            now=timezone.now(),
        )
    except RefusedError as error:
        return _refused(request, key, error, form)
    messages.success(request, gettext("El código está emitido. Imprima la hoja y entréguela."))
    return redirect("counter:code", key)


@require_POST
@staff_required(*AT_THE_COUNTER)
def ask(request: StaffRequest, key: UUID) -> HttpResponse:
    """Ask the SUT again."""
    actions.ask_sut(request=_found(request, key), now=timezone.now())
    return redirect("counter:code", key)


@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def correct(request: StaffRequest, key: UUID) -> HttpResponse:
    """Send the request back to the employer, with a reason from the data."""
    return _send_back(request, key, kind=ReasonKind.CORRECTION)


@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def deny(request: StaffRequest, key: UUID) -> HttpResponse:
    """No code, with a reason from the data."""
    return _send_back(request, key, kind=ReasonKind.REFUSAL)


@require_safe
@staff_required(*AT_THE_COUNTER)
def sheet(request: StaffRequest, key: UUID) -> HttpResponseBase:
    """The sheet with the code, to be printed; each time is a row of the ledger."""
    found = _found(request, key)
    if found.state != State.ISSUED:
        raise Http404
    document = make_sheet(request_id=found.pk)
    actions.record_print(request=found, by=request.staff, now=timezone.now())
    return FileResponse(
        open_document(document),
        filename=f"codigo-{found.request_number}.pdf",
        content_type="application/pdf",
    )


def _opened(request: StaffRequest, form: FindRequestForm) -> CodeRequest | None:
    found = deciding.find(form.cleaned_data["typed"])
    now = timezone.now()
    actions.record_search(found=found is not None, by=request.staff, now=now)
    if found is None:
        form.refuse_unknown()
        return None
    received = queries.received(found, staff=request.staff, now=now)
    try:
        return actions.open_here(request=found, received=received, by=request.staff, now=now)
    except RefusedError:
        form.refuse_over()
        return None


def _send_back(request: StaffRequest, key: UUID, *, kind: ReasonKind) -> HttpResponse:
    found = _found(request, key)
    form = ReasonForm(request.POST or None, reasons=deciding.reasons_for(kind))
    is_refusal = kind is ReasonKind.REFUSAL
    if form.is_valid():
        act = actions.refuse if is_refusal else actions.ask_correction
        try:
            act(
                request=found,
                revision=_count(request.POST.get("revision", "")),
                by=request.staff,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except RefusedError as error:
            messages.error(request, str(CODE_REFUSALS[error.reason]))
            is_gone = error.reason is Refusal.MOVED
            return redirect("counter:codes") if is_gone else redirect("counter:code", key)
        said = (
            gettext("La solicitud quedó negada y el empleador recibe un correo.")
            if is_refusal
            else gettext("La corrección está pedida y el empleador recibe un correo.")
        )
        messages.success(request, said)
        return redirect("counter:code", key)
    actions.record_look(request=found, by=request.staff, now=timezone.now())
    page = {"asked": found, "form": form, "is_refusal": is_refusal}
    return render(request, "counter/code_send_back.html", page, status=REFUSED if form.is_bound else 200)


def _refused(request: StaffRequest, key: UUID, error: RefusedError, form: CompareForm) -> HttpResponse:
    """The page as it is now, with why nothing was issued."""
    found = deciding.for_office(request.staff.office_id, key=key)
    if found is None:
        messages.error(request, str(CODE_REFUSALS[Refusal.MOVED]))
        return redirect("counter:codes")
    page = _page(request, found)
    said = str(CODE_REFUSALS[error.reason])
    if error.number:
        said = said % {"number": error.number}
    if error.reason is Refusal.NUMBER:
        form.refuse(error.reason)
        return _shown(request, found, page | {"form": form}, status=REFUSED)
    return _shown(request, found, page | {"refusal": said}, status=CONFLICT)


def _page(request: StaffRequest, found: CodeRequest) -> dict[str, Any]:
    now = timezone.now()
    seen = shown(found, now=now)
    received = queries.received(found, staff=request.staff, now=now)
    standing = deciding.standing(found, office_id=request.staff.office_id, arrival=received.arrival, now=now)
    form = None
    if seen.is_live:
        form = CompareForm(
            request.POST or None,
            items=standing.items,
            has_doubles=standing.has_doubles,
            initial={"revision": found.revision},
        )
    return {
        "asked": found,
        "seen": seen,
        "standing": standing,
        "doubles": deciding.doubles(found),
        "comparison": deciding.comparison(found),
        "contents": deciding.contents(found),
        "sri": at_the_sri(found.employer),
        "form": form,
    }


def _shown(
    request: StaffRequest, found: CodeRequest, page: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    actions.record_look(request=found, by=request.staff, now=timezone.now())
    return render(request, "counter/code.html", page, status=status)


def _found(request: StaffRequest, key: UUID) -> CodeRequest:
    _in_an_office(request)
    found = deciding.for_office(request.staff.office_id, key=key)
    if found is None:
        raise Http404
    return found


def _in_an_office(request: StaffRequest) -> None:
    """A counter stands in an office; to others its pages do not exist."""
    if request.staff.office_id is None:
        raise Http404


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else -1
