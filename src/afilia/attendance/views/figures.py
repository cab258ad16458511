"""The figures of an office's days."""

import csv as csv_module
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from afilia.attendance import queries
from afilia.attendance.forms import PeriodForm
from afilia.attendance.queries.figures import FIELDS
from afilia.attendance.views.office import at_office
from afilia.offices.models import Office
from afilia.staff.decorators import StaffRequest
from afilia.staff.rules import Role

DAYS = 14  # shown where no others are asked for
LONGEST = 366


@require_safe
@at_office(Role.SUPERVISOR)
def page(request: StaffRequest, office: Office) -> HttpResponse:
    form, from_on, to_on = _period(request, office)
    days = queries.for_office(office, from_on=from_on, to_on=to_on)
    asked: dict[str, Any] = {
        "form": form,
        "office": office,
        "days": days,
        "from_on": from_on,
        "to_on": to_on,
    }
    return render(request, "attendance/figures.html", asked, status=422 if form.errors else 200)


@require_safe
@at_office(Role.SUPERVISOR)
def csv(request: StaffRequest, office: Office) -> HttpResponse:
    _form, from_on, to_on = _period(request, office)
    days = queries.for_office(office, from_on=from_on, to_on=to_on)
    name = f"turnos-{office.code}-{from_on}-{to_on}.csv"
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response.write("\ufeff")  # spreadsheets take it for another encoding without
    csv_module.writer(response, delimiter=";").writerows(_rows(office, days))
    return response


def _period(request: StaffRequest, office: Office) -> tuple[PeriodForm, date, date]:
    """The days asked for; the last ones where none or impossible ones are."""
    today = queries.today(office, now=timezone.now())
    initial = {"desde": today - timedelta(days=DAYS - 1), "hasta": today}
    form = PeriodForm(request.GET or None, initial=initial)
    if not form.is_valid():
        return form, initial["desde"], today
    to_on = form.cleaned_data["hasta"] or today
    from_on = form.cleaned_data["desde"] or to_on - timedelta(days=DAYS - 1)
    if from_on > to_on or (to_on - from_on).days > LONGEST:
        message = gettext(
            "Elija un período de un año como máximo. El primer día no puede ser posterior al último."
        )
        form.add_error("desde", message)
        return form, to_on - timedelta(days=DAYS - 1), to_on
    return form, from_on, to_on


def _rows(office: Office, days: Sequence[queries.DayFigures]) -> Iterator[list[object]]:
    """A line a day and procedure; the one of all has no procedure. Waits in seconds."""
    yield ["office", "date", "closed", "procedure", *FIELDS]
    for day in days:
        for slug, found in {"": day.all, **day.by_procedure}.items():
            values = [getattr(found, name) for name in FIELDS]
            shown = ["" if value is None else value for value in values]
            yield [office.code, day.on.isoformat(), int(day.is_closed), slug, *shown]
