from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from afilia.appointments import actions, queries
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import Reason, State, Waiting
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.offices.models import Agenda
from tests.appointments.builders import (
    CODE_PROCEDURE,
    MONDAY,
    NOW,
    at,
    book,
    hold,
    make_agenda,
    make_office,
    make_who,
    wait,
)
from tests.appointments.test_booking import refused, taken

pytestmark = pytest.mark.django_db

OFFER = timedelta(minutes=120)
WEEK = timedelta(days=7)


@pytest.fixture
def full() -> Agenda:
    """An agenda whose only place of Monday at nine is booked."""
    agenda = make_agenda()
    book(agenda)
    return agenda


def free(agenda: Agenda) -> None:
    """Cancel what is booked on Monday at nine."""
    booked = Appointment.objects.get(agenda=agenda, starts_at=at(9), state=State.CONFIRMED)
    actions.cancel(appointment_id=booked.pk, now=NOW)


def offered_to(entry: WaitingEntry) -> Appointment | None:
    entry.refresh_from_db()
    return entry.offer if entry.state == Waiting.OFFERED else None


def test_a_freed_place_is_offered_to_the_first_and_to_nobody_else(full: Agenda) -> None:
    second, first = wait(now=NOW), wait(now=NOW - timedelta(hours=1))
    free(full)
    offer = offered_to(first)
    assert offer
    assert (offer.starts_at, offer.held_until, offer.number) == (at(9), NOW + OFFER, first.number)
    assert offered_to(second) is None
    assert refused(hold, agenda=full) is Reason.TAKEN
    assert Message.objects.filter(to=first.email).count() == 2  # joined, offered
    place = queries.hours(full.office, first.procedure, MONDAY, now=NOW)[4]
    assert (place.starts_at, place.places) == (at(9), 0)


def test_an_accepted_offer_is_a_booking_and_is_accepted_once(full: Agenda) -> None:
    entry = wait()
    free(full)
    booked = actions.accept_offer(entry_id=entry.pk, now=NOW + OFFER - timedelta(seconds=1))
    assert (booked.state, booked.starts_at, taken(full)) == (State.CONFIRMED, at(9), 1)
    assert refused(actions.accept_offer, entry_id=entry.pk, now=NOW) is Reason.OVER
    entry.refresh_from_db()
    assert (entry.state, entry.offer) == (Waiting.SERVED, None)
    assert Entry.objects.filter(event="appointment.confirmed").count() == 2


def test_when_an_offer_lapses_the_next_one_is_asked(full: Agenda) -> None:
    first, second = wait(now=NOW - timedelta(hours=1)), wait()
    free(full)
    over = NOW + OFFER
    assert refused(actions.accept_offer, entry_id=first.pk, now=over) is Reason.OVER
    assert refused(hold, agenda=full, now=over) is Reason.TAKEN  # the list comes first, whoever looks
    offer = offered_to(second)
    assert offer
    assert offer.held_until == over + OFFER
    first.refresh_from_db()
    assert (first.state, first.lapses, first.queued_at) == (Waiting.QUEUED, 1, over)
    assert actions.accept_offer(entry_id=second.pk, now=over).starts_at == at(9)


def test_a_place_that_nobody_takes_is_free_for_all(full: Agenda) -> None:
    entry = wait()
    free(full)
    assert actions.pass_on_lapsed(now=NOW + OFFER) == 1
    assert actions.pass_on_lapsed(now=NOW + OFFER) == 0
    assert offered_to(entry) is None
    assert hold(full, now=NOW + OFFER).starts_at == at(9)


def test_who_lets_three_offers_pass_leaves_the_list(full: Agenda) -> None:
    entry = wait()
    WaitingEntry.objects.filter(pk=entry.pk).update(lapses=2)
    free(full)
    actions.pass_on_lapsed(now=NOW + OFFER)
    entry.refresh_from_db()
    assert (entry.state, entry.ended_at) == (Waiting.LAPSED, NOW + OFFER)


def test_a_declined_place_goes_to_the_next_one_and_the_person_waits_on(full: Agenda) -> None:
    first, second = wait(now=NOW - timedelta(hours=1)), wait()
    free(full)
    actions.decline_offer(entry_id=first.pk, now=NOW)
    assert offered_to(second)
    first.refresh_from_db()
    assert (first.state, first.lapses, first.queued_at) == (Waiting.QUEUED, 0, NOW - timedelta(hours=1))


