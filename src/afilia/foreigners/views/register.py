"""The register of people with foreigner codes: find, look at, join, and undo a join."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from afilia.foreigners import saying
from afilia.foreigners.actions import joining
from afilia.foreigners.forms.register import JoinForm, NumberForm, SearchForm, UndoForm
from afilia.foreigners.queries import register
from afilia.foreigners.views.common import PAGE, REFUSED
from afilia.registries.errors import RegisterDownError
from afilia.staff.decorators import StaffRequest, staff_required
from afilia.staff.rules import Role
from afilia.workers.actions import JoinRefusedError
from afilia.workers.models import Join, Person
from afilia.workers.queries import added_since

DESK = (Role.COUNTER, Role.SUPERVISOR)


@sensitive_post_parameters("typed")
@require_http_methods(PAGE)
@staff_required(*DESK)
def search(request: StaffRequest) -> HttpResponse:
    form, found = SearchForm(request.POST or None), []
    if form.is_valid():
        typed = form.cleaned_data["typed"]
        found = register.find(typed)
        joining.record_search(typed=typed, found=len(found), by=request.staff, now=timezone.now())
        if not found:
            form.refuse_unknown()
    page = {"form": form, "found": found, "is_cut": len(found) == register.MOST_FOUND}
    return render(request, "foreigners/register/search.html", page, status=_status(form))


@require_http_methods(["GET", "HEAD"])
@staff_required(*DESK)
def person(request: StaffRequest, person_id: int) -> HttpResponse:
    found = _person(person_id)
    joining.record_look(person=found, by=request.staff, now=timezone.now())
    page = {"sheet": register.sheet(found), "is_supervisor": _is_supervisor(request)}
    return render(request, "foreigners/register/person.html", page)


@sensitive_post_parameters("number", "text")
@require_http_methods(PAGE)
@staff_required(*DESK)
def join(request: StaffRequest, person_id: int) -> HttpResponse:
    """Another number of a person: typed, compared with the Registro Civil, and confirmed."""
    found = _person(person_id)
    joining.record_look(person=found, by=request.staff, now=timezone.now())
    asked = NumberForm(request.POST or None)
    page: dict[str, Any] = {"person": found, "asked": asked, "is_supervisor": _is_supervisor(request)}
    if not asked.is_valid():
        return render(request, "foreigners/register/join.html", page, status=_status(asked))
    number = asked.cleaned_data["number"]
    form = JoinForm(request.POST if "confirm" in request.POST else None, initial={"number": number})
    page["form"] = form
    try:
        if form.is_valid():
            joining.join(
                person=found,
                number=number,
                reason=form.cleaned_data["reason"],
                text=form.cleaned_data["text"],
                by=request.staff,
                now=timezone.now(),
            )
            messages.success(request, gettext("Los números son ahora de una sola persona. Todos sirven."))
            return redirect("foreigners:register-person", person_id)
        there = joining.look_up(number)
    except RegisterDownError:
        page["refusal"] = saying.CIVIL_DOWN
        return render(request, "foreigners/register/join.html", page, status=503)
    except joining.NotSupervisedError:
        raise Http404 from None
    except JoinRefusedError as error:
        page |= {
            "refusal": saying.JOIN_REFUSALS[error.reason],
            "clashes": register.told(error.clashing),
            "employers": register.named(error.employers),
        }
        return render(request, "foreigners/register/join.html", page, status=409)
    if not asked.is_anothers(person=found, there=there.person, register=there.register):
        return render(request, "foreigners/register/join.html", page, status=REFUSED)
    rows = register.compared(found, there.person, there.register)
    page |= {
        "number": number,
        "other": there.person and register.sheet(there.person),
        "register": there.register,
        "rows": rows,
        "strange": register.all_differ(rows),
    }
    return render(request, "foreigners/register/compare.html", page, status=_status(form))


@sensitive_post_parameters("text")
@require_http_methods(PAGE)
@staff_required(Role.SUPERVISOR)
def undo(request: StaffRequest, join_id: int) -> HttpResponse:
    found = register.join(join_id)
    if found is None:
        raise Http404
    joining.record_look(person=found.person, by=request.staff, now=timezone.now())
    form = _undo_form(request, found)
    page: dict[str, Any] = {"join": found, "form": form, "came": register.numbers_that_came(found)}
    if form.is_valid():
        try:
            joining.undo(
                joined=found,
                added=form.added(),
                reason=form.cleaned_data["reason"],
                text=form.cleaned_data["text"],
                by=request.staff,
                now=timezone.now(),
            )
        except JoinRefusedError as error:
            page["refusal"] = saying.JOIN_REFUSALS[error.reason]
            return render(request, "foreigners/register/undo.html", page, status=409)
        messages.success(request, gettext("La unión quedó deshecha: cada persona tiene otra vez lo suyo."))
        return redirect("foreigners:register-person", found.person_id)
    return render(request, "foreigners/register/undo.html", page, status=_status(form))


def _undo_form(request: StaffRequest, found: Join) -> UndoForm:
    came = set(register.numbers_that_came(found))
    stays = [number for number in register.numbers(found.person) if number not in came]
    return UndoForm(
        request.POST or None,
        rows=[(one, saying.added_row(one.row)) for one in added_since(found)],
        mine=", ".join(stays),
        theirs=", ".join(sorted(came)),
    )


def _person(person_id: int) -> Person:
    found = register.person(person_id)
    if found is None:
        raise Http404
    return found


def _is_supervisor(request: StaffRequest) -> bool:
    return Role.SUPERVISOR in request.staff.roles


def _status(form: SearchForm | NumberForm | JoinForm | UndoForm) -> int:
    return REFUSED if form.errors else 200
