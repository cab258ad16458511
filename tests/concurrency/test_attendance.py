"""Officials who press at the same moment, with real threads and real PostgreSQL."""

from datetime import timedelta
from functools import partial

import pytest

from afilia.attendance import actions
from afilia.attendance.actions import ArrivalRefusedError, CounterRefusedError
from afilia.attendance.actions.calling import CounterRefusal
from afilia.attendance.models import DayFigure, OpenCounter, Visit
from afilia.attendance.rules.arrival import Refusal
from afilia.attendance.rules.visits import State
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.offices.models import Office
from tests.attendance.builders import (
    KEY,
    NOW,
    at,
    make_appointment,
    make_official,
    make_open_office,
    open_counter,
    walk_in,
)
from tests.concurrency.conftest import Together


@pytest.fixture
def office(transactional_db: None) -> Office:
    return make_open_office(counters=12)


def faults(answers: list[object]) -> list[Exception]:
    return [answer for answer in answers if isinstance(answer, Exception)]


def test_officials_who_press_at_once_call_different_people(office: Office, together: Together) -> None:
    officials = [make_official(office) for _ in range(8)]
    for number, official in enumerate(officials, start=1):
        open_counter(office, official, number=number)
    first = [walk_in(office, now=at(-60 + minute)) for minute in range(8)]
    walk_in(office)
    called = together(
        *(partial(actions.call_next, office=office, staff=official, now=NOW) for official in officials)
    )
    assert faults(called) == []
    assert {visit.pk for visit in called if isinstance(visit, Visit)} == {visit.pk for visit in first}
    assert Visit.objects.get(state=State.WAITING).number == 9
    assert audit.verify() is None


def test_one_official_who_presses_twice_calls_one_person(office: Office, together: Together) -> None:
    official = make_official(office)
    open_counter(office, official)
    for _ in range(4):
        walk_in(office)
    answers = together(*[partial(actions.call_next, office=office, staff=official, now=NOW)] * 4)
    assert sum(isinstance(answer, Visit) for answer in answers) == 1
    refused = [answer for answer in answers if isinstance(answer, CounterRefusedError)]
    assert [answer.reason for answer in refused] == [CounterRefusal.BUSY] * 3
    assert Visit.objects.filter(state=State.CALLED).count() == 1


def test_two_counters_want_the_last_person_and_one_gets_them(office: Office, together: Together) -> None:
    officials = [make_official(office) for _ in range(6)]
    for number, official in enumerate(officials, start=1):
        open_counter(office, official, number=number)
    last = walk_in(office)
    answers = together(
        *(partial(actions.call_next, office=office, staff=official, now=NOW) for official in officials)
    )
    assert [answer for answer in answers if answer is not None] == [last]


def test_people_who_come_at_once_get_numbers_of_their_own(office: Office, together: Together) -> None:
    appointments = [make_appointment(office, minutes=minute) for minute in range(6)]
    arrivals = [
        partial(
            actions.check_in,
            office=office,
            appointment_id=appointment.pk,
            priority=False,
            actor="staff:1",
            now=NOW,
        )
        for appointment in appointments
    ]
    answers = together(*arrivals, *[partial(walk_in, office)] * 6)
    assert faults(answers) == []
    assert sorted(Visit.objects.values_list("number", flat=True)) == list(range(1, 13))


def test_two_receptions_receive_a_person_once(office: Office, together: Together) -> None:
    appointment = make_appointment(office)
    receive = partial(
        actions.check_in,
        office=office,
        appointment_id=appointment.pk,
        priority=False,
        actor="staff:1",
        now=NOW,
    )
    answers = together(*[receive] * 5)
    refused = [answer for answer in answers if isinstance(answer, ArrivalRefusedError)]
    assert [answer.reason for answer in refused] == [Refusal.HERE] * 4
    assert Visit.objects.count() == 1


def test_two_officials_want_one_counter(office: Office, together: Together) -> None:
    officials = [make_official(office) for _ in range(4)]
    answers = together(
        *(
            partial(actions.open_counter, office=office, staff=official, number=1, procedures=[KEY], now=NOW)
            for official in officials
        )
    )
    refused = [answer for answer in answers if isinstance(answer, CounterRefusedError)]
    assert [answer.reason for answer in refused] == [CounterRefusal.TAKEN] * 3
    assert OpenCounter.objects.count() == 1


def test_the_end_of_the_day_comes_once_while_officials_still_call(office: Office, together: Together) -> None:
    official = make_official(office)
    open_counter(office, official)
    for _ in range(5):
        walk_in(office)
    midnight = NOW + timedelta(days=1)
    close = partial(actions.close_day, office=office, on=NOW.date(), now=midnight)
    answers = together(
        *[close] * 3,
        partial(actions.call_next, office=office, staff=official, now=NOW),
        partial(walk_in, office),
    )
    assert answers[:3].count(True) == 1
    refused = {type(fault) for fault in faults(answers)}
    assert refused <= {CounterRefusedError, ArrivalRefusedError}
    assert Entry.objects.filter(event="attendance.day-closed").count() == 1
    total = DayFigure.objects.get(procedure="")
    assert (total.arrived, total.attended) == (Visit.objects.count(), 0)
    assert total.missed + total.unattended == Visit.objects.count()
