"""What is booked, by the link of the mail. To look changes nothing: programs open links too."""

from datetime import datetime
from functools import partial

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from afilia.appointments import actions, on_the_day
from afilia.appointments.actions import proving
from afilia.appointments.bringing import bring_to
from afilia.appointments.calendar import calendar_of
from afilia.appointments.forms import FindForm, LostForm, PlaceForm
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.papers import confirmation_of
from afilia.appointments.queries.finding import is_awaited
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import RefusedError, State, may_change
from afilia.appointments.views.drafts import PAGE, posted
from afilia.appointments.views.picking import Pick, Picker, pick_day, pick_hour, pick_office
from afilia.appointments.views.refusing import refused
from afilia.kit.proxies import client_address
from afilia.procedures.catalogue import load


@never_cache
@require_safe
def booking(request: HttpRequest, reference: str) -> HttpResponse:
    """The confirmation, or what became of the booking."""
    found = _found(request, reference)
    if isinstance(found, HttpResponse):
        return found
    now = timezone.now()
    is_over = now >= found.ends_at
    page = {
        "booking": found,
        "reference": reference,
        "here": on_the_day.told(found),
        "offered": on_the_day.offered(found),
        "procedure": load().procedures[found.procedure],
        "bring": bring_to(found),
        "can_change": can_change(found, now=now),
        "is_ahead": is_awaited(found, now=now) and not (is_over and found.displaced_at),
        "is_over": is_over,
    }
    return render(request, "appointments/booking.html", page)


@never_cache
@require_http_methods(PAGE)
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask once, and then cancel."""
    found = _changeable(request, reference)
    if isinstance(found, HttpResponse):
        return found
    here = reverse("appointments:booking", args=[reference])
    if request.method != "POST":
        return render(request, "appointments/cancel.html", {"booking": found, "back": here})
    try:
        actions.cancel(appointment_id=found.pk, now=timezone.now())
    except RefusedError as error:
        return refused(request, error, back=here)
    return redirect(here)


@never_cache
@require_http_methods(PAGE)
def move_office(request: HttpRequest, reference: str) -> HttpResponse:
    return _picked(request, reference, pick_office)


@never_cache
@require_safe
def move_day(request: HttpRequest, reference: str) -> HttpResponse:
    return _picked(request, reference, pick_day)


@never_cache
@require_http_methods(PAGE)
def move_hour(request: HttpRequest, reference: str) -> HttpResponse:
    return _picked(request, reference, pick_hour)


@never_cache
@require_safe
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    found = _confirmed(request, reference)
    if isinstance(found, HttpResponse):
        return found
    return _file(confirmation_of(found), "application/pdf", f"turno-{found.code}.pdf")


@never_cache
@require_safe
def ics(request: HttpRequest, reference: str) -> HttpResponse:
    found = _confirmed(request, reference)
    if isinstance(found, HttpResponse):
        return found
    content = calendar_of(found, now=timezone.now()).encode()
    return _file(content, "text/calendar; charset=utf-8", f"turno-{found.code}.ics")


@never_cache
@sensitive_post_parameters()
@require_http_methods(PAGE)
def find(request: HttpRequest) -> HttpResponse:
    """A booking by its short code and its person's document."""
    form = FindForm(posted(request))
    if form.is_valid():
        try:
            found = proving.consult(**form.cleaned_data, address=client_address(request), now=timezone.now())
        except RefusedError as error:
            return refused(request, error, back=request.path)
        if found:
            return redirect("appointments:booking", reference_of(found))
        form.refuse()
    return render(request, "appointments/find.html", {"form": form}, status=422 if form.is_bound else 200)


@never_cache
@sensitive_post_parameters()
@require_http_methods(PAGE)
def lost(request: HttpRequest) -> HttpResponse:
    """The links once more, to the address that has them; the answer is always the same."""
    form = LostForm(posted(request))
    if not form.is_valid():
        return render(request, "appointments/lost.html", {"form": form}, status=422 if form.is_bound else 200)
    email = form.cleaned_data["email"]
    try:
        actions.send_links(email=email, address=client_address(request), now=timezone.now())
    except RefusedError as error:  # the same whether there is anything or not
        return refused(request, error, back=request.path)
    return render(request, "appointments/lost_sent.html", {"email": email})


def can_change(found: Appointment, *, now: datetime) -> bool:
    return may_change(State(found.state), starts_at=found.starts_at, now=now)


def find_by_link(request: HttpRequest, reference: str) -> Appointment | WaitingEntry | HttpResponse:
    """What a link is for; a page when too many wrong ones were opened. Raises Http404."""
    try:
        found = actions.find(reference=reference, address=client_address(request), now=timezone.now())
    except RefusedError as error:
        return refused(request, error, back=reverse("appointments:start"))
    if found is None:
        raise Http404
    return found


def _found(request: HttpRequest, reference: str) -> Appointment | HttpResponse:
    """The booking of a link, confirmed once. A hold was never anybody's to look at by link."""
    found = find_by_link(request, reference)
    if isinstance(found, WaitingEntry) or (isinstance(found, Appointment) and found.confirmed_at is None):
        raise Http404
    return found


def _changeable(request: HttpRequest, reference: str) -> Appointment | HttpResponse:
    """The booking, where it can still be moved or cancelled; else the page that says what it is."""
    found = _found(request, reference)
    if isinstance(found, Appointment) and not can_change(found, now=timezone.now()):
        return redirect("appointments:booking", reference)
    return found


def _confirmed(request: HttpRequest, reference: str) -> Appointment | HttpResponse:
    found = _found(request, reference)
    if isinstance(found, Appointment) and found.state != State.CONFIRMED:
        raise Http404
    return found


def _picked(request: HttpRequest, reference: str, pick: Pick) -> HttpResponse:
    found = _changeable(request, reference)
    return found if isinstance(found, HttpResponse) else pick(request, _picker(request, found))


def _picker(request: HttpRequest, found: Appointment) -> Picker:
    args = [reference_of(found)]
    return Picker(
        procedure=load().procedures[found.procedure],
        province=found.office.province,
        offices=reverse("appointments:move-office", args=args),
        days=reverse("appointments:move-day", args=args),
        hours=reverse("appointments:move-hour", args=args),
        wait=reverse("appointments:earlier", args=args),
        back=reverse("appointments:booking", args=args),
        take=partial(_move, request, found),
        moving=True,
    )


def _move(request: HttpRequest, found: Appointment, place: PlaceForm, now: datetime) -> HttpResponse:
    agenda_id, starts_at = place.cleaned_data["place"]
    actions.move_by_link(
        appointment_id=found.pk,
        agenda_id=agenda_id,
        starts_at=starts_at,
        now=now,
    )
    messages.success(
        request, gettext("Su turno cambió. Le enviamos la confirmación nueva; la anterior ya no sirve.")
    )
    return redirect("appointments:booking", reference_of(found))


def _file(content: bytes, media_type: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=media_type,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
