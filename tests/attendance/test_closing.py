from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from afilia.appointments.rules.states import State as Booking
from afilia.attendance import actions, queries
from afilia.attendance.models import DayFigure, OfficeDay, OpenCounter, Visit
from afilia.attendance.rules.figures import ALL
from afilia.attendance.rules.visits import OPEN, State
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.offices.models import Office
from afilia.staff.rules import Staff
from tests.attendance.builders import (
    CODE,
    KEY,
    NOW,
    at,
    call,
    make_appointment,
    make_official,
    make_open_office,
    open_counter,
    receive,
    serve,
    walk_in,
)

DAY = NOW.date()
MIDNIGHT = datetime.fromisoformat("2026-11-24T00:00:00-05:00")  # of Quito


def lived_day(office: Office, staff: Staff) -> dict[str, Visit]:
    """A day with somebody at every end that a day can come to."""
    other = make_official(office)
    open_counter(office, staff, procedures=(KEY,))
    attended = walk_in(office, now=at(-30))
    serve(office, staff, now=at(-20))
    absent = receive(make_appointment(office, minutes=-20), now=at(-20))
    call(office, staff, now=at(-19))
    for minute in (-18, -17):
        actions.call_again(office=office, visit_id=absent.pk, staff=staff, now=at(minute))
    actions.mark_absent(office=office, visit_id=absent.pk, staff=staff, now=at(-16))
    serving = receive(make_appointment(office, minutes=0), now=at(-3))
    call(office, staff, now=at(1))
    actions.start(office=office, visit_id=serving.pk, staff=staff, now=at(2))
    open_counter(office, other, number=2, procedures=(CODE,), now=at(2))
    called = walk_in(office, procedure=CODE, now=at(2))
    call(office, other, now=at(3))
    waiting = receive(make_appointment(office, minutes=10), now=at(5))
    make_appointment(office, minutes=60)
    make_appointment(office, minutes=80, procedure=CODE)
    make_appointment(office, minutes=90, state=Booking.CANCELLED)
    return {
        "attended": attended,
        "absent": absent,
        "serving": serving,
        "called": called,
        "waiting": waiting,
    }


def states(visits: dict[str, Visit]) -> dict[str, str]:
    return {name: Visit.objects.get(pk=visit.pk).state for name, visit in visits.items()}


def test_nobody_is_left_open_at_the_end_of_the_day(office: Office, staff: Staff) -> None:
    visits = lived_day(office, staff)
    assert actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    assert states(visits) == {
        "attended": State.ATTENDED,
        "absent": State.NO_SHOW,
        "serving": State.ATTENDED,
        "called": State.NO_SHOW,
        "waiting": State.UNATTENDED,
    }
    assert not Visit.objects.filter(state__in=OPEN).exists()
    assert not OpenCounter.objects.filter(closed_at=None).exists()


def test_the_appointments_of_the_day_end_as_it_was(office: Office, staff: Staff) -> None:
    visits = lived_day(office, staff)
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    ends = {}
    for name, visit in visits.items():
        visit.refresh_from_db()
        if visit.appointment:
            ends[name] = visit.appointment.state
    # Who came and was not attended did not fail to show up.
    assert ends == {
        "absent": Booking.NO_SHOW,
        "serving": Booking.ATTENDED,
        "waiting": Booking.CONFIRMED,
    }
    never_came = office.appointments.exclude(
        pk__in=Visit.objects.exclude(appointment=None).values("appointment")
    )
    assert sorted(never_came.values_list("state", flat=True)) == ["cancelled", "no-show", "no-show"]


def test_the_figures_tell_the_day(office: Office, staff: Staff) -> None:
    lived_day(office, staff)
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    all_of_it = DayFigure.objects.get(day__office=office, procedure=ALL)
    counted = {
        name: getattr(all_of_it, name)
        for name in (
            "arrived",
            "appointments",
            "walk_ins",
            "priority",
            "attended",
            "missed",
            "unattended",
        )
    }
    assert counted == {
        "arrived": 5,
        "appointments": 3,
        "walk_ins": 2,
        "priority": 2,
        "attended": 2,
        "missed": 4,
        "unattended": 1,
    }
    assert (all_of_it.wait_median, all_of_it.wait_p95) == (60, 600)
    assert sorted(DayFigure.objects.values_list("procedure", flat=True)) == [ALL, KEY, CODE]


