"""Both numbers of a person serve wherever a number is asked for."""

from datetime import timedelta

import pytest

from afilia.access import actions as access
from afilia.access import queries as keys
from afilia.access.models import EmployerKey
from afilia.access.rules import limits
from afilia.appointments import actions as appointing
from afilia.appointments.booking import Who
from afilia.appointments.queries import rows as appointments
from afilia.appointments.queries.finding import ahead_of_person, booking_of
from afilia.appointments.rules.states import Identity, PersonKind, Reason, RefusedError
from afilia.counter.queries import keys as counter
from afilia.counter.rules import handing
from afilia.recovery import queries as recovery
from afilia.recovery.rules import Standing
from tests.appointments.builders import at, book, hold, make_agenda, make_who, wait
from tests.builders import KEY, NOW, cedula, make_branch, make_employer, make_key, make_person
from tests.cases.builders import make_registration
from tests.workers.joining import join, registered

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]
CODE = "6101234567"
NEW = "tijera nube caimito siete"


@pytest.fixture
def number() -> str:
    make_person(number=CODE)
    return cedula()


def join_them(number: str) -> None:
    join(CODE, number, register=registered(number))


def sign_in(number: str, key: str = KEY) -> object:
    return access.sign_in(number=number, key=key, address="192.0.2.1", now=NOW)


def test_a_key_opens_with_either_number(number: str) -> None:
    key = make_key(make_employer(), number=CODE)
    assert not isinstance(sign_in(number), EmployerKey)
    join_them(number)
    assert sign_in(CODE) == sign_in(number) == key
    holder = keys.holder_of(key.employer, number=number)
    assert holder is not None
    assert holder.key_id == key.pk


def test_keys_under_both_numbers_open_with_either_and_change_together(number: str) -> None:
    employer = make_employer()
    first = make_key(employer, number=CODE)
    make_key(employer, number=number, key="otra clave de antes")
    elsewhere = make_key(make_employer(), number=number, key="clave de otra empresa")
    join_them(number)
    assert sign_in(CODE, "clave de otra empresa") == elsewhere
    changed = access.set_key(employer=employer, number=CODE, key=NEW, now=NOW + timedelta(1))
    assert changed == first
    for one in (CODE, number):
        assert isinstance(sign_in(one, NEW), EmployerKey)
        assert not isinstance(sign_in(one, "otra clave de antes"), EmployerKey)
    with pytest.raises(access.KeyRefusedError):
        access.set_key(employer=employer, number=CODE, key="clave de otra empresa", now=NOW)


def test_a_key_set_under_the_other_number_is_no_second_one(number: str) -> None:
    key = make_key(make_employer(), number=CODE)
    join_them(number)
    assert access.set_key(employer=key.employer, number=number, key=NEW, now=NOW) == key
    assert EmployerKey.objects.count() == 1


def test_a_key_is_recovered_with_either_number(number: str) -> None:
    branch = make_branch(make_employer(email_verified_at=NOW))
    make_key(branch.employer, number=CODE)

    def standing(typed: str) -> Standing:
        found = recovery.find(number=typed, ruc=branch.employer.ruc, branch="0001", active=True)
        return found.standing

    assert standing(number) is not Standing.ELIGIBLE
    join_them(number)
    assert standing(number) is standing(CODE) is Standing.ELIGIBLE


def test_an_employer_is_found_by_either_number_of_who_represents_it(number: str) -> None:
    employer = make_registration(number=CODE).employer
    join_them(number)
    assert counter.find(number) == counter.find(CODE) == [employer]


def test_an_appointment_is_found_by_either_number(number: str) -> None:
    who = make_who(identity=Identity(kind=PersonKind.FOREIGNER_CODE, number=CODE))
    booked = book(make_agenda(), who=who)
    join_them(number)
    for one in (CODE, number):
        assert appointments.for_person(booked.office, booked.on, number=one) == [booked]
        found = ahead_of_person(code=booked.code, number=one, now=booked.starts_at)
        assert found == booked


def test_one_live_booking_a_person_whatever_number_it_is_made_with(number: str) -> None:
    agenda = make_agenda()
    book(agenda, who=make_who(identity=Identity(kind=PersonKind.FOREIGNER_CODE, number=CODE)))
    join_them(number)
    with pytest.raises(RefusedError) as refused:
        book(agenda, at(10), who=make_who(identity=Identity(kind=PersonKind.CEDULA, number=number)))
    assert refused.value.reason is Reason.HAS_ONE


def both(number: str) -> dict[str, Who]:
    """Who books, by each number."""
    kinds = {CODE: PersonKind.FOREIGNER_CODE, number: PersonKind.CEDULA}
    return {one: make_who(identity=Identity(kind=kind, number=one)) for one, kind in kinds.items()}


def test_a_hold_under_one_number_ends_when_its_time_is_over_and_the_other_one_books(number: str) -> None:
    join_them(number)
    agenda, who = make_agenda(), both(number)
    held = hold(agenda, who=who[CODE])
    book(agenda, at(10), who=who[number], now=NOW + timedelta(minutes=5))
    with pytest.raises(RefusedError) as refused:
        appointing.confirm(appointment_id=held.pk, now=NOW + timedelta(minutes=6))
    assert refused.value.reason is Reason.HAS_ONE


def test_an_earlier_place_offered_to_one_number_moves_the_booking_of_the_other(number: str) -> None:
    agenda, who = make_agenda(), both(number)
    booked, another = book(agenda, at(15), who=who[CODE]), book(agenda)
    join_them(number)
    entry = wait(who=who[number])
    appointing.cancel(appointment_id=another.pk, now=NOW)
    assert booking_of(entry, now=NOW) == booked
    accepted = appointing.accept_offer(entry_id=entry.pk, now=NOW)
    assert (accepted.pk, accepted.starts_at) == (booked.pk, another.starts_at)


def test_a_key_that_waits_to_be_changed_is_found_under_either_number(number: str) -> None:
    employer = make_employer()
    access.hand_over_key(employer=employer, number=CODE, email=employer.email, now=NOW, actor="staff:1")
    assert counter.standing(employer, number=CODE) == handing.Standing.HANDED
    assert counter.standing(employer, number=number) == handing.Standing.CHOSEN  # another person's
    join_them(number)
    assert counter.standing(employer, number=number) == handing.Standing.HANDED


def test_nobody_waits_twice_under_two_numbers(number: str) -> None:
    join_them(number)
    who = both(number)
    wait(who=who[CODE])
    with pytest.raises(RefusedError) as refused:
        wait(who=who[number])
    assert refused.value.reason is Reason.WAITS


def test_guesses_under_both_numbers_are_counted_together(number: str) -> None:
    make_key(make_employer(), number=CODE)
    join_them(number)
    for turn in range(limits.PAIR.free):
        sign_in((CODE, number)[turn % 2], "no es la clave")
    for one in (CODE, number):
        refused = sign_in(one)
        assert isinstance(refused, limits.Refusal)
        assert refused.wait
