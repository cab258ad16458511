"""One case on one page: the checklist beside its documents, what may be decided, messages and history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.cases import actions
from afilia.cases.actions import RefusedError
from afilia.cases.models import Case, Paper
from afilia.cases.queries import desk as cases
from afilia.cases.queries import facts
from afilia.counter.forms.desk import MessageForm
from afilia.counter.queries import desk as queries
from afilia.counter.saying import DECISIONS, FAULTS
from afilia.counter.views.cases import case_or_404
from afilia.documents import serving
from afilia.documents.actions import BusyError, FileRefusedError
from afilia.documents.queries import ChangedFileError, NotOpenableError
from afilia.registration.queries import at_the_sri
from afilia.staff.decorators import StaffRequest, staff_required

GOOD = {"good": True, "bad": False, "unseen": None}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def case(request: StaffRequest, number: str) -> HttpResponse:
    """POST writes a message to the applicant. That the case was looked at is written down."""
    found = case_or_404(request, number)
    form = MessageForm(request.POST or None) if queries.may_write(request.staff, found) else None
    if request.method == "POST":
        if form is None:
            raise Http404
        if form.is_valid():
            actions.write_to_applicant(
                case_id=found.pk, text=form.cleaned_data["text"], by=request.staff, now=timezone.now()
            )
            messages.success(request, gettext("El mensaje está enviado."))
            return redirect(f"{reverse('counter:case', args=[number])}#mensajes")
    actions.record_look(case_id=found.pk, by=request.staff, what="case", now=timezone.now())
    return render(request, "counter/case.html", _page(request, found) | {"form": form})


@require_POST
@staff_required()
def check(request: StaffRequest, number: str, paper_id: int) -> HttpResponse:
    """Tick a document on the checklist, or take the tick away."""
    paper, said = _paper(request, number, paper_id), request.POST.get("is", "")
    if said not in GOOD:
        raise Http404
    try:
        actions.check_paper(paper_id=paper.pk, is_good=GOOD[said], by=request.staff, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    return redirect(f"{reverse('counter:case', args=[number])}?documento={paper_id}#documento")


@require_safe
@staff_required()
def page(request: StaffRequest, number: str, paper_id: int, page: int) -> HttpResponse:
    """A page of a document as a picture; each that is opened is a row of the ledger."""
    paper = _opened(request, number, paper_id, f"page {page}")
    try:
        return serving.page(paper.file, page)
    except (NotOpenableError, FileRefusedError):
        raise Http404 from None
    except (BusyError, ChangedFileError, FileNotFoundError):
        return HttpResponse(status=503)


@require_safe
@staff_required()
def original(request: StaffRequest, number: str, paper_id: int) -> HttpResponse:
    """A document as it was sent, to be saved."""
    paper = _opened(request, number, paper_id, "original")
    try:
        return serving.original(paper.file)
    except NotOpenableError:
        raise Http404 from None
    except (ChangedFileError, FileNotFoundError):
        return HttpResponse(status=503)


def _opened(request: StaffRequest, number: str, paper_id: int, what: str) -> Paper:
    paper = _paper(request, number, paper_id)
    actions.record_look(
        case_id=paper.case_id, by=request.staff, what=f"paper:{paper.pk} {what}", now=timezone.now()
    )
    return paper


def _paper(request: StaffRequest, number: str, paper_id: int) -> Paper:
    found = cases.paper(request.staff, number, paper_id)
    if found is None:
        raise Http404
    return found


def _page(request: StaffRequest, case: Case) -> dict[str, Any]:
    now, staff = timezone.now(), request.staff
    items = queries.checklist(case)
    shown = _shown(request, case, items)
    may_check = case.assignee_id == staff.id and case.state in {"under-review", "legal-review"}
    return {
        "case": case,
        "items": items,
        "due": queries.due(case, now=now),
        "age": queries.age(case, now=now),
        "sri": at_the_sri(case.employer),
        "key_standing": queries.key_standing(case),
        "unit": facts.unit_name(case),
        "why_here": facts.why_here(case),
        "procedure": facts.procedure(case),
        "correction_due_on": facts.correction_due_on(case),
        "retired": queries.retired(case),
        "history": queries.history(case),
        "messages_of_case": case.messages.select_related("by"),
        "decisions": [(move.value, DECISIONS[move]) for move in queries.decisions(staff, case)],
        "may_take": queries.may_take(staff, case),
        "may_release": queries.may_release(staff, case),
        "may_check": may_check,
        "hands_over": case.state == "approved" and case.office_id == staff.office_id,
        "is_mine": case.assignee_id == staff.id,
        **shown,
    }


def _shown(request: StaffRequest, case: Case, items: list[queries.Item]) -> dict[str, Any]:
    """The document that is open beside the checklist."""
    typed = request.GET.get("documento", "")
    wanted = int(typed) if typed.isdecimal() and len(typed) < 18 else None
    paper = None if wanted is None else cases.paper(request.staff, str(case.number), wanted)
    if paper is None:
        return {"paper": None}
    return {
        "paper": paper,
        "item": queries.item_of(items, paper.pk),
        "signatures": queries.signatures(paper),
        "pages": range(1, paper.file.pages + 1),
    }
