from datetime import time, timedelta

import pytest

from afilia.appointments import actions, queries
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import Reason, State, Waiting
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.offices.models import Agenda, Closure, Office
from afilia.offices.rules import ClosureFault
from tests.appointments.builders import (
    KEY_PROCEDURE,
    MONDAY,
    NOW,
    at,
    book,
    hold,
    make_agenda,
    make_office,
    wait,
)
from tests.appointments.test_booking import refused, taken

pytestmark = pytest.mark.django_db

TUESDAY = MONDAY + timedelta(days=1)


def close(agenda: Agenda, **changes: object) -> Closure:
    asked = {"on": MONDAY, "office_id": agenda.office_id, "reason": "Corte de luz", "actor": "staff:1"}
    return actions.close_day(**asked | {"now": NOW} | changes)


def empty(closure: Closure) -> int:
    told = actions.empty(closure_id=closure.pk, now=NOW)
    closure.refresh_from_db()
    assert closure.emptied_at == NOW
    return told


def test_a_closed_day_is_booked_no_more_and_who_was_booked_is_moved_and_told() -> None:
    agenda = make_agenda()
    booked, stays = book(agenda), book(agenda, at(9, on=TUESDAY))
    closure = close(agenda)
    assert refused(hold, agenda=agenda, starts_at=at(10)) is Reason.CLOSED
    assert all(day.on != MONDAY for day in queries.days(agenda.office, KEY_PROCEDURE, now=NOW))
    assert empty(closure) == 1
    booked.refresh_from_db()
    assert (booked.state, booked.starts_at) == (State.CONFIRMED, at(8, on=TUESDAY))
    assert Message.objects.filter(to=booked.email).count() == 2
    assert Message.objects.filter(to=stays.email).count() == 1
    assert taken(agenda) == 2
    assert empty(closure) == 0  # a second time nothing is left to do
    assert audit.verify() is None


def test_who_was_booked_is_moved_though_the_job_of_the_closure_was_lost() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    closure = close(agenda)
    assert actions.empty_left(now=NOW) == 0  # its job has time yet
    later = NOW + timedelta(minutes=5)
    assert actions.empty_left(now=later) == 1
    booked.refresh_from_db()
    assert booked.starts_at == at(8, on=TUESDAY)
    closure.refresh_from_db()
    assert closure.emptied_at == later
    assert actions.empty_left(now=later) == 0


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"on": MONDAY - timedelta(weeks=52)}, ClosureFault.PAST),
        ({"from_time": time(17), "until_time": time(8)}, ClosureFault.HOURS),
        ({"until_time": time()}, ClosureFault.HOURS),
        ({"reason": " "}, ClosureFault.REASON),
        ({"reason": "x" * 201}, ClosureFault.REASON),
    ],
    ids=["past", "backwards", "midnight", "no-reason", "long-reason"],
)
def test_a_closure_that_makes_no_sense_closes_nothing(
    changes: dict[str, object], fault: ClosureFault
) -> None:
    with pytest.raises(actions.ClosureRefusedError) as caught:
        close(make_agenda(), **changes)
    assert caught.value.fault is fault
    assert not Closure.objects.exists()


def test_people_move_to_another_office_of_the_province_when_theirs_has_no_place() -> None:
    agenda, other = make_agenda(), make_agenda()
    make_agenda(make_office(province="09", city="Guayaquil"))
    booked = book(agenda)
    agenda.office.open_to = MONDAY
    agenda.office.save()
    empty(close(agenda))
    booked.refresh_from_db()
    assert (booked.agenda, booked.starts_at) == (other, at(8))


def test_who_finds_no_place_keeps_the_booking_to_choose_another_and_is_first_in_the_list() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    agenda.office.open_to = MONDAY
    agenda.office.save()
    before = wait(now=NOW - timedelta(days=1))
    empty(close(agenda))
    booked.refresh_from_db()
    assert (booked.state, booked.displaced_at) == (State.CONFIRMED, NOW)
    entry = WaitingEntry.objects.get(number=booked.number)
    assert (entry.first, entry.state) == (True, Waiting.QUEUED)
    make_agenda()  # another office opens
    actions.tend_waiting_list(now=NOW)
    entry.refresh_from_db()
    before.refresh_from_db()
    assert entry.offer
    assert before.offer
    assert entry.offer.starts_at < before.offer.starts_at
    moved = actions.accept_offer(entry_id=entry.pk, now=NOW)
    assert (moved.pk, moved.displaced_at, taken(agenda)) == (booked.pk, None, 0)


