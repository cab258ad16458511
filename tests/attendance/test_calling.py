from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from afilia.appointments.models import Appointment
from afilia.appointments.rules.states import State as Booking
from afilia.attendance import actions, queries
from afilia.attendance.actions import CounterRefusedError, StepRefusedError
from afilia.attendance.actions.calling import CounterRefusal, StepRefusal
from afilia.attendance.models import OpenCounter, Visit
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import State
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

MINUTE = timedelta(minutes=1)


def events() -> list[str]:
    return [
        entry.event.removeprefix("attendance.")
        for entry in Entry.objects.filter(event__startswith="attendance.").order_by("pk")
    ]


def test_people_are_called_in_the_fair_order(office: Office, staff: Staff) -> None:
    open_counter(office, staff)
    by_ticket = {
        "walk-in": walk_in(office, priority=False, now=at(-30)),
        "later": receive(make_appointment(office, minutes=10)),
        "now": receive(make_appointment(office, minutes=0)),
        "priority": walk_in(office, now=at(-1)),
    }
    names = {visit.pk: name for name, visit in by_ticket.items()}
    called = [names[serve(office, staff, now=at(minute)).pk] for minute in range(4)]
    assert called == ["priority", "now", "later", "walk-in"]


def test_a_counter_calls_for_its_own_procedures_alone(office: Office, staff: Staff) -> None:
    open_counter(office, staff, procedures=(CODE,))
    walk_in(office, now=at(-9))
    code = walk_in(office, procedure=CODE)
    assert call(office, staff) == code


def test_nobody_is_called_when_nobody_waits(office: Office, staff: Staff) -> None:
    open_counter(office, staff)
    assert actions.call_next(office=office, staff=staff, now=NOW) is None


def test_who_has_no_counter_calls_nobody(office: Office, staff: Staff) -> None:
    walk_in(office)
    with pytest.raises(CounterRefusedError) as error:
        actions.call_next(office=office, staff=staff, now=NOW)
    assert error.value.reason is CounterRefusal.NOT_OPEN


def test_a_second_press_leads_to_the_person_who_was_called(office: Office, staff: Staff) -> None:
    open_counter(office, staff)
    first, second = walk_in(office), walk_in(office)
    call(office, staff)
    with pytest.raises(CounterRefusedError) as error:
        actions.call_next(office=office, staff=staff, now=NOW)
    assert (error.value.reason, error.value.visit) == (CounterRefusal.BUSY, first)
    second.refresh_from_db()
    assert second.state == State.WAITING


def test_a_person_is_attended_from_the_call_to_the_outcome(office: Office, staff: Staff) -> None:
    appointment = make_appointment(office)
    receive(appointment)
    open_counter(office, staff, number=3)
    visit = serve(office, staff, now=at(2))
    appointment.refresh_from_db()
    assert (visit.state, visit.outcome, appointment.state) == (State.ATTENDED, "resuelto", Booking.ATTENDED)
    assert events() == ["arrived", "counter-opened", "called", "started", "attended"]
    told = Entry.objects.order_by("-pk")[0]
    assert told.actor == staff.actor
    assert told.facts == {"visit": str(visit.pk), "procedure": KEY, "outcome": "resuelto"}


@pytest.mark.parametrize(
    "change",
    [{"state": Booking.CANCELLED}, {"on": NOW.date() + timedelta(days=1)}],
    ids=["cancelled", "moved to the next day"],
)
def test_an_appointment_changed_after_its_person_came_stays_as_it_is(
    office: Office, staff: Staff, change: dict[str, object]
) -> None:
    appointment = make_appointment(office)
    receive(appointment)
    Appointment.objects.update(**change)
    appointment.refresh_from_db()
    open_counter(office, staff)
    assert serve(office, staff).state == State.ATTENDED
    before = appointment.state
    appointment.refresh_from_db()
    assert appointment.state == before


