from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from afilia.appointments import actions, queries
from afilia.appointments.models import AgendaDay, Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import Identity, PersonKind, Reason, RefusedError, State
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.offices.models import Closure
from tests.appointments.builders import (
    CODE_PROCEDURE,
    KEY_PROCEDURE,
    MONDAY,
    NOW,
    at,
    book,
    hold,
    make_agenda,
    make_office,
    make_who,
)

pytestmark = pytest.mark.django_db

FIVE = timedelta(minutes=5)
SECOND = timedelta(seconds=1)


def refused(action: object, **asked: object) -> Reason:
    with pytest.raises(RefusedError) as refusal:
        action(**asked)  # type: ignore[operator]
    return refusal.value.reason


def taken(agenda: object) -> int:
    return sum(AgendaDay.objects.filter(agenda=agenda).values_list("taken", flat=True))


def test_a_place_is_held_for_five_minutes_and_confirmed_with_a_mail_and_an_entry_in_the_ledger() -> None:
    agenda = make_agenda()
    held = hold(agenda)
    assert (held.state, held.held_until) == (State.HELD, NOW + FIVE)
    assert (taken(agenda), Message.objects.count()) == (0, 0)
    booked = actions.confirm(appointment_id=held.pk, now=NOW + SECOND)
    assert (booked.pk, booked.state, booked.on) == (held.pk, State.CONFIRMED, MONDAY)
    assert taken(agenda) == 1
    assert Message.objects.get().to == booked.email
    entry = Entry.objects.get(event="appointment.confirmed")
    assert entry.facts == {"office": agenda.office.code, "procedure": KEY_PROCEDURE, "on": "2026-11-23"}
    assert audit.verify() is None


def test_confirming_twice_changes_nothing() -> None:
    booked = book(make_agenda())
    again = actions.confirm(appointment_id=booked.pk, now=NOW + FIVE)
    assert again.confirmed_at == booked.confirmed_at
    assert (taken(booked.agenda), Message.objects.count()) == (1, 1)


def test_a_reference_has_128_bits_and_the_table_does_not_hold_it() -> None:
    booked = book(make_agenda())
    reference = reference_of(booked)
    assert len(bytes.fromhex(reference)) == 16
    found = queries.by_reference(reference)
    assert found == booked
    row = Appointment.objects.filter(pk=booked.pk).values().get()
    assert not any(reference in str(value) or bytes.fromhex(reference) == value for value in row.values())
    assert queries.by_reference("0" * 32) is None


def test_a_seat_is_one_persons() -> None:
    agenda = make_agenda()
    hold(agenda)
    assert refused(hold, agenda=agenda) is Reason.TAKEN
    two = make_agenda(seats=2)
    assert {hold(two).seat, hold(two).seat} == {1, 2}
    assert refused(hold, agenda=two) is Reason.TAKEN


def test_a_person_has_one_live_appointment_for_a_procedure_and_may_have_another_for_another() -> None:
    agenda, who = make_agenda(procedures=[KEY_PROCEDURE, CODE_PROCEDURE], seats=3), make_who()
    book(agenda, who=who)
    assert refused(hold, agenda=agenda, starts_at=at(10), who=who) is Reason.HAS_ONE
    assert book(agenda, at(10), who=who, procedure=CODE_PROCEDURE).procedure == CODE_PROCEDURE


def test_the_same_number_of_another_country_is_another_person() -> None:
    agenda = make_agenda(seats=2)
    for country in ("CO", "PE"):
        identity = Identity(kind=PersonKind.PASSPORT, number="AB123456", country=country)
        book(agenda, who=make_who(identity=identity))
    assert taken(agenda) == 2


