"""How a request and an appointment come together, either way round."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

from afilia.appointments.actions import proving
from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import RefusedError as NotFoundError
from afilia.appointments.views.refusing import refused
from afilia.foreigners import queries, sessions
from afilia.foreigners.actions import preparing
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.forms.requests import AppointmentForm
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.references import reference_of
from afilia.foreigners.saying import FAULTS
from afilia.foreigners.texts import PROCEDURE
from afilia.foreigners.views.common import REFUSED, posted
from afilia.kit.proxies import client_address


def start_booking(request: HttpRequest, found: CodeRequest, *, back: tuple[str, object]) -> HttpResponse:
    """To the booking; an attorney books only with a power that serves (procedure sheet 002, step 6)."""
    shown = queries.shown(found, now=timezone.now())
    if not shown.is_live or shown.needs_power:
        messages.error(
            request,
            gettext("El turno se pide cuando la unidad jurídica haya validado el poder de quien va."),
        )
        return redirect(*back)
    sessions.bring(request, reference_of(found.key))
    return redirect(f"{reverse('appointments:start')}?{urlencode({'tramite': PROCEDURE})}")


def typed_appointment(
    request: HttpRequest, found: CodeRequest, *, actor: str, back: tuple[str, object]
) -> HttpResponse:
    """The page that asks for the code of an appointment of who comes; tries are counted."""
    form = AppointmentForm(posted(request))
    if form.is_valid():
        try:
            appointment = proving.consult(
                code=form.cleaned_data["code"],
                number=found.comes_number or found.signer_number,
                address=client_address(request),
                now=timezone.now(),
            )
        except NotFoundError as error:
            return refused(request, error, back=request.path)
        if appointment is None:
            form.refuse()
        elif _linked(request, found, appointment, actor=actor, form=form):
            return redirect(*back)
    page = {"form": form, "found": found, "back": reverse(back[0], args=[back[1]])}
    return render(request, "foreigners/link.html", page, status=REFUSED if form.is_bound else 200)


def _linked(
    request: HttpRequest, found: CodeRequest, appointment: Appointment, *, actor: str, form: AppointmentForm
) -> bool:
    try:
        preparing.link(request=found, appointment=appointment, actor=actor, now=timezone.now())
    except RefusedError as error:
        form.refuse(str(FAULTS[error.fault]))
        return False
    messages.success(request, gettext("La solicitud quedó unida al turno."))
    return True
