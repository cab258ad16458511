"""The waiting list: to join it where nothing is free or for an earlier place, its state, an offer."""

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from afilia.appointments import actions
from afilia.appointments.booking import Who
from afilia.appointments.bringing import bring_to
from afilia.appointments.forms import WaitForm, identity
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.queries.availability import policy
from afilia.appointments.queries.finding import booking_of
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import Reason, RefusedError, Waiting
from afilia.appointments.views.drafts import PAGE, open_draft, posted, procedure_of, who_of
from afilia.appointments.views.managing import can_change, find_by_link
from afilia.appointments.views.picking import office_named
from afilia.appointments.views.refusing import ask_for_proof, refused
from afilia.kit.proxies import client_address
from afilia.offices.models import Office
from afilia.offices.provinces import BY_CODE, PROVINCES, Province
from afilia.procedures.catalogue import load


@never_cache
@require_http_methods(PAGE)
def join(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Wait for a place of the province in the address, or of the office."""
    draft = open_draft(request, draft_id, whole=True)
    if isinstance(draft, HttpResponse):
        return draft
    office = office_named(request)
    province = BY_CODE.get(office.province if office else request.GET.get("provincia", ""))
    back = reverse("appointments:office", args=[draft.id])
    if province is None:
        return redirect(back)
    return _join(
        request,
        who=who_of(draft.answers),
        procedure=procedure_of(draft).slug,
        province=province,
        office=office,
        back=f"{back}?provincia={province.code}",
    )


@never_cache
@require_http_methods(PAGE)
def earlier(request: HttpRequest, reference: str) -> HttpResponse:
    """Wait for a place before the one that is booked, which is kept meanwhile."""
    found = find_by_link(request, reference)
    if isinstance(found, HttpResponse):
        return found
    if isinstance(found, WaitingEntry) or found.confirmed_at is None:
        raise Http404
    here = reverse("appointments:booking", args=[reference])
    if not can_change(found, now=timezone.now()):
        return redirect(here)
    return _join(
        request,
        who=_who(found),
        procedure=found.procedure,
        province=BY_CODE[found.office.province],
        office=found.office,
        back=here,
        booked=found,
    )


@never_cache
@require_http_methods(PAGE)
def waiting(request: HttpRequest, reference: str) -> HttpResponse:
    """The place in the waiting list, and what is offered. Only what is sent from here changes anything."""
    found = find_by_link(request, reference)
    if isinstance(found, HttpResponse):
        return found
    if isinstance(found, Appointment):
        raise Http404
    do = DO.get(request.POST.get("do", ""))
    if do:
        try:
            return do(request, found, timezone.now())
        except RefusedError as error:
            if error.reason is not Reason.OVER:
                return refused(request, error, back=request.path)
            return redirect(request.path)  # it says what became of the offer
    offer, now = found.offer, timezone.now()
    is_offered = found.state == Waiting.OFFERED and offer is not None and offer.held_until is not None
    left = (offer.held_until - now).total_seconds() if is_offered and offer and offer.held_until else 0
    page = {
        "entry": found,
        "reference": reference,
        "procedure": load().procedures[found.procedure],
        "province": PROVINCES[found.province],
        "offer": offer if left > 0 else None,
        "lapsed": is_offered and left <= 0,
        "bring": bring_to(found),
        "minutes": _minutes_to_accept(),
        "booked": _booking_page(found, now=now),
    }
    return render(request, "appointments/waiting.html", page)


def _join(
    request: HttpRequest,
    *,
    who: Who,
    procedure: str,
    province: Province,
    office: Office | None,
    back: str,
    booked: Appointment | None = None,
) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now, province.zone)
    here = [("office", office.name)] if office else []
    places = [*here, ("province", gettext("Cualquier oficina de %(name)s") % {"name": province.name})]
    form = WaitForm(posted(request), places=places, today=today, initial={"where": places[0][0], "weeks": 4})
    if booked:
        del form.fields["weeks"]
    page = {
        "form": form,
        "back": back,
        "booked": booked,
        "procedure": load().procedures[procedure],
        "minutes": _minutes_to_accept(),
    }
    if not form.is_valid():
        return render(request, "appointments/join.html", page, status=422 if form.is_bound else 200)
    is_office = form.cleaned_data["where"] == "office"
    try:
        entry = actions.join_waiting_list(
            who=who,
            procedure=procedure,
            province=province.code,
            office_id=office.pk if office and is_office else None,
            from_on=today,
            to_on=_before(booked, today) if booked else form.until(),
            address=client_address(request),
            now=now,
            solution=form.cleaned_data["solution"],
            ticket=form.cleaned_data["ticket"],
        )
    except RefusedError as error:
        if error.reason is Reason.PROOF:
            held = form.cleaned_data["ticket"]
            return ask_for_proof(request, held=held, now=now, back=request.get_full_path())
        return refused(request, error, back=back)
    return redirect("appointments:waiting", reference_of(entry))


def _before(booked: Appointment, today: date) -> date:
    """The last day of an earlier place: that of the booking itself, whose earlier hours serve too."""
    return max(booked.on, today)


def _accept(_request: HttpRequest, entry: WaitingEntry, now: datetime) -> HttpResponse:
    booked = actions.accept_offer(entry_id=entry.pk, now=now)
    return redirect("appointments:booking", reference_of(booked))


def _decline(request: HttpRequest, entry: WaitingEntry, now: datetime) -> HttpResponse:
    actions.decline_offer(entry_id=entry.pk, now=now)
    said = gettext("El turno pasó a la persona siguiente. Usted sigue en la lista de espera.")
    messages.info(request, said)
    return redirect(request.path)


def _leave(request: HttpRequest, entry: WaitingEntry, now: datetime) -> HttpResponse:
    actions.leave_waiting_list(entry_id=entry.pk, now=now)
    return redirect(request.path)


DO: dict[str, Callable[[HttpRequest, WaitingEntry, datetime], HttpResponse]] = {
    "accept": _accept,
    "decline": _decline,
    "leave": _leave,
}


def _minutes_to_accept() -> int:
    return int(policy().offer.total_seconds()) // 60


def _booking_page(entry: WaitingEntry, *, now: datetime) -> str:
    """The page of what the person has booked."""
    booked = booking_of(entry, now=now)
    return reverse("appointments:booking", args=[reference_of(booked)]) if booked else ""


def _who(row: Appointment) -> Who:
    return Who(
        identity=identity(row.number, country=row.country),
        names=row.names,
        email=row.email,
        phone=row.phone,
        applicant=row.applicant,
        who_comes=row.who_comes,
        ruc=row.ruc,
    )
