from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import ProtectedError

from afilia.access import actions, hashing, queries
from afilia.access.models import EmployerKey, SignInTries
from afilia.access.rules.limits import Reason, Refusal
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.employers.models import Branch
from tests.builders import KEY, NOW, cedula, make_branch, make_employer, make_key

HOME = "192.0.2.7"
WRONG = Refusal(reason=Reason.WRONG)
LOCKED = Refusal(reason=Reason.LOCKED, wait=timedelta(minutes=15))


def sign_in(key: EmployerKey | str, typed: str = KEY, **changes: object) -> EmployerKey | Refusal:
    number = key if isinstance(key, str) else key.number
    return actions.sign_in(**{"number": number, "key": typed, "address": HOME, "now": NOW} | changes)


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The cost of every Argon2 computation while the test runs; each is really made."""
    made: list[object] = []
    real = hashing.hash_secret

    def counted(secret: bytes, salt: bytes, *cost: object) -> bytes:
        made.append((len(salt), *cost))
        return real(secret, salt, *cost)

    monkeypatch.setattr(hashing, "hash_secret", counted)
    return made


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
def test_fifth_wrong_try_locks_and_then_even_the_right_key_is_refused(computations: list[object]) -> None:
    key = make_key(make_employer())
    assert [sign_in(key, "mal") for _ in range(5)] == [WRONG] * 4 + [LOCKED]
    computations.clear()
    entries = Entry.objects.count()
    assert sign_in(key, now=NOW + timedelta(minutes=5)) == Refusal(
        reason=Reason.LOCKED, wait=timedelta(minutes=10)
    )
    assert computations == []
    assert Entry.objects.count() == entries


@pytest.mark.django_db
def test_unknown_number_is_locked_in_the_same_way() -> None:
    number = cedula()
    assert [sign_in(number) for _ in range(6)] == [WRONG] * 4 + [LOCKED] * 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("later", "opens"),
    [(timedelta(minutes=15) - timedelta(microseconds=1), False), (timedelta(minutes=15), True)],
)
def test_lock_ends_at_exactly_fifteen_minutes_however_often_one_tries(later: timedelta, opens: bool) -> None:
    key = make_key(make_employer())
    for _ in range(5):
        sign_in(key, "mal")
    for minute in range(1, 15):
        sign_in(key, "mal", now=NOW + timedelta(minutes=minute))
    assert (sign_in(key, now=NOW + later) == key) is opens


@pytest.mark.django_db
def test_after_the_lock_five_tries_are_free_again() -> None:
    key = make_key(make_employer())
    for _ in range(7):
        sign_in(key, "mal")
    later = NOW + timedelta(minutes=15)
    assert [sign_in(key, "mal", now=later) for _ in range(5)] == [WRONG] * 4 + [LOCKED]


@pytest.mark.django_db
def test_right_sign_in_takes_the_count_back() -> None:
    key = make_key(make_employer())
    for _ in range(3):
        assert [sign_in(key, "mal") for _ in range(4)] == [WRONG] * 4
        assert sign_in(key) == key
    assert not SignInTries.objects.exists()


@pytest.mark.django_db
def test_lock_holds_for_one_number_at_one_address() -> None:
    key, other = make_key(make_employer()), make_key(make_employer())
    for _ in range(5):
        sign_in(key, "mal")
    assert sign_in(key, address="192.0.2.8") == key
    assert sign_in(other) == other
    assert isinstance(sign_in(key), Refusal)


@pytest.mark.django_db
def test_another_address_of_the_same_subscriber_does_not_help() -> None:
    key = make_key(make_employer())
    for turn in range(5):
        sign_in(key, "mal", address=f"2001:db8::{turn}")
    assert sign_in(key, address="2001:db8::ffff") == LOCKED


@pytest.mark.django_db(transaction=True)
def test_of_fifty_guesses_at_once_exactly_five_are_judged(computations: list[object]) -> None:
    key = make_key(make_employer())
    computations.clear()
    start = Barrier(50)

    def guess(turn: int) -> EmployerKey | Refusal:
        try:
            start.wait()
            return sign_in(key, f"intento {turn}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(guess, range(50)))
    assert len(computations) == 5
    assert answers.count(WRONG) == 4
    assert answers.count(LOCKED) == 46
    assert Entry.objects.filter(event="sign-in.refused").count() == 4
    assert Entry.objects.filter(event="sign-in.locked").count() == 1
    assert audit.verify() is None


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
    every = make_key(employer)
    assert queries.holder(key_id=some.pk, changed_at=NOW) == queries.Holder(
        key_id=some.pk, employer=employer, number=some.number, branches=frozenset({"0001", "0002"})
    )
    found = queries.holder(key_id=every.pk, changed_at=NOW)
    assert found is not None
    assert found.branches is None


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