def test_the_figures_are_the_same_when_they_are_made_again_from_the_ledger(
    office: Office, staff: Staff
) -> None:
    lived_day(office, staff)
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    before = _rows(office)
    Visit.objects.all().delete()  # nothing but the ledger is read
    DayFigure.objects.update(attended=99)
    assert actions.rebuild(office=office, on=DAY) is True
    assert _rows(office) == before
    assert actions.rebuild(office=office, on=DAY) is False
    assert audit.verify() is None


def test_the_operator_can_ask_for_the_figures_of_a_closed_day_again(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    walk_in(office)
    with pytest.raises(CommandError, match="No hay un día cerrado 2026-11-23"):
        call_command("rebuild-attendance", office.code, "2026-11-23")
    with pytest.raises(CommandError, match="No hay un día cerrado"):
        call_command("rebuild-attendance", "NADA", "2026-11-23")
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    call_command("rebuild-attendance", office.code, "2026-11-23")
    DayFigure.objects.update(arrived=7)
    call_command("rebuild-attendance", office.code, "2026-11-23")
    assert capsys.readouterr().out.splitlines() == [
        "Las cifras ya eran estas.",
        "Las cifras eran otras y se escribieron de nuevo.",
    ]
    assert DayFigure.objects.get(procedure="").arrived == 1


def test_a_day_is_closed_once_and_not_before_it_is_over(office: Office, staff: Staff) -> None:
    walk_in(office)
    just_before = MIDNIGHT - timedelta(seconds=1)
    assert not actions.close_day(office=office, on=DAY, now=just_before)
    assert actions.close_days_over(now=just_before) == 0
    assert actions.close_days_over(now=MIDNIGHT) == 1
    assert actions.close_days_over(now=MIDNIGHT) == 0
    assert not actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    assert Entry.objects.filter(event="attendance.day-closed").count() == 1


@pytest.mark.django_db
def test_each_office_ends_its_day_at_its_own_midnight() -> None:
    capital = make_open_office()
    islands = make_open_office(province="20", city="Puerto Baquerizo Moreno")
    for office in (capital, islands):
        walk_in(office)
    assert actions.close_days_over(now=MIDNIGHT) == 1
    assert OfficeDay.objects.get(closed_at=None).office == islands
    assert actions.close_days_over(now=MIDNIGHT + timedelta(hours=1)) == 1


def test_an_office_that_received_nobody_holds_nothing_against_anybody(office: Office) -> None:
    appointment = make_appointment(office)
    assert actions.close_days_over(now=MIDNIGHT) == 0
    appointment.refresh_from_db()
    assert appointment.state == Booking.CONFIRMED


def test_appointments_that_the_engine_gave_up_on_count_too(office: Office) -> None:
    walk_in(office)
    early = make_appointment(office, minutes=-120, state=Booking.UNMARKED)
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    early.refresh_from_db()
    assert early.state == Booking.NO_SHOW


def test_who_came_is_forgotten_after_as_many_days_as_appointments_are(office: Office) -> None:
    kept = settings.APPOINTMENTS.keep
    visits = [receive(make_appointment(office)), walk_in(office, identification="1712345678")]
    actions.forget(now=NOW + kept)
    assert Visit.objects.filter(appointment=None, identification="").count() == 0
    actions.forget(now=NOW + kept + timedelta(days=1))
    forgotten = Visit.objects.filter(appointment=None, identification="")
    assert {visit.ticket for visit in forgotten} == {visit.ticket for visit in visits}


def test_a_day_that_goes_on_is_told_as_it_stands(office: Office, staff: Staff) -> None:
    lived_day(office, staff)
    (day,) = queries.for_office(office, from_on=DAY, to_on=DAY)
    assert (day.is_closed, day.all.arrived, day.all.attended, day.all.missed) == (False, 5, 1, 0)
    actions.close_day(office=office, on=DAY, now=MIDNIGHT)
    (day,) = queries.for_office(office, from_on=DAY, to_on=DAY)
    assert (day.is_closed, day.all.attended, day.by_procedure[CODE].missed) == (True, 2, 2)


def _rows(office: Office) -> Sequence[tuple[object, ...]]:
    rows = DayFigure.objects.filter(day__office=office).order_by("procedure")
    return [
        (row.procedure, row.arrived, row.attended, row.missed, row.unattended, row.wait_median, row.wait_p95)
        for row in rows
    ]
