from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import ProtectedError

from afilia.access import actions, queries
from afilia.access.models import EmployerKey, KeySession, Tries
from afilia.access.rules.limits import Reason, Refusal
from afilia.audit.models import Entry
from afilia.employers.models import Branch
from tests.builders import KEY, NOW, cedula, make_branch, make_employer, make_key

HOME = "192.0.2.7"
WRONG = Refusal(reason=Reason.WRONG)
MINUTE = timedelta(minutes=1)


def locked(minutes: float) -> Refusal:
    return Refusal(reason=Reason.LOCKED, wait=minutes * MINUTE)


def sign_in(key: EmployerKey | str, typed: str = KEY, **changes: object) -> EmployerKey | Refusal:
    number = key if isinstance(key, str) else key.number
    return actions.sign_in(**{"number": number, "key": typed, "address": HOME, "now": NOW} | changes)


def open_session(key: EmployerKey, **changes: object) -> KeySession:
    facts = {"session_key": "s", "device": "d" * 32, "agent": "", "address": HOME, "now": NOW}
    return actions.open_session(**{"key": key} | facts | changes)


@pytest.mark.django_db
def test_right_key_opens_its_employer() -> None:
    key = make_key(make_employer())
    make_key(make_employer(), number=key.number, key="otra")
    assert sign_in(key) == key
    assert Entry.objects.latest("pk").event == "sign-in.accepted"


@pytest.mark.django_db
def test_each_key_of_a_person_opens_its_own_employer() -> None:
    number = cedula()
    keys = [make_key(make_employer(), number=number, key=f"clave {turn}") for turn in range(3)]
    assert [sign_in(number, f"clave {turn}") for turn in range(3)] == keys


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", KEY.lower(), f"{KEY} ", f" {KEY}", KEY[:-1]])
def test_any_other_text_is_wrong(typed: str) -> None:
    assert sign_in(make_key(make_employer()), typed) == WRONG


@pytest.mark.django_db
def test_key_of_another_person_is_wrong() -> None:
    make_key(make_employer(), key="de otra persona")
    assert sign_in(make_key(make_employer()), "de otra persona") == WRONG


@pytest.mark.django_db
def test_answer_and_work_are_the_same_for_known_and_unknown_numbers(computations: list[object]) -> None:
    one, several = make_key(make_employer()), make_key(make_employer())
    for turn in range(4):
        make_key(make_employer(), number=several.number, key=f"clave {turn}")
    works = []
    for number in (cedula(), one.number, several.number):
        computations.clear()
        entries = Entry.objects.count()
        assert sign_in(number, "no es esta") == WRONG
        works.append((list(computations), Entry.objects.count() - entries, Entry.objects.latest("pk").event))
    assert len(works[0][0]) == 1
    assert works[0] == works[1] == works[2]


@pytest.mark.django_db
def test_after_five_wrong_tries_the_waits_double_and_even_the_right_key_has_to_wait(
    computations: list[object],
) -> None:
    key = make_key(make_employer())
    assert [sign_in(key, "mal") for _ in range(5)] == [WRONG] * 4 + [locked(1)]
    now = NOW
    for wait in (1, 2, 4, 8, 15, 15):
        computations.clear()
        entries = Entry.objects.count()
        assert sign_in(key, now=now + wait * MINUTE / 2) == locked(wait / 2)
        assert computations == []
        assert Entry.objects.count() == entries
        now += wait * MINUTE
        assert sign_in(key, "mal", now=now) == locked(min(2 * wait, 15))
    assert sign_in(key, now=now + 15 * MINUTE) == key


@pytest.mark.django_db
def test_unknown_number_has_to_wait_in_the_same_way() -> None:
    number = cedula()
    assert [sign_in(number) for _ in range(6)] == [WRONG] * 4 + [locked(1)] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(("early", "opens"), [(timedelta(microseconds=1), False), (timedelta(), True)])
def test_wait_ends_to_the_microsecond_however_often_one_tries(early: timedelta, opens: bool) -> None:
    key = make_key(make_employer())
    for _ in range(5):
        sign_in(key, "mal")
    for second in range(1, 60, 7):
        sign_in(key, "mal", now=NOW + timedelta(seconds=second))
    assert (sign_in(key, now=NOW + MINUTE - early) == key) is opens