def test_an_outcome_that_is_none_is_refused(office: Office, staff: Staff) -> None:
    walk_in(office)
    open_counter(office, staff)
    visit = call(office, staff)
    actions.start(office=office, visit_id=visit.pk, staff=staff, now=NOW)
    with pytest.raises(KeyError):
        actions.attend(office=office, visit_id=visit.pk, outcome="otro", staff=staff, now=NOW)


def test_somebody_is_absent_after_three_calls_a_minute_apart(office: Office, staff: Staff) -> None:
    walk_in(office)
    open_counter(office, staff)
    visit = call(office, staff)
    again = partial(actions.call_again, office=office, visit_id=visit.pk, staff=staff)
    absent = partial(actions.mark_absent, office=office, visit_id=visit.pk, staff=staff)
    assert _refusal(partial(again, now=NOW + MINUTE - timedelta(seconds=1))) is StepRefusal.TOO_SOON
    assert _refusal(partial(absent, now=NOW + MINUTE)) is StepRefusal.TOO_FEW
    assert again(now=NOW + MINUTE).calls == 2
    assert again(now=NOW + 2 * MINUTE).calls == 3
    assert _refusal(partial(absent, now=NOW + 2 * MINUTE)) is StepRefusal.TOO_SOON
    assert absent(now=NOW + 3 * MINUTE).state == State.ABSENT
    assert actions.call_next(office=office, staff=staff, now=NOW + 3 * MINUTE) is None


def test_who_comes_back_waits_again_from_then_on(office: Office, staff: Staff) -> None:
    visit = absent_visit(office, staff)
    others = [walk_in(office, now=at(4)), walk_in(office, now=at(6))]
    returned = actions.return_to_line(office=office, visit_id=visit.pk, actor=staff.actor, now=at(5))
    assert (returned.state, returned.standing) == (State.WAITING, Standing.RETURNED)
    day = queries.day_for_office(office, NOW.date())
    assert day
    line = queries.in_line(day, now=at(7))
    assert [each.pk for each in line] == [others[0].pk, visit.pk, others[1].pk]


def test_who_comes_back_is_called_three_times_again(office: Office, staff: Staff) -> None:
    visit = absent_visit(office, staff)
    actions.return_to_line(office=office, visit_id=visit.pk, actor=staff.actor, now=at(5))
    assert call(office, staff, now=at(6)).calls == 1


def test_a_call_can_be_taken_back_and_the_place_is_kept(office: Office, staff: Staff) -> None:
    first = walk_in(office, now=at(-9))
    walk_in(office)
    open_counter(office, staff)
    call(office, staff)
    put_back = actions.put_back(office=office, visit_id=first.pk, staff=staff, now=NOW)
    assert (put_back.state, put_back.counter) == (State.WAITING, None)
    assert call(office, staff) == first


def test_who_goes_on_to_another_procedure_keeps_the_time_waited(office: Office, staff: Staff) -> None:
    visit, other = walk_in(office, now=at(-20)), make_official(office)
    walk_in(office, procedure=CODE, now=at(-10))
    open_counter(office, staff)
    open_counter(office, other, number=2, procedures=(CODE,))
    call(office, staff)
    actions.start(office=office, visit_id=visit.pk, staff=staff, now=NOW)
    moved = actions.transfer(office=office, visit_id=visit.pk, procedure=CODE, staff=staff, now=at(3))
    assert (moved.state, moved.procedure, moved.started_at) == (State.WAITING, CODE, None)
    assert call(office, other, now=at(4)) == visit
    told = Entry.objects.get(event="attendance.transferred")
    assert (told.facts["was"], told.facts["procedure"]) == (KEY, CODE)