def test_who_leaves_passes_the_offer_on(full: Agenda) -> None:
    first, second = wait(now=NOW - timedelta(hours=1)), wait()
    free(full)
    actions.leave_waiting_list(entry_id=first.pk, now=NOW)
    assert offered_to(second)
    first.refresh_from_db()
    assert first.state == Waiting.LEFT
    actions.leave_waiting_list(entry_id=first.pk, now=NOW)  # twice is once
    assert Entry.objects.filter(event="waiting.left").count() == 1


@pytest.mark.parametrize(
    "asked",
    [
        {"procedure": CODE_PROCEDURE},
        {"province": "09"},
        {"from_on": MONDAY + timedelta(days=1)},
        {"from_on": MONDAY - WEEK, "to_on": MONDAY - timedelta(days=1)},
    ],
    ids=["procedure", "province", "later", "earlier"],
)
def test_a_place_is_not_offered_to_who_did_not_ask_for_it(full: Agenda, asked: dict[str, object]) -> None:
    entry = wait(**asked)
    free(full)
    assert offered_to(entry) is None
    assert hold(full)


def test_who_waits_for_one_office_is_offered_no_other(full: Agenda) -> None:
    elsewhere, here = wait(office_id=make_office().pk), wait(office_id=full.office_id)
    free(full)
    assert offered_to(elsewhere) is None
    assert offered_to(here)


def test_a_place_that_begins_too_soon_to_ask_anybody_is_free_for_all(full: Agenda) -> None:
    entry, now = wait(), at(9) - timedelta(hours=2)
    booked = Appointment.objects.get(agenda=full)
    actions.cancel(appointment_id=booked.pk, now=now)
    assert offered_to(entry) is None
    assert hold(full, now=now)


def test_who_has_an_appointment_is_offered_an_earlier_one_and_moves_there(full: Agenda) -> None:
    who = make_who()
    later = book(full, at(10), who=who)
    entry = wait(who=who)
    free(full)
    moved = actions.accept_offer(entry_id=entry.pk, now=NOW)
    assert (moved.pk, moved.starts_at, taken(full)) == (later.pk, at(9), 1)
    assert queries.by_reference(reference_of(later)) == moved
    assert hold(full, at(10))


def test_who_has_an_earlier_appointment_is_not_offered_a_later_one(full: Agenda) -> None:
    who = make_who()
    book(full, at(8), who=who)
    entry = wait(who=who)
    free(full)
    assert offered_to(entry) is None


def test_a_person_waits_once_for_a_procedure() -> None:
    who = make_who()
    wait(who=who)
    assert refused(wait, who=who) is Reason.WAITS
    assert wait(who=who, procedure=CODE_PROCEDURE)


def test_no_one_can_put_another_person_into_the_list() -> None:
    entry = wait()
    with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
        WaitingEntry.objects.filter(pk=entry.pk).update(number="1710034065")


def test_a_moved_booking_frees_its_place_for_the_list(full: Agenda) -> None:
    entry = wait()
    booked = Appointment.objects.get(agenda=full)
    actions.move(appointment_id=booked.pk, agenda_id=full.pk, starts_at=at(11), now=NOW)
    offer = offered_to(entry)
    assert offer
    assert offer.starts_at == at(9)


@pytest.mark.parametrize("leaves", ["cancels", "moves"])
def test_nobody_is_offered_the_place_that_they_leave(leaves: str) -> None:
    agenda, who = make_agenda(), make_who()
    booked = book(agenda, who=who)
    own, next_one = wait(who=who, now=NOW - timedelta(hours=1)), wait()
    if leaves == "cancels":
        actions.cancel(appointment_id=booked.pk, now=NOW)
    else:
        actions.move(appointment_id=booked.pk, agenda_id=agenda.pk, starts_at=at(11), now=NOW)
    assert offered_to(own) is None
    offer = offered_to(next_one)
    assert offer
    assert offer.starts_at == at(9)


def test_free_places_go_to_those_who_wait_in_order() -> None:
    office = make_office()
    first, second = wait(office_id=office.pk, now=NOW - timedelta(hours=1)), wait()
    make_agenda(office)  # the office opens its calendar
    assert actions.tend_waiting_list(now=NOW) == 2
    offers = [offered_to(first), offered_to(second)]
    assert [offer.starts_at for offer in offers if offer] == [at(8), at(8, 15)]
    assert actions.tend_waiting_list(now=NOW) == 0


def test_an_entry_whose_days_are_over_ends() -> None:
    entry = wait(to_on=MONDAY)
    actions.tend_waiting_list(now=NOW + WEEK)
    entry.refresh_from_db()
    assert entry.state == Waiting.LAPSED
    assert queries.waiting_by_reference(reference_of(entry)) == entry
