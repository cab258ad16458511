from datetime import timedelta

import pytest

from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import State as Booking
from afilia.attendance import actions, queries
from afilia.attendance.actions import ArrivalRefusedError
from afilia.attendance.models import Visit
from afilia.attendance.rules.arrival import Refusal
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import State
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.offices.models import Closure, Office
from afilia.staff.rules import Staff
from tests.attendance.builders import (
    CODE,
    KEY,
    NOW,
    at,
    make_appointment,
    make_official,
    make_open_office,
    open_counter,
    receive,
    walk_in,
)


def refused(error: pytest.ExceptionInfo[ArrivalRefusedError]) -> Refusal:
    return error.value.reason


def test_who_comes_with_an_appointment_gets_a_number_and_waits(office: Office) -> None:
    appointment = make_appointment(office, minutes=5)
    visit = receive(appointment)
    assert (visit.ticket, visit.state, visit.standing) == ("A1", State.WAITING, Standing.APPOINTMENT)
    assert (visit.due_at, visit.procedure, visit.identification) == (appointment.starts_at, KEY, "")
    assert queries.visit_of_code(queries.code_of(visit.pk)) == visit


def test_numbers_go_up_through_the_day_and_begin_again_the_next(office: Office) -> None:
    tickets = [receive(make_appointment(office)).ticket, walk_in(office).ticket, walk_in(office).ticket]
    tomorrow = NOW + timedelta(days=1)
    tickets.append(walk_in(office, now=tomorrow).ticket)
    tickets.append(walk_in(make_open_office()).ticket)
    assert tickets == ["A1", "B2", "B3", "B1", "B1"]


def test_a_ticket_does_not_tell_who_has_priority(office: Office) -> None:
    staff = make_official(office)
    open_counter(office, staff)
    assert walk_in(office, priority=True).ticket[0] == walk_in(office, priority=False).ticket[0]


def test_who_comes_after_the_grace_waits_without_the_place_of_the_appointment(office: Office) -> None:
    assert receive(make_appointment(office, minutes=-10)).standing == Standing.APPOINTMENT
    late = receive(make_appointment(office, minutes=-11))
    assert late.standing == Standing.LATE
    entry = Entry.objects.order_by("-pk").first()
    assert entry
    assert entry.facts["counts_from"] == NOW.isoformat()


def test_nobody_is_received_twice(office: Office) -> None:
    appointment = make_appointment(office)
    visit = receive(appointment)
    with pytest.raises(ArrivalRefusedError) as error:
        receive(appointment)
    assert (refused(error), error.value.visit) == (Refusal.HERE, visit)


@pytest.mark.parametrize("state", [Booking.CANCELLED, Booking.EXPIRED, Booking.NO_SHOW], ids=str)
def test_an_appointment_that_is_over_is_not_received(office: Office, state: Booking) -> None:
    with pytest.raises(ArrivalRefusedError) as error:
        receive(make_appointment(office, state=state))
    assert refused(error) is Refusal.NOT_BOOKED
    assert not Visit.objects.exists()


def test_an_appointment_of_another_day_or_office_is_not_received(office: Office) -> None:
    appointment = make_appointment(office)
    with pytest.raises(ArrivalRefusedError) as error:
        receive(appointment, now=NOW - timedelta(days=1))
    assert refused(error) is Refusal.OTHER_DAY
    with pytest.raises(ArrivalRefusedError) as error:
        actions.check_in(
            office=make_open_office(),
            appointment_id=appointment.pk,
            priority=False,
            actor="staff:1",
            now=NOW,
        )
    assert refused(error) is Refusal.OTHER_OFFICE


@pytest.mark.django_db
def test_the_day_is_that_of_the_office_and_not_of_the_capital() -> None:
    midnight = NOW.replace(
        day=24, hour=5, minute=30
    )  # half past twelve in Quito, half past eleven in Galápagos
    islands, capital = make_open_office(province="20", city="Puerto Baquerizo Moreno"), make_open_office()
    days = [queries.today(office, now=midnight).day for office in (islands, capital)]
    assert days == [23, 24]


