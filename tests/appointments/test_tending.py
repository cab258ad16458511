from datetime import date, timedelta

import pytest
from django.utils import timezone

from afilia.appointments import actions, queries
from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import Reason, State
from afilia.notices.models import Message
from afilia.verification.rules import WINDOW
from tests.appointments.builders import KEY_PROCEDURE, NOW, at, book, hold, make_agenda, make_who, wait
from tests.appointments.test_booking import refused, taken
from tests.conftest import RunJobs

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def test_each_person_is_reminded_once_a_day_before() -> None:
    agenda = make_agenda()
    booked, _ = book(agenda), book(agenda, at(9, on=booked_on(2)))
    before = at(9) - DAY
    assert actions.remind(now=before - timedelta(seconds=1)) == 0
    assert (actions.remind(now=before), actions.remind(now=before)) == (1, 0)
    assert Message.objects.filter(to=booked.email).count() == 2
    booked.refresh_from_db()
    assert booked.reminded_at == before


def booked_on(days: int) -> date:
    return at(9).date() + days * DAY


def test_who_books_late_or_cancels_is_not_reminded_and_who_moves_is_reminded_again() -> None:
    agenda = make_agenda()
    cancelled, moved = book(agenda), book(agenda, at(10))
    book(agenda, at(11), now=at(11) - DAY)
    actions.cancel(appointment_id=cancelled.pk, now=NOW)
    assert actions.remind(now=at(10) - DAY) == 1
    later = at(10, on=booked_on(2))
    actions.move(appointment_id=moved.pk, agenda_id=agenda.pk, starts_at=later, now=at(10) - DAY)
    assert actions.remind(now=later - DAY) == 1


def test_persons_are_forgotten_when_it_is_long_over_and_the_counts_stay() -> None:
    agenda = make_agenda(seats=2)
    booked, entry = book(agenda), wait()
    actions.leave_waiting_list(entry_id=entry.pk, now=NOW)
    stale = hold(agenda, at(10))
    actions.close_days(now=at(9) + DAY)
    booked.refresh_from_db()
    assert booked.state == State.UNMARKED
    late = at(9) + timedelta(days=90)
    assert actions.forget(now=late) == 0
    assert actions.forget(now=late + timedelta(seconds=1)) == 1
    booked.refresh_from_db()
    entry.refresh_from_db()
    for row in (booked, entry):
        assert (row.number, row.names, row.email, row.phone, row.ruc) == ("", "", "", "", "")
        assert row.forgotten_at
    assert not Appointment.objects.filter(pk=stale.pk).exists()
    assert taken(agenda) == 1
    assert actions.forget(now=late + DAY) == 0


def test_two_forgotten_persons_do_not_stand_in_each_others_way() -> None:
    agenda = make_agenda(seats=2)
    for _ in range(2):
        actions.cancel(appointment_id=book(agenda).pk, now=NOW)
    assert actions.forget(now=NOW + 100 * DAY) == 2


def test_the_right_reference_is_always_found_and_wrong_ones_are_counted() -> None:
    booked, entry = book(make_agenda()), wait()
    ask = {"address": "192.0.2.9", "now": NOW}
    assert actions.find(reference=reference_of(booked), **ask) == booked
    assert actions.find(reference=reference_of(entry).upper(), **ask) == entry
    guesses = [actions.find(reference=f"{turn:032x}", **ask) for turn in range(30)]
    assert guesses == [None] * 30
    assert refused(actions.find, reference="f" * 32, **ask) is Reason.LIMIT
    assert actions.find(reference=reference_of(booked), **ask) == booked
    assert actions.find(reference="f" * 32, address="192.0.2.10", now=NOW) is None
    assert actions.find(reference="f" * 32, address="192.0.2.9", now=NOW + WINDOW) is None


def test_links_are_sent_to_their_owner_alone_and_nobody_learns_whether_there_are_any() -> None:
    who = make_who()
    booked, entry = book(make_agenda(), who=who), wait(who=make_who(email=who.email.upper()))
    sent = Message.objects.count()
    for email in (who.email, "nadie@example.com"):
        assert actions.send_links(email=email, address="192.0.2.9", now=NOW) is None
    to = [*Message.objects.order_by("pk").values_list("to", flat=True)][sent:]
    assert to == [booked.email, ""]
    assert entry.email == booked.email
    for _ in range(2):
        actions.send_links(email=who.email, address="192.0.2.9", now=NOW)
    assert refused(actions.send_links, email=who.email, address="192.0.2.11", now=NOW) is Reason.LIMIT


def test_who_asks_for_places_too_often_has_to_work_and_then_to_wait() -> None:
    agenda, who = make_agenda(), make_who()
    ask = {"agenda": agenda, "who": who, "address": "192.0.2.9"}
    for _ in range(6):
        actions.release(appointment_id=hold(**ask).pk, now=NOW)
    assert refused(hold, **ask) is Reason.PROOF
    assert hold(**ask | {"who": make_who()})
    assert hold(agenda, at(10), who=who, now=NOW + WINDOW)


def test_what_is_refused_does_not_count_against_its_person() -> None:
    agenda, who = make_agenda(), make_who()
    book(agenda, who=who)
    for _ in range(10):
        assert refused(hold, agenda=agenda, starts_at=at(10), who=who) is Reason.HAS_ONE


@pytest.mark.django_db(transaction=True)
def test_the_worker_moves_who_was_booked_and_sends_the_mails(run_jobs: RunJobs) -> None:
    agenda, now = make_agenda(), timezone.now()
    day = next(day for day in queries.days(agenda.office, KEY_PROCEDURE, now=now + 2 * DAY) if day.places)
    place = queries.hours(agenda.office, KEY_PROCEDURE, day.on, now=now)[0]
    booked = book(agenda, place.starts_at, now=now)
    actions.close_day(on=day.on, office_id=agenda.office_id, reason="Sin luz", actor="staff:1", now=now)
    ran = run_jobs()
    assert ran.count("appointments.empty") == 1
    assert ran.count("notices.send") == 2
    booked.refresh_from_db()
    assert booked.on > day.on
