"""What a refusal looks like: what happened and what to do, and that nothing was lost."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from afilia.appointments.actions import proving
from afilia.appointments.rules.states import Reason, RefusedError
from afilia.kit.proxies import client_address
from afilia.verification import proof

GONE = {  # the place is gone and another one may be chosen right here
    Reason.TAKEN: _("Ese turno se acaba de ocupar. Sus datos siguen aquí: elija otro."),
    Reason.NO_PLACE: _("Esa hora ya no se puede pedir. Sus datos siguen aquí: elija otra."),
    Reason.CLOSED: _("La oficina cierra ese día. Sus datos siguen aquí: elija otro día."),
}
STATUS = {Reason.LIMIT: 429, Reason.TOO_MANY: 429, Reason.UNKNOWN: 404}
CONFLICT = 409


def refused(request: HttpRequest, error: RefusedError, *, back: str) -> HttpResponse:
    """A page of its own for a refusal; `back` is where the person goes on."""
    page = {"reason": error.reason.value, "until": error.until, "back": back}
    return render(request, "appointments/refused.html", page, status=STATUS.get(error.reason, CONFLICT))


def ask_for_proof(request: HttpRequest, *, held: str, now: datetime, back: str) -> HttpResponse:
    """What was sent, to be sent once more with a proof of work or after a wait."""
    asked = proof.ask(
        purpose=proving.PURPOSE,
        held=held,
        address=client_address(request),
        now=now,
    )
    ours = {"csrfmiddlewaretoken", "solution", "ticket"}
    sent = [(name, value) for name, value in request.POST.items() if name not in ours]
    return render(request, "appointments/proof.html", {"asked": asked, "sent": sent, "back": back})
