"""A place for a draft, held for five minutes, and confirmed."""

from datetime import datetime
from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from afilia.appointments import actions, queries, sessions
from afilia.appointments.bringing import bring_to
from afilia.appointments.forms import PlaceForm
from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.draft import Step
from afilia.appointments.rules.states import RefusedError, State, is_held
from afilia.appointments.sessions import Draft
from afilia.appointments.views.drafts import PAGE, go_on, known, open_draft, procedure_of, who_of
from afilia.appointments.views.picking import Pick, Picker, pick_day, pick_hour, pick_office, show_hours
from afilia.appointments.views.refusing import CONFLICT, GONE, refused
from afilia.kit.proxies import client_address


@never_cache
@require_http_methods(PAGE)
def office(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return _picked(request, draft_id, pick_office)


@never_cache
@require_http_methods(["GET", "HEAD"])
def day(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return _picked(request, draft_id, pick_day)


@never_cache
@require_http_methods(PAGE)
def hour(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    return _picked(request, draft_id, pick_hour)


@never_cache
@require_http_methods(PAGE)
def confirm(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """All that will be booked, and how long it is held. An earlier confirmation leads to what it booked."""
    draft = open_draft(request, draft_id, whole=True)
    if isinstance(draft, HttpResponse):
        return draft
    held = queries.appointment(draft.appointment) if draft.appointment else None
    if held is None:
        return go_on(draft)
    is_another = request.method == "POST" and request.POST.get("appointment") != held.pk.hex
    if request.method != "POST" or is_another:
        return _confirm_page(request, draft, held, is_another=is_another)
    try:
        booked = actions.confirm(appointment_id=held.pk, now=timezone.now())
    except RefusedError as error:
        if error.reason not in GONE:
            return refused(request, error, back=reverse("appointments:office", args=[draft.id]))
        form = PlaceForm(request.POST)
        form.full_clean()
        form.errors.clear()
        form.add_error(None, str(GONE[error.reason]))
        return show_hours(request, _picker(request, draft), held.office, held.on, form)
    return redirect("appointments:booking", reference_of(booked))


def _picked(request: HttpRequest, draft_id: UUID, pick: Pick) -> HttpResponse:
    draft = open_draft(request, draft_id, whole=True)
    if isinstance(draft, HttpResponse):
        return draft
    return pick(request, _picker(request, draft))


def _picker(request: HttpRequest, draft: Draft) -> Picker:
    of_holder = known(request)
    args = [draft.id]
    return Picker(
        procedure=procedure_of(draft),
        province=of_holder.province if of_holder else "",
        offices=reverse("appointments:office", args=args),
        days=reverse("appointments:day", args=args),
        hours=reverse("appointments:hour", args=args),
        wait=reverse("appointments:join", args=args),
        back=reverse("appointments:step", args=[draft.id, Step.CASE.value]),
        take=partial(_hold, request, draft),
    )


def _hold(request: HttpRequest, draft: Draft, place: PlaceForm, now: datetime) -> HttpResponse:
    """Hold a place for the draft; what it held before is given back with it."""
    agenda_id, starts_at = place.cleaned_data["place"]
    held = actions.hold(
        agenda_id=agenda_id,
        starts_at=starts_at,
        procedure=procedure_of(draft).slug,
        who=who_of(draft.answers),
        address=client_address(request),
        now=now,
        solution=place.cleaned_data["solution"],
        ticket=place.cleaned_data["ticket"],
        instead_of=draft.appointment,
    )
    draft.appointment = held.pk
    sessions.keep(request, draft)
    return redirect("appointments:confirm", draft.id)


def _confirm_page(
    request: HttpRequest, draft: Draft, held: Appointment, *, is_another: bool = False
) -> HttpResponse:
    now = timezone.now()
    is_live = is_held(State(held.state), held_until=held.held_until, now=now)
    left = (held.held_until - now).total_seconds() if is_live and held.held_until else 0
    page = {
        "draft": draft,
        "held": held,
        "procedure": procedure_of(draft),
        "bring": bring_to(held),
        "seconds": int(left),
        "is_another": is_another,
        "back": _hours_of(draft, held),
    }
    return render(request, "appointments/confirm.html", page, status=CONFLICT if is_another else 200)


def _hours_of(draft: Draft, held: Appointment) -> str:
    hours = reverse("appointments:hour", args=[draft.id])
    return f"{hours}?oficina={held.office.code}&dia={held.on.isoformat()}"