@pytest.mark.parametrize("procedure", [KEY, "novedades-batch"], ids=["the same", "one not done here"])
def test_nobody_goes_on_to_the_same_or_to_what_the_office_does_not_do(
    office: Office, staff: Staff, procedure: str
) -> None:
    walk_in(office)
    open_counter(office, staff)
    visit = call(office, staff)
    actions.start(office=office, visit_id=visit.pk, staff=staff, now=NOW)
    go_on = partial(
        actions.transfer, office=office, visit_id=visit.pk, procedure=procedure, staff=staff, now=NOW
    )
    assert _refusal(go_on) is StepRefusal.SAME


def test_a_step_that_is_not_possible_changes_nothing(office: Office, staff: Staff) -> None:
    visit = walk_in(office)
    open_counter(office, staff)
    before = events()
    for step in (actions.start, actions.put_back, actions.call_again, actions.mark_absent):
        taken = partial(step, office=office, visit_id=visit.pk, staff=staff, now=at(60))
        assert _refusal(taken) is StepRefusal.STATE
    assert events() == before


def test_another_official_takes_no_step_with_who_is_at_a_counter(office: Office, staff: Staff) -> None:
    walk_in(office)
    open_counter(office, staff)
    visit, other = call(office, staff), make_official(office)
    open_counter(office, other, number=2)
    for step in (actions.start, actions.put_back, actions.call_again, actions.mark_absent):
        taken = partial(step, office=office, visit_id=visit.pk, staff=other, now=at(60))
        assert _refusal(taken) is StepRefusal.OTHER_COUNTER


def test_another_office_has_no_such_visit(office: Office, staff: Staff) -> None:
    visit = walk_in(office)
    with pytest.raises(Visit.DoesNotExist):
        actions.put_back(office=make_open_office(), visit_id=visit.pk, staff=staff, now=NOW)


def test_an_official_attends_at_one_counter_and_a_counter_has_one_official(
    office: Office, staff: Staff
) -> None:
    open_counter(office, staff, number=1)
    open_counter(office, staff, number=2)
    assert list(OpenCounter.objects.filter(closed_at=None).values_list("number", flat=True)) == [2]
    with pytest.raises(CounterRefusedError) as error:
        open_counter(office, make_official(office), number=2)
    assert error.value.reason is CounterRefusal.TAKEN
    actions.close_counter(office=office, staff=staff, now=NOW)
    assert open_counter(office, make_official(office), number=2).number == 2


@pytest.mark.parametrize(
    ("number", "procedures"), [(0, (KEY,)), (5, (KEY,)), (1, ("novedades-batch",)), (1, ())]
)
def test_a_counter_that_the_office_does_not_have_is_not_opened(
    office: Office, staff: Staff, number: int, procedures: tuple[str, ...]
) -> None:
    with pytest.raises(CounterRefusedError) as error:
        open_counter(office, staff, number=number, procedures=procedures)
    assert error.value.reason is CounterRefusal.NO_SUCH


def test_a_counter_is_not_closed_or_changed_while_somebody_is_at_it(office: Office, staff: Staff) -> None:
    walk_in(office)
    open_counter(office, staff)
    call(office, staff)
    for change in (
        partial(actions.close_counter, office=office, staff=staff, now=NOW),
        partial(open_counter, office, staff, number=2),
    ):
        with pytest.raises(CounterRefusedError) as error:
            change()
        assert error.value.reason is CounterRefusal.BUSY
    assert OpenCounter.objects.get().closed_at is None


def absent_visit(office: Office, staff: Staff) -> Visit:
    """Somebody with priority who was called three times in vain, until three minutes after NOW."""
    walk_in(office)
    open_counter(office, staff)
    visit = call(office, staff)
    for minute in (1, 2):
        actions.call_again(office=office, visit_id=visit.pk, staff=staff, now=at(minute))
    return actions.mark_absent(office=office, visit_id=visit.pk, staff=staff, now=at(3))


def _refusal(step: Callable[[], object]) -> StepRefusal:
    with pytest.raises(StepRefusedError) as error:
        step()
    return error.value.reason
