"""The reception of an office: who is expected, who comes, who waits."""

from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from afilia.attendance import actions, papers, queries
from afilia.attendance.actions import ArrivalRefusedError
from afilia.attendance.forms import CheckInForm, FindForm, WalkInForm
from afilia.attendance.policy import policy
from afilia.attendance.rules.arrival import punctuality
from afilia.attendance.views.office import at_office, sent
from afilia.offices.models import Office
from afilia.staff.decorators import StaffRequest
from afilia.staff.rules import Role

PAGE = ["GET", "HEAD", "POST"]


@require_safe
@at_office(Role.COUNTER, Role.SUPERVISOR)
def agenda(request: StaffRequest, office: Office) -> HttpResponse:
    return _agenda(request, office, FindForm())


@require_safe
@at_office(Role.COUNTER, Role.SUPERVISOR)
def line(request: StaffRequest, office: Office) -> HttpResponse:
    """The part of the agenda that changes by itself, or a page of its own."""
    page = {"line": queries.line(office, now=timezone.now()), "office": office}
    is_part = request.headers.get("HX-Request") == "true"
    return render(request, "attendance/line.html" if is_part else "attendance/waiting.html", page)


@sensitive_post_parameters("what")
@require_POST
@at_office(Role.COUNTER, Role.SUPERVISOR)
def find(request: StaffRequest, office: Office) -> HttpResponse:
    form = FindForm(request.POST)
    if not form.is_valid():
        return _agenda(request, office, form, status=422)
    found = queries.find(office, form.cleaned_data["what"], now=timezone.now())
    if found.visit:
        return redirect("attendance:visit", found.visit.pk)
    if len(found.appointments) == 1:
        return redirect("attendance:appointment", found.appointments[0].pk)
    if found.appointments:
        page = {"appointments": found.appointments, "office": office}
        return render(request, "attendance/choose.html", page)
    if found.elsewhere:
        form.refuse_place(found.elsewhere.office, found.elsewhere.starts_at)
    else:
        form.refuse_unknown()
    return _agenda(request, office, form, status=422)


@require_http_methods(PAGE)
@at_office(Role.COUNTER, Role.SUPERVISOR)
def appointment(request: StaffRequest, office: Office, appointment_id: UUID) -> HttpResponse:
    """Who comes with an appointment, what they should bring, and the button that receives them."""
    now = timezone.now()
    booking = queries.appointment_for_office(office, appointment_id)
    if booking is None:
        raise Http404
    if visit := queries.visit_of_appointment(booking.pk):
        return redirect("attendance:visit", visit.pk)
    form = CheckInForm(sent(request))
    if form.is_valid():
        try:
            visit = actions.check_in(
                office=office,
                appointment_id=booking.pk,
                priority=form.cleaned_data["priority"],
                actor=request.staff.actor,
                now=now,
            )
        except ArrivalRefusedError as error:
            if error.visit:
                return redirect("attendance:visit", error.visit.pk)
            form.refuse(error)
        else:
            return _received(request, visit.pk, visit.ticket)
    actions.record_look(at=booking, by=request.staff, now=now)
    page = {
        "form": form,
        "appointment": booking,
        "office": office,
        "is_today": booking.on == queries.today(office, now=now),
        "is_booked": queries.is_booked(booking),
        "punctuality": punctuality(due_at=booking.starts_at, now=now, policy=policy().order),
        "requirements": papers.to_bring(booking.procedure, booking),
        "groups": papers.groups(),
    }
    return render(request, "attendance/appointment.html", page, status=422 if form.errors else 200)


@sensitive_post_parameters("identification")
@require_http_methods(PAGE)
@at_office(Role.COUNTER, Role.SUPERVISOR)
def walk_in(request: StaffRequest, office: Office) -> HttpResponse:
    form = WalkInForm(sent(request), procedures=queries.minutes(office))
    if form.is_valid():
        try:
            visit = actions.receive_walk_in(
                office=office, actor=request.staff.actor, now=timezone.now(), **form.cleaned_data
            )
        except ArrivalRefusedError as error:
            form.refuse(error)
        else:
            return _received(request, visit.pk, visit.ticket)
    page = {"form": form, "office": office, "groups": papers.groups()}
    return render(request, "attendance/walk_in.html", page, status=422 if form.errors else 200)


@require_safe
@at_office(Role.COUNTER, Role.SUPERVISOR)
def paper(request: StaffRequest, office: Office, visit_id: UUID) -> HttpResponse:
    """The number to hand over: on paper, or said and shown."""
    visit = queries.visit_for_office(office, visit_id)
    if visit is None:
        raise Http404
    address = settings.PUBLIC_URL + reverse("attendance:place", args=[queries.code_of(visit.pk)])
    picture = segno.make(address, micro=False).svg_data_uri(
        scale=4, border=2, dark="#17211f", light="#ffffff"
    )
    place = queries.line(office, now=timezone.now()).place(visit)
    page = {"visit": visit, "office": office, "address": address, "picture": picture, "place": place}
    return render(request, "attendance/paper.html", page)


def _received(request: StaffRequest, visit_id: UUID, ticket: str) -> HttpResponse:
    messages.success(request, gettext("Llegada registrada. Su número es %(ticket)s.") % {"ticket": ticket})
    return redirect("attendance:paper", visit_id)


def _agenda(request: StaffRequest, office: Office, form: FindForm, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    page: dict[str, Any] = {
        "form": form,
        "office": office,
        "today": queries.today(office, now=now),
        "agenda": queries.agenda(office, member_id=request.staff.id, now=now),
    }
    return render(request, "attendance/agenda.html", page, status=status)
