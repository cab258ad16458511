"""A counter whose official went without closing it, and who was at it."""

import pytest
from django.test import Client
from django.utils import timezone

from afilia.attendance import actions, queries
from afilia.attendance.actions import CounterRefusedError
from afilia.attendance.actions.calling import CounterRefusal
from afilia.attendance.rules.visits import State
from afilia.audit.models import Entry
from afilia.offices.models import Office
from afilia.staff.rules import Role, Staff
from tests.attendance.builders import (
    NOW,
    at,
    call,
    make_official,
    make_open_office,
    open_counter,
    walk_in,
)
from tests.staff.builders import make_staff, sign_in_staff

COUNTER = "/funcionarios/turnos/ventanilla/"


@pytest.fixture
def supervisor(office: Office) -> Staff:
    return make_official(office, Role.SUPERVISOR)


@pytest.mark.parametrize("is_served", [False, True], ids=["called", "served"])
def test_a_supervisor_closes_it_and_who_was_there_keeps_the_place(
    office: Office, staff: Staff, supervisor: Staff, is_served: bool
) -> None:
    open_counter(office, staff)
    first, second = walk_in(office, now=at(-9)), walk_in(office, now=at(-5))
    assert call(office, staff) == first
    if is_served:
        actions.start(office=office, visit_id=first.pk, staff=staff, now=NOW)
    actions.free_counter(office=office, number=1, staff=supervisor, now=at(10))
    first.refresh_from_db()
    assert (first.state, first.counter, first.called_at, first.started_at) == (
        State.WAITING,
        None,
        None,
        None,
    )
    freed = make_official(office)
    assert open_counter(office, freed, number=1, now=at(11)).member_id == freed.id
    day = queries.day_for_office(office, NOW.date())
    assert day
    assert queries.in_line(day, now=at(11)) == [first, second]
    assert call(office, freed, now=at(11)) == first
    closed = Entry.objects.get(event="attendance.counter-closed")
    assert (closed.actor, closed.facts["counter"], closed.facts["of"]) == (supervisor.actor, 1, staff.id)


def test_nobody_else_closes_the_counter_of_another(office: Office, staff: Staff) -> None:
    open_counter(office, staff)
    with pytest.raises(CounterRefusedError) as error:
        actions.free_counter(office=office, number=1, staff=make_official(office), now=NOW)
    assert error.value.reason is CounterRefusal.TAKEN


def test_a_counter_that_is_not_open_is_not_closed(office: Office, supervisor: Staff) -> None:
    open_counter(make_open_office(), make_official(office))
    with pytest.raises(CounterRefusedError) as error:
        actions.free_counter(office=office, number=1, staff=supervisor, now=NOW)
    assert error.value.reason is CounterRefusal.NOT_OPEN


def test_the_page_offers_it_to_supervisors_alone(client: Client, office: Office) -> None:
    left = make_official(office)
    open_counter(office, left, now=timezone.now())
    desk = sign_in_staff(client, make_staff(Role.SUPERVISOR, office=office))
    shown = desk.get(COUNTER).content.decode()
    assert "Cerrar la ventanilla 1" in shown
    assert left.names in shown
    done = desk.post(COUNTER, {"do": "free", "number": "1"}, follow=True).content.decode()
    assert "La ventanilla 1 está cerrada." in done
    assert "Cerrar la ventanilla 1" not in desk.get(COUNTER).content.decode()
    again = desk.post(COUNTER, {"do": "free", "number": "x"}, follow=True).content.decode()
    assert "Esa ventanilla ya no está abierta." in again

    open_counter(office, left, now=timezone.now())
    clerk = sign_in_staff(Client(), make_staff(office=office))
    assert "Cerrar la ventanilla 1" not in clerk.get(COUNTER).content.decode()
    refused = clerk.post(COUNTER, {"do": "free", "number": "1"}, follow=True).content.decode()
    assert "Otra persona atiende en esa ventanilla" in refused
