"""Who gets a place when many want it at once: real threads, real transactions."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db.models import Count

from afilia.appointments import actions
from afilia.appointments.booking import Who
from afilia.appointments.models import AgendaDay, Appointment, WaitingEntry
from afilia.appointments.rules.states import (
    COUNTED,
    LIVE,
    Identity,
    PersonKind,
    Reason,
    RefusedError,
    State,
    Waiting,
)
from afilia.audit import queries as audit
from afilia.notices.models import Message
from afilia.offices.models import Agenda
from tests.appointments.builders import (
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
from tests.builders import cedula, make_person
from tests.concurrency.conftest import Together
from tests.workers.joining import join, registered

pytestmark = pytest.mark.django_db(transaction=True)

FIVE = timedelta(minutes=5)


def reasons(answers: list[object]) -> list[Reason]:
    """Why something was refused; anything else that went wrong fails the test."""
    refusals = [answer for answer in answers if isinstance(answer, Exception)]
    for refusal in refusals:
        if not isinstance(refusal, RefusedError):
            raise refusal
    return [refusal.reason for refusal in refusals if isinstance(refusal, RefusedError)]


def check_counters() -> None:
    """No seat is double, and the counter of each day is what a recount gives."""
    live = Appointment.objects.filter(state__in=LIVE).values("agenda", "starts_at", "seat")
    assert not live.annotate(times=Count("pk")).filter(times__gt=1).exists()
    counted = Appointment.objects.filter(state__in=COUNTED).values_list("agenda", "on")
    recount = {(agenda, on): times for agenda, on, times in counted.annotate(times=Count("pk"))}
    kept = AgendaDay.objects.filter(taken__gt=0).values_list("agenda", "on", "taken")
    assert {(agenda, on): taken for agenda, on, taken in kept} == recount
    assert audit.verify() is None


def confirm(row: Appointment, **changes: object) -> Callable[[], object]:
    return partial(actions.confirm, **{"appointment_id": row.pk, "now": NOW} | changes)


def test_of_twenty_who_want_one_seat_one_has_it(together: Together) -> None:
    agenda = make_agenda()
    answers = together(*[partial(hold, agenda)] * 20)
    assert reasons(answers) == [Reason.TAKEN] * 19
    assert Appointment.objects.filter(state=State.HELD).count() == 1


def test_of_twenty_who_want_eight_seats_eight_have_one_and_book_it(together: Together) -> None:
    agenda = make_agenda(make_office(counters=8), seats=8)
    answers = together(*[partial(hold, agenda)] * 20)
    assert reasons(answers) == [Reason.TAKEN] * 12
    held = [answer for answer in answers if isinstance(answer, Appointment)]
    assert sorted(row.seat for row in held) == [*range(1, 9)]
    assert reasons(together(*map(confirm, held))) == []
    check_counters()


def test_one_person_in_twenty_windows_has_one_appointment(together: Together) -> None:
    agenda, who = make_agenda(make_office(counters=20), seats=20), make_who()
    places = [at(9 + turn // 4, turn % 4 * 15) for turn in range(20)]
    answers = together(*(partial(hold, agenda, place, who=who, address="192.0.2.7") for place in places))
    assert len([answer for answer in answers if isinstance(answer, Appointment)]) == 1
    assert {*reasons(answers)} <= {Reason.HAS_ONE, Reason.PROOF}


def test_of_ten_who_hold_places_with_one_email_at_once_no_more_than_its_limit_do(
    together: Together, settings: Any
) -> None:
    settings.APPOINTMENTS = replace(settings.APPOINTMENTS, per_contact=2)
    agenda = make_agenda()
    people = [make_who(email="contadora@example.com") for _ in range(10)]
    answers = together(
        *(partial(hold, agenda, at(8 + turn % 9, turn // 9 * 15), who=who) for turn, who in enumerate(people))
    )
    assert reasons(answers) == [Reason.TOO_MANY] * 8
    assert Appointment.objects.filter(state=State.HELD).count() == 2


def test_a_hold_that_expires_while_its_owner_confirms_is_one_persons(together: Together) -> None:
    """Who wins is theirs to find out; both are told the truth."""
    agenda = make_agenda()
    for turn in range(10):
        held = hold(agenda, at(8 + turn % 8, turn // 8 * 15))
        over = NOW + FIVE
        mine, theirs = together(confirm(held, now=over), partial(hold, agenda, held.starts_at, now=over))
        held.refresh_from_db()
        if isinstance(mine, Appointment):
            assert reasons([theirs]) == [Reason.TAKEN]
            assert held.state == State.CONFIRMED
        else:
            assert reasons([mine]) == [Reason.TAKEN]
            assert isinstance(theirs, Appointment)
            assert held.state == State.EXPIRED
    check_counters()


def test_ten_clicks_on_confirm_are_one_booking_and_one_mail(together: Together) -> None:
    held = hold(make_agenda())
    answers = together(*[confirm(held)] * 10)
    assert reasons(answers) == []
    assert Message.objects.count() == 1
    check_counters()


def test_holds_that_expire_crosswise_wait_for_no_deadlock(together: Together) -> None:
    agenda, one, other = make_agenda(), make_who(), make_who()
    for turn in range(6):
        now = NOW + timedelta(hours=turn)
        hold(agenda, at(9), who=one, now=now)
        hold(agenda, at(10), who=other, now=now)
        answers = together(
            partial(hold, agenda, at(10), who=one, now=now + FIVE),
            partial(hold, agenda, at(9), who=other, now=now + FIVE),
        )
        assert reasons(answers) == []


def test_bookings_that_move_crosswise_wait_for_no_deadlock(together: Together) -> None:
    agendas = [make_agenda(), make_agenda()]
    bookings = [book(agenda, at(9 + hour)) for agenda in agendas for hour in range(4)]
    moves = [
        partial(
            actions.move,
            appointment_id=row.pk,
            agenda_id=next(agenda.pk for agenda in agendas if agenda.pk != row.agenda_id),
            starts_at=row.starts_at + timedelta(hours=shift),
            now=NOW,
        )
        for row in bookings
        for shift in (4, 0)
    ]
    answers = together(*moves)
    assert {*reasons(answers)} <= {Reason.TAKEN}
    check_counters()


def test_of_five_who_move_to_one_place_one_gets_it_and_the_others_keep_theirs(together: Together) -> None:
    agenda = make_agenda()
    bookings = [book(agenda, at(9 + turn)) for turn in range(5)]
    move = partial(actions.move, agenda_id=agenda.pk, starts_at=at(15), now=NOW)
    answers = together(*(partial(move, appointment_id=row.pk) for row in bookings))
    assert reasons(answers) == [Reason.TAKEN] * 4
    kept = Appointment.objects.filter(state=State.CONFIRMED).values_list("starts_at", flat=True)
    assert len({*kept}) == 5
    check_counters()


def test_an_office_that_closes_while_people_book_leaves_nobody_booked_there(together: Together) -> None:
    agenda = make_agenda()
    held = [hold(agenda, at(8 + turn // 4, turn % 4 * 15)) for turn in range(12)]
    close = partial(
        actions.close_day, on=MONDAY, office_id=agenda.office_id, reason="Sin luz", actor="staff:1", now=NOW
    )
    closure, *answers = together(close, *map(confirm, held))
    assert {*reasons(answers)} <= {Reason.CLOSED}
    booked = [answer for answer in answers if isinstance(answer, Appointment)]
    assert actions.empty(closure_id=closure.pk, now=NOW) == len(booked)  # type: ignore[attr-defined]
    assert not Appointment.objects.filter(on=MONDAY, state=State.CONFIRMED).exists()
    assert Appointment.objects.filter(state=State.CONFIRMED).count() == len(booked)
    check_counters()


def test_people_are_moved_once_when_two_workers_empty_a_day(together: Together) -> None:
    agenda = make_agenda()
    for turn in range(6):
        book(agenda, at(8 + turn))
    sent = Message.objects.count()
    closure = actions.close_day(
        on=MONDAY, office_id=agenda.office_id, reason="Sin luz", actor="staff:1", now=NOW
    )
    answers = together(*[partial(actions.empty, closure_id=closure.pk, now=NOW)] * 3)
    assert reasons(answers) == []
    assert Message.objects.count() == sent + 6
    check_counters()


def freed(people: int) -> tuple[Agenda, list[WaitingEntry]]:
    """A place that was booked and cancelled while so many people waited, the first of them first."""
    agenda = make_agenda()
    booked = book(agenda)
    entries = [wait(now=NOW - timedelta(minutes=people - turn)) for turn in range(people)]
    actions.cancel(appointment_id=booked.pk, now=NOW)
    return agenda, entries


def test_an_offer_accepted_twice_at_once_is_one_booking(together: Together) -> None:
    _, entries = freed(2)
    answers = together(*[partial(actions.accept_offer, entry_id=entries[0].pk, now=NOW)] * 6)
    assert reasons(answers) == [Reason.OVER] * 5
    assert Appointment.objects.filter(state=State.CONFIRMED).count() == 1
    check_counters()


def test_a_place_is_never_two_peoples_of_the_waiting_list(together: Together) -> None:
    """The first accepts in the moment in which the time is over, and the next one is asked."""
    over = NOW + timedelta(minutes=120)
    for _ in range(5):
        agenda, (first, second) = freed(2)
        answers = together(
            partial(actions.accept_offer, entry_id=first.pk, now=over - timedelta(seconds=1)),
            partial(actions.pass_on_lapsed, now=over),
            partial(hold, agenda, now=over),
        )
        assert {*reasons(answers)} <= {Reason.OVER, Reason.TAKEN}
        first.refresh_from_db()
        second.refresh_from_db()
        states = (first.state, second.state)
        assert states in {(Waiting.SERVED, Waiting.QUEUED), (Waiting.QUEUED, Waiting.OFFERED)}
        WaitingEntry.objects.filter(state__in=["queued", "offered"]).update(state=Waiting.LEFT, offer=None)
        check_counters()


def test_places_freed_at_once_go_to_different_people(together: Together) -> None:
    agenda = make_agenda()
    bookings = [book(agenda, at(9 + turn)) for turn in range(6)]
    entries = [wait() for _ in range(8)]
    answers = together(*(partial(actions.cancel, appointment_id=row.pk, now=NOW) for row in bookings))
    assert reasons(answers) == []
    actions.tend_waiting_list(now=NOW)
    offers = Appointment.objects.filter(state=State.OFFERED)
    assert len({*offers.values_list("number", flat=True)}) == offers.count() == len(entries)
    check_counters()


def test_an_offer_accepted_declined_and_left_at_once_waits_for_no_deadlock(together: Together) -> None:
    for _ in range(5):
        _, entries = freed(3)
        asked = [actions.accept_offer, actions.decline_offer, actions.leave_waiting_list]
        answers = together(*(partial(act, entry_id=entries[0].pk, now=NOW) for act in asked))
        assert {*reasons(answers)} <= {Reason.OVER}
        check_counters()


def test_who_joins_twice_at_once_waits_once(together: Together) -> None:
    who = make_who()
    answers = together(*[partial(wait, who=who, address="192.0.2.7")] * 5)
    assert reasons(answers) == [Reason.WAITS] * 4


def test_a_reminder_is_sent_once_by_many_workers(together: Together) -> None:
    agenda = make_agenda()
    bookings = [book(agenda, at(9 + turn)) for turn in range(3)]
    sent = Message.objects.count()
    now = at(11) - timedelta(days=1)
    assert sum(together(*[partial(actions.remind, now=now)] * 4)) == len(bookings)  # type: ignore[arg-type]
    assert Message.objects.count() == sent + len(bookings)


def with_two_numbers(turn: int) -> list[Who]:
    """One person as they book under each of their numbers."""
    code, number = f"61000{turn:05}", cedula()
    make_person(number=code)
    join(code, number, register=registered(number))
    kinds = {code: PersonKind.FOREIGNER_CODE, number: PersonKind.CEDULA}
    return [make_who(identity=Identity(kind=kind, number=one)) for one, kind in kinds.items()]


def test_two_numbers_of_one_person_at_once_book_and_wait_once(together: Together) -> None:
    agenda = make_agenda()
    for turn in range(6):
        one, other = with_two_numbers(turn)
        answers = together(
            partial(hold, agenda, at(9 + turn), who=one), partial(hold, agenda, at(9 + turn, 15), who=other)
        )
        assert reasons(answers) == [Reason.HAS_ONE]
        assert reasons(together(partial(wait, who=one), partial(wait, who=other))) == [Reason.WAITS]


def test_a_hold_confirmed_late_while_its_person_books_under_another_number_is_the_only_one_or_none(
    together: Together,
) -> None:
    agenda = make_agenda()
    for turn in range(6):
        one, other = with_two_numbers(turn)
        held, over = hold(agenda, at(9 + turn), who=one), NOW + FIVE
        answers = together(
            confirm(held, now=over), partial(hold, agenda, at(9 + turn, 15), who=other, now=over)
        )
        assert reasons(answers) == [Reason.HAS_ONE]
    check_counters()


def test_an_offer_accepted_while_its_person_books_under_another_number_is_the_only_one_or_none(
    together: Together,
) -> None:
    for turn in range(6):
        one, other = with_two_numbers(turn)
        agenda = make_agenda()
        booked = book(agenda)
        entry = wait(who=one)
        actions.cancel(appointment_id=booked.pk, now=NOW)
        answers = together(
            partial(actions.accept_offer, entry_id=entry.pk, now=NOW),
            partial(hold, agenda, at(15), who=other),
        )
        assert reasons(answers) == [Reason.HAS_ONE]
    check_counters()