@pytest.mark.django_db
def test_a_day_without_a_try_makes_five_free_again() -> None:
    key = make_key(make_employer())
    for _ in range(7):
        sign_in(key, "mal")
    later = NOW + timedelta(days=1)
    assert [sign_in(key, "mal", now=later) for _ in range(5)] == [WRONG] * 4 + [locked(1)]


@pytest.mark.django_db
def test_right_sign_in_takes_the_count_back(light_hashing: None) -> None:
    key = make_key(make_employer())
    for _ in range(3):
        assert [sign_in(key, "mal") for _ in range(4)] == [WRONG] * 4
        assert sign_in(key) == key
    assert [tries.wrong for tries in Tries.objects.all()] == [12, 12]  # of the address and its block


@pytest.mark.django_db
def test_wrong_tries_at_one_address_make_no_other_wait() -> None:
    key, other = make_key(make_employer()), make_key(make_employer())
    for _ in range(5):
        sign_in(key, "mal")
    assert sign_in(key, address="192.0.2.8") == key
    assert sign_in(other) == other
    assert isinstance(sign_in(make_key(make_employer(), number=key.number, key="otra")), Refusal)


@pytest.mark.django_db
def test_another_address_of_the_same_subscriber_does_not_help() -> None:
    key = make_key(make_employer())
    for turn in range(5):
        sign_in(key, "mal", address=f"2001:db8::{turn}")
    assert sign_in(key, address="2001:db8::ffff") == locked(1)


def addresses(prefix: str = "198.51") -> Iterator[str]:
    """Each in a block of its own."""
    return (f"{prefix}.{block}.1" for block in range(1, 250))


@pytest.mark.django_db
def test_guesses_at_one_account_from_everywhere_make_strangers_wait_but_not_for_good(
    light_hashing: None,
) -> None:
    key = make_key(make_employer())
    everywhere = addresses()
    answers = [sign_in(key, "mal", address=next(everywhere)) for _ in range(20)]
    assert answers == [WRONG] * 19 + [locked(1)]
    assert sign_in(key) == locked(1)
    now = NOW
    for wait in (1, 2, 4, 8, 15, 15, 15):
        now += wait * MINUTE
        assert sign_in(key, "mal", address=next(everywhere), now=now) == locked(min(2 * wait, 15))
    assert sign_in(key, now=now + 15 * MINUTE) == key


@pytest.mark.django_db
def test_who_signed_in_before_is_judged_while_strangers_wait(light_hashing: None) -> None:
    key, device, other_device = make_key(make_employer()), "d" * 32, "e" * 32
    open_session(key, device=device)
    everywhere = addresses()
    for turn in range(30):
        sign_in(key, "mal", address=next(everywhere), now=NOW + turn * 15 * MINUTE)
    for _ in range(250):  # and its own block is full
        sign_in(cedula(), "mal", now=NOW + 29 * 15 * MINUTE)
    now = NOW + 29 * 15 * MINUTE
    assert isinstance(sign_in(key, now=now), Refusal)
    assert isinstance(sign_in(key, now=now, device=other_device), Refusal)
    assert sign_in(key, now=now, device=device) == key


@pytest.mark.django_db
def test_a_known_device_has_five_tries_of_its_own_and_serves_for_no_other_person() -> None:
    key, other = make_key(make_employer()), make_key(make_employer())
    open_session(key, device="d" * 32)
    assert [sign_in(key, "mal", device="d" * 32) for _ in range(6)] == [WRONG] * 4 + [locked(1)] * 2
    assert sign_in(key) == key  # without the cookie it is a stranger like others
    for _ in range(5):
        sign_in(other, "mal", device="d" * 32)
    assert sign_in(other, device="d" * 32) == locked(1)


@pytest.mark.django_db
def test_a_changed_key_forgets_the_devices_and_frees_the_account(light_hashing: None) -> None:
    employer = make_employer()
    key = make_key(employer)
    open_session(key, device="d" * 32)
    everywhere = addresses()
    for _ in range(20):
        sign_in(key, "mal", address=next(everywhere))
    make_key(employer, number=key.number, key="la nueva")
    assert not queries.is_known_device(key.number, device="d" * 32)
    assert sign_in(key, "la nueva") == key


