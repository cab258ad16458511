"""The end of a day: nobody is left open, and the figures are written down from the ledger."""

from collections import Counter
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import State as Booking
from afilia.attendance import queries
from afilia.attendance.actions.days import locked_day, mark, record
from afilia.attendance.models import DayFigure, OfficeDay, Visit
from afilia.attendance.rules import figures
from afilia.attendance.rules.figures import Event
from afilia.attendance.rules.visits import OPEN, State, Step, after
from afilia.audit.rules import Fact
from afilia.offices.models import Office

# As what the appointment of a visit that the end of the day closed is marked. That of somebody who came and
# was not attended stays: the appointments say by themselves that it is over.
MARKS = {State.ATTENDED: Booking.ATTENDED, State.NO_SHOW: Booking.NO_SHOW}
FACTS = {
    State.ATTENDED: figures.UNRECORDED,
    State.NO_SHOW: figures.NO_SHOW,
    State.UNATTENDED: figures.UNATTENDED,
}


def close_days_over(*, now: datetime) -> int:
    """Close every day that is over at its office and not closed yet; the number of those closed."""
    return sum(close_day(office=day.office, on=day.on, now=now) for day in queries.days_over(now=now))


@transaction.atomic
def close_day(*, office: Office, on: date, now: datetime) -> bool:
    """Close an office's day: who never came or was called in vain did not show up, who still waited was not
    attended, who was at a counter was. False when it is not over there or closed already."""
    day = locked_day(office, on=on)
    if day.closed_at or queries.today(office, now=now) <= on:
        return False
    ended: dict[str, list[str]] = {fact: [] for fact in FACTS.values()}
    marks: dict[Appointment, Booking] = {}
    visits = Visit.objects.filter(day=day, state__in=OPEN).select_related("appointment").order_by("number")
    for visit in visits:
        state = after(State(visit.state), Step.CLOSE)
        if state is None:
            continue
        visit.state, visit.ended_at = state, now
        visit.save(update_fields=["state", "ended_at"])
        ended[FACTS[state]].append(str(visit.pk))
        if visit.appointment and state in MARKS:
            marks[visit.appointment] = MARKS[state]
    never_came: Counter[str] = Counter()
    for booking in queries.never_received(day):
        marks[booking] = Booking.NO_SHOW
        never_came[booking.procedure] += 1
    for booking in sorted(marks, key=lambda each: each.pk):  # bookings are locked in the order of their ids
        mark(booking, outcome=marks[booking], day=day, now=now)
    day.counters.filter(closed_at=None).update(closed_at=now)
    day.closed_at = now
    day.save(update_fields=["closed_at"])
    facts: dict[str, Fact] = {**ended, figures.NEVER_CAME: dict(never_came)}
    record(Event.DAY_CLOSED, day=day, actor="system", now=now, **facts)
    _write(day)
    return True


@transaction.atomic
def rebuild(*, office: Office, on: date) -> bool | None:
    """Write down the figures of a closed day again, from the ledger and nothing else.

    Whether they were others before; None where there is no such closed day.
    """
    day = OfficeDay.objects.select_for_update().filter(office=office, on=on, closed_at__isnull=False).first()
    if day is None:
        return None
    before = queries.written(day)
    _write(day)
    return queries.written(day) != before


def forget(*, now: datetime) -> None:
    """Forget who came, after as many days as appointments are; numbers and times stay."""
    before = (now - settings.APPOINTMENTS.keep).date()
    old = Visit.objects.filter(day__on__lt=before)
    old.exclude(identification="", appointment=None).update(identification="", appointment=None)


def _write(day: OfficeDay) -> None:
    day.figures.all().delete()
    DayFigure.objects.bulk_create(
        DayFigure(day=day, procedure=procedure, **vars(found))
        for procedure, found in queries.from_ledger(day.office.code, day.on).items()
    )
