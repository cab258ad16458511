"""Handing over the key at the counter: find the employer, see the papers, give the key."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from afilia.counter import actions
from afilia.counter.actions import Papers, RefusedError
from afilia.counter.forms.keys import FindForm, PapersForm, WhoForm
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries
from afilia.counter.rules.handing import Road, Standing
from afilia.counter.saying import REFUSALS
from afilia.counter.sheets import key_sheet
from afilia.employers.models import Employer
from afilia.procedures.forms import ReasonForm
from afilia.procedures.rules import WhoComes
from afilia.registration.queries import at_the_sri
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Role

AT_THE_COUNTER = (Role.COUNTER, Role.SUPERVISOR)
PAGE = ["GET", "HEAD", "POST"]


@sensitive_post_parameters("typed")
@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def keys(request: StaffRequest) -> HttpResponse:
    """Where an official finds the employer, or sees who stands there and which cases wait."""
    if request.staff.office_id is None:
        return render(request, "counter/no_office.html")
    form, found = FindForm(request.POST or None), []
    if form.is_valid():
        typed = form.cleaned_data["typed"]
        found = queries.find(typed)
        actions.record_search(typed=typed, found=len(found), by=request.staff, now=timezone.now())
        if len(found) == 1:
            return redirect("counter:employer", found[0].pk)
        if not found:
            form.refuse_unknown()
    page = {
        "form": form,
        "found": found,
        "here": queries.at_counter(request.staff, now=timezone.now()),
        "cases": queries.waiting_cases(request.staff),
    }
    return render(request, "counter/keys.html", page)


@require_http_methods(["GET", "HEAD"])
@staff_required(*AT_THE_COUNTER)
def employer(request: StaffRequest, employer_id: int) -> HttpResponse:
    """How it stands with the key of an employer."""
    found = _employer(request, employer_id)
    return _shown(request, "counter/employer.html", _standing(request, found) | {"form": _who()})


@sensitive_post_parameters("came_number", "came_names", "number", "email")
@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def papers(request: StaffRequest, employer_id: int) -> HttpResponse:
    """The checklist for who came; once all is seen, the key may follow."""
    found = _employer(request, employer_id)
    who = _who(request.GET)
    page = _standing(request, found)
    if not who.is_valid() or not page["may_go_on"]:
        return _shown(request, "counter/employer.html", page | {"form": who})
    who_comes, case = who.cleaned_data["quien"], page["case"]
    person = found.representative
    form = PapersForm(
        request.POST or None,
        who_comes=who_comes,
        asked=queries.papers(found, person, who_comes=who_comes, road=Road.SHEET, case=case),
        representative=person.number,
        is_linkable=queries.is_linkable(found, email=found.email),
        needs_again=page["standing"] is Standing.CHOSEN,
        needs_code=queries.needs_foreigner_code(person),
        # Anybody may have registered the employer: who is at the counter is believed by the signed papers.
        initial={"email": found.email} if case else {},
    )
    if form.is_valid():
        try:
            prepared = actions.prepare(
                employer=found, case=case, papers=form.what_was_seen(), by=request.staff, now=timezone.now()
            )
        except RefusedError as error:
            form.refuse(error.reason)
        else:
            return redirect("counter:handover", prepared.pk)
    return _shown(request, "counter/papers.html", page | {"form": form, "who_comes": who_comes})


@require_POST
@staff_required(*AT_THE_COUNTER)
def link(request: StaffRequest, employer_id: int) -> HttpResponse:
    """Of an approved case: the key goes by a link, and nobody has to come."""
    found = _employer(request, employer_id)
    case = queries.case_of(request.staff, found)
    if case is None:
        raise Http404
    papers = Papers(who_comes=WhoComes.EMPLOYER, email=found.email, road=Road.LINK)
    try:
        prepared = actions.prepare(
            employer=found, case=case, papers=papers, by=request.staff, now=timezone.now()
        )
    except RefusedError as error:
        messages.error(request, str(REFUSALS[error.reason]))
        return redirect("counter:employer", employer_id)
    return redirect("counter:handover", prepared.pk)


@require_POST
@staff_required(*AT_THE_COUNTER)
def settle(request: StaffRequest, employer_id: int) -> HttpResponse:
    """An approved case ends without a key from here: its employer got one by another road."""
    found = _employer(request, employer_id)
    case = queries.case_of(request.staff, found)
    if case is None:
        raise Http404
    try:
        actions.settle(case=case, by=request.staff, now=timezone.now())
    except RefusedError as error:
        messages.error(request, str(REFUSALS[error.reason]))
    else:
        messages.success(request, gettext("El trámite %(number)s terminó.") % {"number": case.number})
    return redirect("counter:employer", employer_id)


@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def handover(request: StaffRequest, handover_id: UUID) -> HttpResponse:
    """The last look before the key; the answer to POST is the sheet itself, shown this once."""
    found = queries.handover_for_staff(request.staff, handover_id)
    if found is None:
        raise Http404
    if request.method != "POST":
        return _shown(request, "counter/handover.html", _handover(request, found))
    try:
        key = actions.give(
            handover_id=handover_id,
            seen=_count(request.POST.get("seen", "")),
            by=request.staff,
            now=timezone.now(),
        )
    except Handover.DoesNotExist:
        raise Http404 from None
    except RefusedError as error:
        page = _handover(request, found) | {"refusal": REFUSALS[error.reason]}
        return render(request, "counter/handover.html", page, status=409)
    if key is not None:
        return _sheet(found, key)
    messages.success(request, gettext("El enlace está en camino al correo verificado del empleador."))
    return redirect("counter:handover", handover_id)


@require_http_methods(PAGE)
@staff_required(*AT_THE_COUNTER)
def deny(request: StaffRequest, employer_id: int) -> HttpResponse:
    """No key, with a reason from the data; the employer is told by mail."""
    found = _employer(request, employer_id)
    who = _who(request.GET)
    if not who.is_valid():
        return _shown(request, "counter/employer.html", _standing(request, found) | {"form": who})
    form = ReasonForm(request.POST or None, reasons=queries.refusals())
    if form.is_valid():
        actions.refuse(
            employer=found,
            who_comes=who.cleaned_data["quien"],
            reason=form.cleaned_data["reason"],
            text=form.cleaned_data["text"],
            by=request.staff,
            now=timezone.now(),
        )
        messages.success(request, gettext("La negativa quedó registrada y el empleador recibe un correo."))
        return redirect("counter:employer", employer_id)
    return _shown(request, "counter/deny.html", {"employer": found, "form": form})


def _shown(request: StaffRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """A page with an employer's data; that an official looked is written down."""
    actions.record_look(employer=page["employer"], by=request.staff, now=timezone.now())
    return render(request, template, page)