def test_an_accountant_books_for_several_clients() -> None:
    agenda = make_agenda(seats=4)
    mine = {"email": "contadora@example.com", "phone": "0991234567"}
    for turn in range(8):
        book(agenda, at(9 + turn // 4), who=make_who(**mine), address="192.0.2.1")
    assert taken(agenda) == 8


def test_of_live_appointments_with_one_email_or_phone_there_is_a_limit(settings: object) -> None:
    policy = settings.APPOINTMENTS  # type: ignore[attr-defined]
    settings.APPOINTMENTS = type(policy)(**vars(policy) | {"per_contact": 2})  # type: ignore[attr-defined]
    agenda = make_agenda(seats=4)
    first = book(agenda, who=make_who(email="uno@example.com", phone="1"))
    book(agenda, who=make_who(email="UNO@example.com", phone="2"))
    assert refused(hold, agenda=agenda, who=make_who(email="uno@example.com", phone="3")) is Reason.TOO_MANY
    book(agenda, who=make_who(email="dos@example.com", phone="2"))
    assert refused(hold, agenda=agenda, who=make_who(email="tres@example.com", phone="2")) is Reason.TOO_MANY
    actions.cancel(appointment_id=first.pk, now=NOW)
    assert hold(agenda, who=make_who(email="uno@example.com", phone="3"))


@pytest.mark.parametrize(
    ("starts_at", "reason"),
    [
        (at(9, 5), Reason.NO_PLACE),  # between two places
        (at(17), Reason.NO_PLACE),
        (at(9, on=MONDAY + timedelta(days=5)), Reason.NO_PLACE),  # a Saturday
        (at(9, on=MONDAY + timedelta(days=70)), Reason.NO_PLACE),  # beyond the calendar
        (at(9, on=MONDAY - timedelta(days=7)), Reason.NO_PLACE),
        (at(9, on=MONDAY + timedelta(days=32)), Reason.CLOSED),  # Christmas
    ],
)
def test_what_is_no_place_is_not_held(starts_at: object, reason: Reason) -> None:
    assert refused(hold, agenda=make_agenda(), starts_at=starts_at) is reason


def test_a_procedure_that_the_office_does_not_do_has_no_place() -> None:
    assert refused(hold, agenda=make_agenda(), procedure=CODE_PROCEDURE) is Reason.NO_PLACE


def test_a_hold_whose_time_is_over_gives_way_and_its_owner_is_told() -> None:
    agenda = make_agenda()
    first = hold(agenda)
    assert refused(hold, agenda=agenda, now=NOW + FIVE - SECOND) is Reason.TAKEN
    second = hold(agenda, now=NOW + FIVE)
    assert refused(actions.confirm, appointment_id=first.pk, now=NOW + FIVE + SECOND) is Reason.TAKEN
    assert actions.confirm(appointment_id=second.pk, now=NOW + FIVE + SECOND).state == State.CONFIRMED
    first.refresh_from_db()
    assert first.state == State.EXPIRED


def test_a_hold_whose_time_is_over_is_confirmed_while_nobody_wants_its_seat() -> None:
    agenda = make_agenda()
    held = hold(agenda)
    assert actions.confirm(appointment_id=held.pk, now=NOW + 3 * FIVE).state == State.CONFIRMED


def test_an_expired_hold_is_confirmed_at_another_seat_of_its_slot() -> None:
    agenda = make_agenda(seats=2)
    first, _ = hold(agenda), hold(agenda)
    later = NOW + FIVE
    assert hold(agenda, now=later)  # ends both
    confirmed = actions.confirm(appointment_id=first.pk, now=later)
    assert confirmed.state == State.CONFIRMED
    assert taken(agenda) == 1
    assert refused(hold, agenda=agenda, now=later) is Reason.TAKEN


def test_a_hold_is_changed_for_another_and_given_back() -> None:
    agenda, who = make_agenda(), make_who()
    first = hold(agenda, who=who)
    assert refused(hold, agenda=agenda, starts_at=at(10), who=who) is Reason.HAS_ONE
    assert hold(agenda, at(10), who=who, instead_of=first.pk).starts_at == at(10)
    assert hold(agenda)  # the first place is free again
    other = hold(agenda, at(11))
    assert refused(hold, agenda=agenda, starts_at=at(11), instead_of=other.pk) is Reason.TAKEN
    actions.release(appointment_id=other.pk, now=NOW)
    assert hold(agenda, at(11))
    assert refused(actions.confirm, appointment_id=other.pk, now=NOW) is Reason.OVER


def test_a_booking_is_cancelled_once_and_not_after_it_began() -> None:
    agenda = make_agenda()
    booked = book(agenda)
    assert refused(actions.cancel, appointment_id=booked.pk, now=at(9)) is Reason.OVER
    actions.cancel(appointment_id=booked.pk, now=at(9) - SECOND)
    assert taken(agenda) == 0
    assert refused(actions.cancel, appointment_id=booked.pk, now=NOW) is Reason.OVER
    assert book(agenda).seat == booked.seat


def test_a_booking_moves_and_keeps_its_reference() -> None:
    agenda, other = make_agenda(), make_agenda()
    booked = book(agenda)
    moved = actions.move(appointment_id=booked.pk, agenda_id=other.pk, starts_at=at(10), now=NOW)
    assert (moved.pk, moved.agenda, moved.office, moved.starts_at) == (booked.pk, other, other.office, at(10))
    assert (taken(agenda), taken(other)) == (0, 1)
    assert queries.by_reference(reference_of(booked)) == moved
    assert book(agenda)


def test_a_booking_that_cannot_move_stays() -> None:
    agenda = make_agenda()
    booked, _ = book(agenda), book(agenda, at(10))
    for starts_at, reason in ((at(10), Reason.TAKEN), (at(10, 1), Reason.NO_PLACE)):
        asked = {"appointment_id": booked.pk, "agenda_id": agenda.pk, "starts_at": starts_at}
        assert refused(actions.move, **asked, now=NOW) is reason
    booked.refresh_from_db()
    assert (booked.starts_at, booked.state, taken(agenda)) == (at(9), State.CONFIRMED, 2)


def test_no_one_can_put_another_person_into_a_booking() -> None:
    booked = book(make_agenda())
    for changes in (
        {"number": "1710034065"},
        {"names": "OTRA PERSONA"},
        {"kind": PersonKind.PASSPORT},
        {"procedure": CODE_PROCEDURE},
        {"digest": bytes(32)},
        {"forgotten_at": NOW, "number": "", "names": ""},  # forgotten only when it is over
    ):
        with pytest.raises(DatabaseError, match="stay as they are"), transaction.atomic():
            Appointment.objects.filter(pk=booked.pk).update(**changes)


def test_a_closed_day_takes_no_confirmation() -> None:
    agenda = make_agenda()
    held = hold(agenda)
    Closure.objects.create(office=agenda.office, on=MONDAY, reason="Sin luz", made_at=NOW)
    assert refused(actions.confirm, appointment_id=held.pk, now=NOW) is Reason.CLOSED
    assert taken(agenda) == 0


def test_the_office_marks_who_came_and_who_did_not() -> None:
    agenda = make_agenda(seats=3)
    came, late = book(agenda), book(agenda)
    assert actions.mark(appointment_id=came.pk, outcome=State.ATTENDED, now=at(9)).state == State.ATTENDED
    actions.mark(appointment_id=late.pk, outcome=State.NO_SHOW, now=at(9, 10))
    assert actions.mark(appointment_id=late.pk, outcome=State.ATTENDED, now=at(9, 12)).state == State.ATTENDED
    refusal = refused(actions.mark, appointment_id=came.pk, outcome=State.NO_SHOW, now=at(10))
    assert (refusal, taken(agenda)) == (Reason.OVER, 2)


def test_a_person_whom_nobody_marked_may_book_again() -> None:
    agenda, who = make_agenda(), make_who()
    first = book(agenda, who=who)
    again = book(agenda, at(9, on=MONDAY + timedelta(days=1)), who=who, now=at(10))
    first.refresh_from_db()
    assert (first.state, again.state) == (State.UNMARKED, State.CONFIRMED)


def test_a_spoken_code_is_found_at_its_office_and_day_only() -> None:
    office = make_office()
    booked = book(make_agenda(office))
    assert queries.by_code(office, MONDAY, code=f" {booked.code.lower()} ") == booked
    assert queries.by_code(make_office(), MONDAY, code=booked.code) is None
    assert queries.by_code(office, MONDAY + timedelta(days=1), code=booked.code) is None
    assert queries.for_person(office, MONDAY, number=booked.number) == [booked]
    assert queries.for_office_day(office, MONDAY) == [booked]
