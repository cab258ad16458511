"""What everybody may see: the screen of a waiting room, and one's own place behind the code of the paper."""

import hashlib
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from afilia.appointments.models import Appointment
from afilia.attendance import queries
from afilia.attendance.rules.visits import OPEN
from afilia.offices import queries as offices

SEEN = "visto"  # what the browser shows already


@never_cache
@require_safe
def screen(request: HttpRequest, code: str) -> HttpResponse:
    return render(request, "attendance/screen.html", _screen(code))


@never_cache
@require_safe
def called(request: HttpRequest, code: str) -> HttpResponse:
    """The part of the screen that changes."""
    return _part(request, "attendance/called.html", _screen(code))


@never_cache
@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """How many are ahead of one's own number; HTMX asks for the part that changes alone."""
    visit = queries.visit_of_code(code)
    if visit is None:
        raise Http404
    office, now = visit.day.office, timezone.now()
    page = {
        "visit": visit,
        "office": office,
        "is_open": visit.state in OPEN and visit.day.closed_at is None,
        "place": queries.line(office, now=now).place(visit),
    }
    if request.headers.get("HX-Request") == "true":
        return _part(request, "attendance/place_text.html", page)
    return render(request, "attendance/place.html", page)


def number_of(appointment: Appointment) -> SafeString | str:
    """The number, who is ahead and the wait, for the page of an appointment whose person is at the office."""
    visit = queries.visit_of_appointment(appointment.pk)
    if visit is None or visit.state not in OPEN or visit.day.closed_at is not None:
        return ""
    office = visit.day.office
    page = {
        "visit": visit,
        "place": queries.line(office, now=timezone.now()).place(visit),
        "code": queries.code_of(visit.pk),
    }
    return render_to_string("attendance/waiting_number.html", page)


def _screen(code: str) -> dict[str, Any]:
    office = offices.office(code)
    if office is None:
        raise Http404
    now = timezone.now()
    found = queries.screen(office, now=now)
    spoken = [
        gettext("Número %(ticket)s, ventanilla %(counter)s")
        % {"ticket": call.ticket, "counter": call.counter}
        for call in found.called[:1]
    ]
    return {"office": office, "screen": found, "now": now, "spoken": "".join(spoken)}


def _part(request: HttpRequest, template: str, page: dict[str, Any]) -> HttpResponse:
    """A part of a page that asks for itself again; nothing while it is what the browser shows.

    So no screen reader repeats what it has said, and nothing flickers.
    """
    content = render_to_string(template, page)
    mark = hashlib.sha256(content.encode()).hexdigest()[:16]
    if request.GET.get(SEEN) == mark:
        return HttpResponse(status=204)
    return HttpResponse(content + format_html('<input type="hidden" name="{}" value="{}">', SEEN, mark))
