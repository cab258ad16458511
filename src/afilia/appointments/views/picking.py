"""Office, day and hour, chosen from lists: for a booking that is being written, and to move one.

What was chosen stands in the address, so that the back button and several tabs do what people expect.
"""

from calendar import Calendar
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import get_language

from afilia.appointments import queries
from afilia.appointments.forms import PlaceForm, ProvinceForm
from afilia.appointments.queries import Day, Place
from afilia.appointments.rules.states import Reason, RefusedError
from afilia.appointments.views.refusing import CONFLICT, GONE, ask_for_proof, refused
from afilia.offices import queries as offices
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.rules import Procedure

FAR = timedelta(days=400)  # beyond any horizon, and well within what dates can hold
SHOWN = 10  # days of the list, before all of them are asked for
Take = Callable[[PlaceForm, datetime], HttpResponse]
Again = Callable[[PlaceForm], HttpResponse]


@dataclass(frozen=True, kw_only=True)
class Picker:
    """For whom a place is chosen. The addresses are without the choice, which follows them as a query."""

    procedure: Procedure
    province: str  # to begin with; empty: not known
    offices: str
    days: str
    hours: str
    wait: str  # page of the waiting list
    back: str
    take: Take  # what is done with the place; raises RefusedError
    moving: bool = False


Pick = Callable[[HttpRequest, Picker], HttpResponse]


def pick_office(request: HttpRequest, picker: Picker) -> HttpResponse:
    """The offices of a province that do the procedure, and the next free places in it and around."""
    if request.method == "POST":
        return _take(request, picker, again=lambda form: _offices(request, picker, form))
    return _offices(request, picker, None)


def pick_day(request: HttpRequest, picker: Picker) -> HttpResponse:
    """The days of an office with their free places: a list, and months as tables besides."""
    office = _office(request, picker)
    if office is None:
        return redirect(picker.offices)
    found = [day for day in queries.days(office, picker.procedure.slug, now=timezone.now()) if day.places]
    page = {
        "picker": picker,
        "office": office,
        "days": found if "todos" in request.GET else found[:SHOWN],
        "more": "" if "todos" in request.GET or len(found) <= SHOWN else _query(office, todos=1),
        "months": list(_months(found)),
        "weekdays": [(WEEKDAYS[day], WEEKDAYS_ABBR[day]) for day in range(7)],
        "query": _query(office),
        "wait_url": f"{picker.wait}?{_query(office)}",
        "back": f"{picker.offices}?{urlencode({'provincia': office.province})}",
    }
    return render(request, "appointments/picker/days.html", page)


def pick_hour(request: HttpRequest, picker: Picker) -> HttpResponse:
    """The hours of a day of an office. A place chosen here is held, or the booking moved to it."""
    office, on = _office(request, picker), _day(request)
    if office is None or on is None:
        return redirect(f"{picker.days}?{_query(office)}" if office else picker.offices)
    if request.method == "POST":
        return _take(request, picker, again=lambda form: show_hours(request, picker, office, on, form))
    return show_hours(request, picker, office, on)


def show_hours(
    request: HttpRequest, picker: Picker, office: Office, on: date, form: PlaceForm | None = None
) -> HttpResponse:
    """The page of the hours; with a form that was refused it says why."""
    now = timezone.now()
    free = [place for place in queries.hours(office, picker.procedure.slug, on, now=now) if place.places]
    days = [day.on for day in queries.days(office, picker.procedure.slug, now=now) if day.places]
    page = {
        "picker": picker,
        "office": office,
        "on": on,
        "parts": _parts(free, office),
        "closed": offices.closed_because(office, on, language=get_language() or "es"),
        "query": _query(office, dia=on.isoformat()),
        "wait_url": f"{picker.wait}?{_query(office)}",
        "before": _day_link(office, max((day for day in days if day < on), default=None)),
        "after": _day_link(office, min((day for day in days if day > on), default=None)),
        "form": form,
        "back": f"{picker.days}?{_query(office)}",
    }
    return render(request, "appointments/picker/hours.html", page, status=CONFLICT if form else 200)


