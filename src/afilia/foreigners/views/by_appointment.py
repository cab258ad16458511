"""Preparing with an appointment, without a key. The reference of the appointment opens these pages."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from afilia.appointments.models import Appointment
from afilia.appointments.queries.finding import is_awaited
from afilia.appointments.references import reference_of as appointment_reference
from afilia.appointments.views.managing import find_by_link
from afilia.foreigners import queries, sessions
from afilia.foreigners.actions import preparing
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.forms.requests import RequestForm
from afilia.foreigners.references import reference_of
from afilia.foreigners.saying import FAULTS
from afilia.foreigners.texts import PROCEDURE
from afilia.foreigners.views.common import PAGE, REFUSED, posted, private, taken
from afilia.procedures.rules import WhoComes

ACTOR = "applicant"


def offer(appointment: Appointment) -> str:
    """What the page of an appointment for this procedure offers."""
    if appointment.procedure != PROCEDURE:
        return ""
    page = {
        "requests": queries.for_appointment(appointment),
        "href": reverse("foreigners:of-appointment", args=[appointment_reference(appointment)]),
    }
    return render_to_string("foreigners/offer.html", page)


def behind_appointment(
    view: Callable[[HttpRequest, Appointment], HttpResponse],
) -> Callable[[HttpRequest, str], HttpResponse]:
    """Give the view the appointment of the reference in its address, while its person may come."""

    @private
    @wraps(view)
    def found_first(request: HttpRequest, reference: str) -> HttpResponse:
        found = find_by_link(request, reference)
        if isinstance(found, HttpResponse):
            return found
        if not isinstance(found, Appointment) or found.procedure != PROCEDURE:
            raise Http404
        if not is_awaited(found, now=timezone.now()):
            raise Http404
        return view(request, found)

    return found_first


@require_http_methods(PAGE)
@behind_appointment
def overview(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """The requests of the appointment, and the one that this browser wanted to bring to it."""
    reference = sessions.brought(request)
    waiting = queries.by_reference(reference) if reference else None
    error = ""
    if waiting and request.method == "POST":
        try:
            preparing.link(request=waiting, appointment=appointment, actor=ACTOR, now=timezone.now())
        except RefusedError as refused:
            error = str(FAULTS[refused.fault])
        else:
            sessions.forget(request)
            messages.success(request, gettext("La solicitud quedó unida al turno."))
            return redirect(request.path)
    page = {
        "appointment": appointment,
        "reference": appointment_reference(appointment),
        "requests": [
            (one, reference_of(one.key) if not one.prepared_by else "")
            for one in queries.for_appointment(appointment)
        ],
        "waiting": waiting if waiting and waiting.appointment_id != appointment.pk else None,
        "error": error,
    }
    return render(request, "foreigners/of_appointment.html", page, status=REFUSED if error else 200)


@require_http_methods(PAGE)
@behind_appointment
def new(request: HttpRequest, appointment: Appointment) -> HttpResponse:
    """A request for who comes with the appointment; its reference is shown on the page that follows."""
    who = WhoComes(appointment.who_comes or WhoComes.EMPLOYER)
    form = RequestForm(
        posted(request),
        who_comes=who,
        signer=None,
        powers=None,
        ask_ruc=True,
        initial=_initial(appointment, who),
    )
    if form.is_valid():
        employer = queries.employer_of(form.cleaned_data["ruc"])
        if employer is None:
            form.refuse_ruc()
        else:
            kept = taken(
                form,
                lambda: preparing.prepare(
                    employer=employer,
                    asked=form.asked(),
                    appointment=appointment,
                    actor=ACTOR,
                    now=timezone.now(),
                ),
            )
            if kept:
                return redirect("foreigners:by-reference", reference_of(kept.key))
    page = {"form": form, "who": who, "appointment": appointment_reference(appointment)}
    return render(request, "foreigners/form.html", page, status=REFUSED if form.is_bound else 200)


def _initial(appointment: Appointment, who: WhoComes) -> dict[str, str]:
    prefix = "signer" if who is WhoComes.EMPLOYER else "comes"
    return {
        "ruc": appointment.ruc,
        f"{prefix}_document": appointment.kind,
        f"{prefix}_number": appointment.number,
        f"{prefix}_country": appointment.country,
        f"{prefix}_names": appointment.names,
    }