def test_a_part_of_a_day_is_closed_alone() -> None:
    agenda = make_agenda()
    early, late = book(agenda, at(9, 45)), book(agenda, at(10))
    assert empty(close(agenda, from_time=time(10), until_time=time(12))) == 1
    early.refresh_from_db()
    late.refresh_from_db()
    assert early.starts_at == at(9, 45)
    assert late.starts_at in {at(8), at(12)}
    assert refused(hold, agenda=agenda, starts_at=at(11)) is Reason.CLOSED


@pytest.mark.parametrize("where", [{"office_id": None, "province": "17"}, {"office_id": None}])
def test_a_province_or_all_offices_close_at_once(where: dict[str, object]) -> None:
    agendas = [make_agenda(), make_agenda()]
    for agenda in agendas:
        book(agenda)
    assert empty(close(agendas[0], **where)) == 2
    assert not Appointment.objects.filter(on=MONDAY, state=State.CONFIRMED).exists()


def test_an_offer_of_a_closed_day_is_taken_back_and_its_person_keeps_the_order() -> None:
    agenda = make_agenda()
    booked, entry = book(agenda), wait()
    actions.cancel(appointment_id=booked.pk, now=NOW)
    empty(close(agenda))
    entry.refresh_from_db()
    assert (entry.state, entry.offer, entry.lapses, entry.queued_at) == (Waiting.QUEUED, None, 0, NOW)


def test_who_moved_by_themselves_is_not_moved_again() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    closure = close(agenda)
    actions.move(appointment_id=booked.pk, agenda_id=agenda.pk, starts_at=at(15, on=TUESDAY), now=NOW)
    assert empty(closure) == 0
    booked.refresh_from_db()
    assert booked.starts_at == at(15, on=TUESDAY)


def test_a_closure_taken_back_lets_people_book_again_and_who_was_moved_stays_moved() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    empty(close(agenda))
    assert actions.open_day(on=MONDAY, office_id=agenda.office_id, actor="staff:1", now=NOW) == []
    booked.refresh_from_db()
    assert booked.starts_at == at(8, on=TUESDAY)
    assert hold(agenda, at(10))
    assert not Closure.objects.exists()
    last = Entry.objects.latest("pk")
    assert (last.event, last.actor) == ("office.opened", "staff:1")
    assert last.facts == {"on": MONDAY.isoformat(), "office": agenda.office_id, "province": ""}
    assert audit.verify() is None


def test_whoever_was_told_to_choose_keeps_the_place_of_a_closure_taken_back_and_is_told() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    Office.objects.filter(pk=agenda.office_id).update(open_to=MONDAY)
    closure = close(agenda)
    empty(closure)
    before = Message.objects.filter(to=booked.email).count()
    assert actions.open_day(on=MONDAY, office_id=agenda.office_id, actor="staff:1", now=NOW) == [booked]
    booked.refresh_from_db()
    assert (booked.displaced_at, booked.starts_at, booked.state) == (None, at(9), State.CONFIRMED)
    assert Message.objects.filter(to=booked.email).count() == before + 1
    assert taken(agenda) == 1
    assert actions.empty(closure_id=closure.pk, now=NOW) == 0  # its job comes late


def test_what_is_closed_for_the_province_stays_closed_when_one_office_opens() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    Office.objects.filter(pk=agenda.office_id).update(open_to=MONDAY)
    empty(close(agenda))
    close(agenda, office_id=None, province="17")
    assert actions.open_day(on=MONDAY, office_id=agenda.office_id, actor="staff:1", now=NOW) == []
    booked.refresh_from_db()
    assert booked.displaced_at == NOW
    assert refused(hold, agenda=agenda, starts_at=at(10)) is Reason.CLOSED


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"on": MONDAY - timedelta(weeks=52)}, ClosureFault.PAST),
        ({"on": TUESDAY}, ClosureFault.NONE),
        ({"office_id": None}, ClosureFault.NONE),
    ],
    ids=["past", "another-day", "everywhere"],
)
def test_only_what_is_closed_is_opened(changes: dict[str, object], fault: ClosureFault) -> None:
    agenda = make_agenda()
    close(agenda)
    asked = {"on": MONDAY, "office_id": agenda.office_id, "actor": "staff:1", "now": NOW}
    with pytest.raises(actions.ClosureRefusedError) as caught:
        actions.open_day(**asked | changes)
    assert caught.value.fault is fault
    assert Closure.objects.count() == 1
