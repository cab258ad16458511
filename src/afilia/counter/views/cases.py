"""The queue of cases, and who has which."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from afilia.cases import actions
from afilia.cases.actions import RefusedError, TakenError
from afilia.cases.models import Case
from afilia.cases.queries import desk as cases
from afilia.cases.queries import facts
from afilia.cases.rules.moves import Fault
from afilia.counter.forms.desk import AssignForm, HandOverForm, QueueForm, ReleaseForm, SendOnForm
from afilia.counter.queries import desk as queries
from afilia.counter.saying import FAULTS
from afilia.staff.decorators import StaffRequest, staff_required


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def queue(request: StaffRequest) -> HttpResponse:
    """What waits for an official; POST gives the marked cases to another."""
    now = timezone.now()
    form = QueueForm(
        request.GET, provinces=queries.provinces(request.staff), counts=cases.counts(request.staff)
    )
    found = queries.queue(request.staff, form.asked(), now=now)
    page = Paginator(found, queries.PAGE).get_page(request.GET.get("page"))
    members = queries.colleagues(request.staff)
    assigning = AssignForm(request.POST or None, members=members, shown=page.object_list) if members else None
    if request.method == "POST":
        if assigning is None:
            raise Http404
        if assigning.is_valid():
            _assign(request, assigning)
            return redirect(request.get_full_path())
    shown: dict[str, Any] = {
        "filters": form,
        "form": assigning,
        "page": page,
        "rows": queries.rows(list(page.object_list), now=now),
    }
    return render(request, "counter/queue.html", shown)


@require_POST
@staff_required()
def take(request: StaffRequest, number: str) -> HttpResponse:
    case = case_or_404(request, number)
    try:
        actions.take(case_id=case.pk, by=request.staff, now=timezone.now())
    except TakenError as error:
        messages.error(
            request,
            gettext("%(names)s lo tomó antes. No se cambió nada.") % {"names": error.by.names},
        )
    except RefusedError as error:
        messages.error(request, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, gettext("El trámite es suyo."))
    return redirect("counter:case", number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def release(request: StaffRequest, number: str) -> HttpResponse:
    """Back to the queue, with why."""
    case = case_or_404(request, number)
    if not queries.may_release(request.staff, case) or case.assignee_id is None:
        return _told(request, number, gettext("Usted no puede reemplazar a quien tiene este trámite."))
    form = ReleaseForm(request.POST or None)
    if not form.is_valid():
        return render(request, "counter/release.html", {"case": case, "form": form})
    try:
        actions.release(case_id=case.pk, text=form.cleaned_data["text"], by=request.staff, now=timezone.now())
    except RefusedError as error:
        return _told(request, number, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    messages.success(request, gettext("El trámite volvió a la bandeja."))
    return redirect("counter:case", number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def hand_over(request: StaffRequest, number: str) -> HttpResponse:
    """On to another official, with why."""
    case = case_or_404(request, number)
    if not queries.may_release(request.staff, case):
        return _told(request, number, str(FAULTS[Fault.ASSIGNEE]))
    form = HandOverForm(request.POST or None, members=cases.assignable(request.staff, case))
    if not form.is_valid():
        return render(request, "counter/hand_over.html", {"case": case, "form": form})
    to = form.cleaned_data["to"]
    try:
        actions.hand_over(
            case_id=case.pk, to=to, text=form.cleaned_data["why"], by=request.staff, now=timezone.now()
        )
    except RefusedError as error:
        return _told(request, number, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    messages.success(request, gettext("El trámite lo tiene ahora %(names)s.") % {"names": to.names})
    return redirect("counter:case", number)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required()
def send_on(request: StaffRequest, number: str) -> HttpResponse:
    """On to the unit that has to decide, with why; most of this one see the case no longer."""
    case = case_or_404(request, number)
    if not queries.may_release(request.staff, case):
        return _told(request, number, str(FAULTS[Fault.ASSIGNEE]))
    form = SendOnForm(request.POST or None, units=queries.other_units(case))
    if not form.is_valid():
        return render(request, "counter/send_on.html", {"case": case, "form": form})
    try:
        sent = actions.send_on(
            case_id=case.pk,
            to=form.cleaned_data["unit"],
            text=form.cleaned_data["why"],
            by=request.staff,
            now=timezone.now(),
        )
    except RefusedError as error:
        return _told(request, number, str(FAULTS[error.fault]))
    except Case.DoesNotExist:
        raise Http404 from None
    said = gettext("El trámite %(number)s lo atiende ahora: %(unit)s.")
    messages.success(request, said % {"number": number, "unit": facts.unit_name(sent)})
    return redirect("counter:cases")


def case_or_404(request: StaffRequest, number: str) -> Case:
    """The case, when it exists for who asks."""
    found = cases.case(request.staff, number)
    if found is None:
        raise Http404
    return found


def _assign(request: StaffRequest, form: AssignForm) -> None:
    to = form.cleaned_data["to"]
    done = actions.assign(
        case_ids=form.cleaned_data["cases"],
        to=to,
        text=form.cleaned_data["why"],
        by=request.staff,
        now=timezone.now(),
    )
    if done.given:
        given = len(done.given)
        said = ngettext(
            "Se entregó %(given)d trámite a %(names)s.",
            "Se entregaron %(given)d trámites a %(names)s.",
            given,
        )
        messages.success(request, said % {"given": given, "names": to.names})
    if done.left:
        messages.error(
            request,
            gettext("Quedaron como estaban, porque ya no se pueden entregar a esa persona: %(numbers)s.")
            % {"numbers": ", ".join(done.left)},
        )


def _told(request: StaffRequest, number: str, text: str) -> HttpResponse:
    messages.error(request, text)
    return redirect("counter:case", number)