@pytest.mark.django_db
def test_one_address_may_try_fifty_numbers_in_ten_minutes_and_a_block_two_hundred(
    light_hashing: None,
) -> None:
    answers = [sign_in(cedula(), "mal") for _ in range(51)]
    assert answers == [WRONG] * 50 + [locked(10)]
    assert sign_in(cedula(), "mal", now=NOW + 4 * MINUTE) == locked(6)
    for host in range(8, 11):
        for _ in range(50):
            assert sign_in(cedula(), "mal", address=f"192.0.2.{host}") == WRONG
    key = make_key(make_employer())
    assert sign_in(key, address="192.0.2.200") == locked(10)
    assert sign_in(key, address="192.0.3.200") == key
    assert sign_in(key, address="192.0.2.200", now=NOW + 10 * MINUTE) == key


@pytest.mark.django_db
def test_right_sign_ins_fill_no_address(light_hashing: None) -> None:
    keys = [make_key(make_employer()) for _ in range(3)]
    for turn in range(60):
        assert sign_in(keys[turn % 3]) == keys[turn % 3]


@pytest.mark.django_db
def test_tries_that_have_to_wait_count_nowhere() -> None:
    key = make_key(make_employer())
    for _ in range(5):
        sign_in(key, "mal")
    before = sorted((bytes(row.bucket), row.wrong, row.at) for row in Tries.objects.all())
    for _ in range(60):
        assert sign_in(key, "mal") == locked(1)
    assert sorted((bytes(row.bucket), row.wrong, row.at) for row in Tries.objects.all()) == before


@pytest.mark.django_db(transaction=True)
def test_keys_first_set_at_once_share_their_salt_or_are_refused() -> None:
    number, employers = cedula(), [make_employer() for _ in range(8)]
    start = Barrier(8)

    def set_key(turn: int) -> str:
        try:
            start.wait()
            make_key(employers[turn], number=number, key=f"clave {turn % 4}")
        except actions.KeyRefusedError as error:
            return error.reason
        finally:
            connections.close_all()
        return "set"

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(set_key, range(8)))
    assert results.count("set") == results.count(actions.KeyRefusal.AMBIGUOUS) == 4
    assert len({key.encoded.rsplit("$", 1)[0] for key in queries.keys_of_person(number)}) == 1


@pytest.mark.django_db
def test_same_key_for_two_employers_of_a_person_is_refused() -> None:
    first = make_key(make_employer())
    with pytest.raises(actions.KeyRefusedError) as refused:
        make_key(make_employer(), number=first.number)
    assert refused.value.reason is actions.KeyRefusal.AMBIGUOUS
    assert queries.keys_of_person(first.number) == [first]


@pytest.mark.django_db
def test_database_refuses_one_key_for_two_employers() -> None:
    key = make_key(make_employer())
    with pytest.raises(IntegrityError, match="a_key_opens_one_employer"), transaction.atomic():
        EmployerKey.objects.create(
            employer=make_employer(), number=key.number, encoded=key.encoded, changed_at=NOW
        )


@pytest.mark.django_db
def test_same_key_may_be_set_again_and_two_people_may_have_it() -> None:
    employer = make_employer()
    key = make_key(employer)
    assert make_key(employer, number=key.number, now=NOW + timedelta(days=1)) == key
    assert make_key(employer) != key


@pytest.mark.django_db
def test_changed_key_replaces_the_old_one() -> None:
    employer = make_employer()
    key = make_key(employer)
    make_key(employer, number=key.number, key="la nueva", now=NOW + timedelta(days=1))
    assert sign_in(key) == WRONG
    assert sign_in(key, "la nueva") == key


@pytest.mark.django_db
def test_holder_has_the_branches_of_the_key() -> None:
    employer = make_employer()
    branches = [make_branch(employer, number=number) for number in ("0001", "0002", "0003")]
    some = make_key(employer, branches=tuple(branches[:2]))
    assert queries.holder(some) == queries.Holder(
        key_id=some.pk, employer=employer, number=some.number, branches=frozenset({"0001", "0002"})
    )
    assert queries.holder(make_key(employer)).branches is None


def delete_in_the_database(branch: Branch) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM employers_branch WHERE id = %s", [branch.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.django_db
def test_branch_of_a_key_cannot_be_deleted_lest_the_key_opens_them_all() -> None:
    employer = make_employer()
    only, other = make_branch(employer), make_branch(employer, number="0002")
    key = make_key(employer, branches=(only,))
    other.delete()
    with pytest.raises(ProtectedError):
        only.delete()
    with pytest.raises(IntegrityError):
        delete_in_the_database(only)
    assert [*key.branches.all()] == [only]