def _offices(request: HttpRequest, picker: Picker, refused_form: PlaceForm | None) -> HttpResponse:
    now, slug = timezone.now(), picker.procedure.slug
    known = queries.provinces_for(slug, on=timezone.localdate(now))
    usual = picker.province if picker.province in known else ""
    chosen = request.GET.get("provincia", usual)
    is_asked = bool(usual) or "provincia" in request.GET
    asked = ProvinceForm({"provincia": chosen} if is_asked else None, provinces=known)
    page: dict[str, Any] = {
        "picker": picker,
        "asked": asked,
        "form": refused_form or asked,
        "query": request.GET.urlencode(),
        "back": picker.back,
    }
    if asked.is_valid():
        province = asked.cleaned_data["provincia"]
        by_office = queries.province_days(province, slug, now=now)
        page |= {
            "province": PROVINCES[province],
            "next": queries.next_free(province, slug, now=now),
            "offices": [
                (office, _summary(by_office.get(office.pk, [])), _query(office))
                for office in queries.offices_for(slug, province=province, on=timezone.localdate(now))
            ],
            "wait_url": f"{picker.wait}?{urlencode({'provincia': province})}",
        }
    return render(request, "appointments/picker/offices.html", page, status=CONFLICT if refused_form else 200)


def _take(request: HttpRequest, picker: Picker, *, again: Again) -> HttpResponse:
    form, now = PlaceForm(request.POST), timezone.now()
    if not form.is_valid() or abs(form.cleaned_data["place"][1] - now) > FAR:  # no button of ours sends that
        return redirect(picker.offices)
    try:
        return picker.take(form, now)
    except RefusedError as error:
        if error.reason is Reason.PROOF:
            return ask_for_proof(
                request, held=form.cleaned_data["ticket"], now=now, back=request.get_full_path()
            )
        if error.reason not in GONE:
            return refused(request, error, back=request.get_full_path())
        form.add_error(None, str(GONE[error.reason]))
        return again(form)


def office_named(request: HttpRequest) -> Office | None:
    """The office in the address."""
    code = request.GET.get("oficina", "")
    return offices.office(code) if code.isprintable() else None  # PostgreSQL takes no NUL


def _office(request: HttpRequest, picker: Picker) -> Office | None:
    """The office in the address, where it does the procedure."""
    office = office_named(request)
    if office is None:
        return None
    today = timezone.localdate(timezone.now(), offices.zone_of(office))
    doing = queries.offices_for(picker.procedure.slug, province=office.province, on=today)
    return office if office in doing else None


def _day(request: HttpRequest) -> date | None:
    try:
        on = date.fromisoformat(request.GET.get("dia", ""))
    except ValueError:
        return None
    return on if abs(on - timezone.localdate(timezone.now())) < FAR else None


def _query(office: Office, **more: object) -> str:
    return urlencode({"oficina": office.code, **more})


def _day_link(office: Office, on: date | None) -> tuple[date, str] | None:
    return (on, _query(office, dia=on.isoformat())) if on else None


def _summary(days: list[Day]) -> tuple[date, int] | None:
    """The first day with a free place, and how many places there are in all."""
    free = [day for day in days if day.places]
    return (free[0].on, sum(day.places for day in free)) if free else None


def _parts(places: list[Place], office: Office) -> list[tuple[bool, list[Place]]]:
    """The free places before noon and after it, one for each time."""
    zone = offices.zone_of(office)
    once = {place.starts_at: place for place in reversed(places)}  # of several agendas the first one

    def is_morning(place: Place) -> bool:
        return timezone.localtime(place.starts_at, zone).hour < 12

    ordered = sorted(once.values(), key=lambda place: place.starts_at)
    return [(morning, list(part)) for morning, part in groupby(ordered, key=is_morning)]


def _months(days: list[Day]) -> Iterator[tuple[date, list[list[tuple[date, int] | None]]]]:
    """Each month from the first free day to the last: its weeks from Monday, with the places of each day."""
    places = {day.on: day.places for day in days}
    for first in sorted({on.replace(day=1) for on in places}):
        weeks = Calendar().monthdatescalendar(first.year, first.month)
        yield (
            first,
            [[(on, places.get(on, 0)) if on.month == first.month else None for on in week] for week in weeks],
        )