def test_the_groups_of_the_sheet_are_received_whatever_there_is_to_do(office: Office) -> None:
    for minutes in range(0, 420, 5):
        make_appointment(office, minutes=minutes)
    assert walk_in(office, priority=True).state == State.WAITING
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office, priority=False)
    assert refused(error) is Refusal.FULL


def test_others_are_received_while_the_counters_that_are_open_have_time(office: Office, staff: Staff) -> None:
    # From ten to five: 420 minutes of one counter, ten a person.
    open_counter(office, staff)
    for minutes in range(0, 410, 10):
        make_appointment(office, minutes=minutes)
    assert walk_in(office, priority=False).state == State.WAITING
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office, priority=False)
    assert refused(error) is Refusal.FULL
    open_counter(office, make_official(office), number=2)
    assert walk_in(office, priority=False).state == State.WAITING


def test_before_the_counters_open_those_that_are_planned_count(office: Office) -> None:
    assert walk_in(office, priority=False, procedure=CODE).state == State.WAITING


@pytest.mark.parametrize(
    ("minutes", "is_received"),
    [(-121, False), (-120, True), (419, True), (420, False)],
    ids=["before it opens", "when it opens", "the last minute", "when it closes"],
)
def test_walk_ins_are_received_in_the_hours_of_the_office(
    office: Office, minutes: int, is_received: bool
) -> None:
    if is_received:
        assert walk_in(office, now=at(minutes))
        return
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office, now=at(minutes))
    assert refused(error) is Refusal.CLOSED


def test_where_a_counter_attends_out_of_hours_the_groups_of_the_sheet_are_received(
    office: Office, staff: Staff
) -> None:
    sunday = NOW - timedelta(days=1)
    open_counter(office, staff, now=sunday)
    assert walk_in(office, now=sunday, priority=True).state == State.WAITING
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office, now=sunday, priority=False)
    assert refused(error) is Refusal.FULL


def test_nobody_is_received_on_a_day_that_is_closed(office: Office) -> None:
    Closure.objects.create(office=office, on=NOW.date(), reason="Corte de agua", made_at=NOW)
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office)
    assert refused(error) is Refusal.CLOSED


def test_a_procedure_that_the_office_does_not_do_is_refused(office: Office) -> None:
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office, procedure="novedades-batch")
    assert refused(error) is Refusal.NOT_DONE


def test_a_day_that_was_closed_takes_nobody(office: Office) -> None:
    walk_in(office)
    actions.close_day(office=office, on=NOW.date(), now=NOW + timedelta(days=1))
    with pytest.raises(ArrivalRefusedError) as error:
        walk_in(office)
    assert refused(error) is Refusal.OVER


def test_priority_can_be_given_and_taken_later(office: Office) -> None:
    visit = receive(make_appointment(office))
    for priority in (True, True, False):
        visit = actions.change_priority(
            office=office, visit_id=visit.pk, priority=priority, actor="staff:1", now=NOW
        )
        assert visit.priority is priority
    told = Entry.objects.filter(event="attendance.priority-changed").order_by("pk")
    assert [entry.facts["priority"] for entry in told] == [True, False]


def test_the_ledger_tells_of_each_arrival_without_a_name_or_a_number_of_a_person(office: Office) -> None:
    appointment: Appointment = make_appointment(office)
    receive(appointment)
    walk_in(office, identification="1712345678")
    entries = list(Entry.objects.filter(event="attendance.arrived"))
    assert {entry.subject for entry in entries} == {f"attendance:{office.code}:2026-11-23"}
    text = str([entry.facts for entry in entries])
    assert not [secret for secret in (appointment.number, appointment.names, "1712345678") if secret in text]
    assert audit.verify() is None