def _employer(request: StaffRequest, employer_id: int) -> Employer:
    _in_an_office(request)
    found = queries.employer(employer_id)
    if found is None:
        raise Http404
    return found


def _in_an_office(request: StaffRequest) -> None:
    """A counter stands in an office; to others its pages do not exist."""
    if request.staff.office_id is None:
        raise Http404


def _who(said: QueryDict | None = None) -> WhoForm:
    return WhoForm(said, who_may_come=queries.who_may_come())


def _standing(request: StaffRequest, employer: Employer) -> dict[str, Any]:
    person = queries.representative(employer)
    number = person.number if person else ""
    standing = queries.standing(employer, number=number)
    is_supervisor = Role.SUPERVISOR in request.staff.roles
    return {
        "employer": employer,
        "person": person,
        "standing": standing,
        "waiting_key": queries.waiting_key(employer),
        "case": queries.case_of(request.staff, employer),
        "sri": at_the_sri(employer),
        "is_linkable": queries.is_linkable(employer, email=employer.email),
        "history": queries.history(employer),
        "is_supervisor": is_supervisor,
        "may_go_on": person is not None and (standing is not Standing.CHOSEN or is_supervisor),
        "now": timezone.now(),
    }


def _handover(request: StaffRequest, handover: Handover) -> dict[str, object]:
    return {
        "handover": handover,
        "employer": handover.employer,
        "papers": queries.seen_papers(handover),
        "is_own": handover.by_id == request.staff.id,
        "is_changed": queries.is_changed(handover),
        "is_unexpected": queries.is_unexpected(handover),
        "hours": settings.HANDED_KEY_HOURS,
    }


def _sheet(handover: Handover, key: str) -> HttpResponse:
    response = HttpResponse(key_sheet(handover, key), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="clave-de-un-solo-uso.pdf"'
    return response


def _count(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else -1
