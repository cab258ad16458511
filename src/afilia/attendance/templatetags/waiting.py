"""What a page tells of somebody in the line of an office: `{% load waiting %}`.

{{ slug|procedure_name }}
{{ visit.state|state_tag }}  {{ appointment.state|booking_tag }}
{{ seconds|minutes }}                «12 min», or a dash
{{ appointment.who_comes|comes_as }}  as what somebody comes
{{ when|at_office:office }}          a moment as the hour at the office
"""

from datetime import datetime

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from afilia.appointments.forms import WHO_COMES
from afilia.appointments.rules.states import State as Booking
from afilia.attendance import papers
from afilia.attendance.rules.visits import State
from afilia.offices.models import Office
from afilia.offices.queries import zone_of
from afilia.procedures.rules import WhoComes

register = template.Library()
register.filter("procedure_name", papers.name)

STATES = {
    State.WAITING: (_("En espera"), "info"),
    State.CALLED: (_("Llamado"), "warning"),
    State.SERVING: (_("En atención"), "warning"),
    State.ABSENT: (_("No se presentó"), "error"),
    State.ATTENDED: (_("Atendido"), "success"),
    State.NO_SHOW: (_("No se presentó"), "error"),
    State.UNATTENDED: (_("Sin atender"), "error"),
}
BOOKINGS = {
    Booking.CONFIRMED: (_("No ha llegado"), "neutral"),
    Booking.ATTENDED: (_("Atendido"), "success"),
    Booking.NO_SHOW: (_("No se presentó"), "error"),
    Booking.UNMARKED: (_("Sin registro"), "neutral"),
    Booking.CANCELLED: (_("Cancelado"), "neutral"),
}


@register.filter
def state_tag(state: str) -> SafeString:
    text, kind = STATES[State(state)]
    return render_to_string("govuk/tag.html", {"text": text, "kind": kind})


@register.filter
def booking_tag(state: str) -> SafeString:
    text, kind = BOOKINGS[Booking(state)]
    return render_to_string("govuk/tag.html", {"text": text, "kind": kind})


@register.filter
def comes_as(who_comes: str) -> str:
    """As what the person of an appointment comes; empty where they did not say."""
    return str(WHO_COMES[WhoComes(who_comes)]) if who_comes else ""


@register.filter
def minutes(seconds: int | None) -> str:
    return "–" if seconds is None else f"{-(-seconds // 60)}\u00a0min"


@register.filter
def at_office(moment: datetime, office: Office) -> str:
    """The hour of a moment on the clock of an office."""
    return date_format(moment.astimezone(zone_of(office)), "H:i")
