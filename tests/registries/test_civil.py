import json
import logging
import time
from collections.abc import Callable
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from afilia.registries import civil, service
from afilia.registries.circuit import Circuit
from afilia.registries.models import CivilRecord
from tests.registries.conftest import Register, Reply, Serve

PERSON = {"cedula": "0102030400", "names": "LUZ MARÍA PEÑA", "birth_on": "1990-02-28", "death_on": None}
LUZ = civil.CivilPerson(
    cedula="0102030400", names="LUZ MARÍA PEÑA", birth_on=date(1990, 2, 28), death_on=None
)
NOT_FOUND = (404, b'{"detail": "not found"}')


@pytest.fixture(autouse=True)
def fresh_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(civil, "circuit", Circuit())


@pytest.fixture
def serve(loopback: Serve, settings: Settings) -> Serve:
    def start(reply: Callable[[str], Reply]) -> Register:
        register = loopback(reply)
        settings.REGISTRO_CIVIL_URL = register.url
        settings.REGISTRO_CIVIL_TOKEN = "a-token"
        return register

    return start


def found(number: str) -> Reply:
    return 200, json.dumps(PERSON | {"cedula": number}).encode()


def test_people_are_found_and_numbers_unknown(serve: Serve) -> None:
    register = serve(lambda number: found(number) if number == LUZ.cedula else NOT_FOUND)
    answer = civil.look_up([LUZ.cedula, "1710034065", LUZ.cedula])
    assert answer == civil.Answer(found={LUZ.cedula: LUZ}, unknown={"1710034065"})
    assert sorted(register.requests) == [
        ("/personas/0102030400", "Bearer a-token"),
        ("/personas/1710034065", "Bearer a-token"),
    ]


def test_death_is_told(serve: Serve) -> None:
    serve(lambda _: (200, json.dumps(PERSON | {"death_on": "2020-01-31"}).encode()))
    assert civil.look_up([LUZ.cedula]).found[LUZ.cedula].death_on == date(2020, 1, 31)


@pytest.mark.parametrize(
    "reply",
    [
        (401, b"{}"),
        (301, b""),
        (404, b"<html>Not Found</html>"),
        (404, b"[]"),
        (200, b""),
        (200, b"\xff\xfe{"),
        (200, b"{"),
        (200, b"null"),
        (200, b"[1]"),
        (200, b"[" * 100_000),
        (200, b"{}"),
        (200, json.dumps(PERSON | {"cedula": "1710034065"}).encode()),
        (200, json.dumps(PERSON | {"names": " "}).encode()),
        (200, json.dumps(PERSON | {"names": 1}).encode()),
        (200, json.dumps(PERSON | {"names": "LUZ\x00"}).encode()),
        (200, json.dumps(PERSON | {"names": "Ñ" * 301}).encode()),
        (200, json.dumps(PERSON | {"birth_on": "1990-02-30"}).encode()),
        (200, json.dumps(PERSON | {"birth_on": None}).encode()),
        (200, json.dumps(PERSON | {"death_on": 1}).encode()),
    ],
    ids=lambda reply: repr(reply)[:60],
)
def test_nonsense_is_no_answer_and_is_not_asked_for_again(serve: Serve, reply: Reply) -> None:
    register = serve(lambda _: reply)
    assert civil.look_up([LUZ.cedula]) == civil.Answer(unanswered={LUZ.cedula})
    assert len(register.requests) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_service_that_stumbles_is_asked_twice_and_has_then_no_answer(serve: Serve, status: int) -> None:
    register = serve(lambda _: (status, json.dumps(PERSON).encode()))
    assert civil.look_up([LUZ.cedula]) == civil.Answer(unanswered={LUZ.cedula})
    assert len(register.requests) == 2


def test_second_try_may_bring_the_answer(serve: Serve) -> None:
    replies = iter([(500, b""), found(LUZ.cedula)])
    serve(lambda _: next(replies))
    assert civil.look_up([LUZ.cedula]).found == {LUZ.cedula: LUZ}


def test_register_that_refuses_connections_is_no_answer(closed_port: str, settings: Settings) -> None:
    settings.REGISTRO_CIVIL_URL = closed_port
    assert civil.look_up([LUZ.cedula]) == civil.Answer(unanswered={LUZ.cedula})


def test_slow_register_costs_no_more_than_the_budget(serve: Serve) -> None:
    register = serve(lambda _: (register.closing.wait(20), found(LUZ.cedula))[1])
    numbers = [f"{number:010}" for number in range(50)]
    start = time.monotonic()
    assert civil.look_up(numbers, seconds=0.5) == civil.Answer(unanswered=set(numbers))
    assert time.monotonic() - start < 1.5


def test_what_came_before_the_end_of_the_budget_is_kept(serve: Serve) -> None:
    register = serve(
        lambda number: found(number) if number == LUZ.cedula else (register.closing.wait(20), NOT_FOUND)[1]
    )
    answer = civil.look_up([LUZ.cedula, "1710034065"], seconds=1)
    assert answer == civil.Answer(found={LUZ.cedula: LUZ}, unanswered={"1710034065"})


def test_five_failures_in_a_row_spare_the_register(serve: Serve) -> None:
    register = serve(lambda _: (500, b""))
    numbers = [f"{number:010}" for number in range(100)]
    assert civil.look_up(numbers).unanswered == set(numbers)
    asked = len(register.requests)
    assert asked < 5 + service.REQUESTS_AT_ONCE
    assert civil.look_up([LUZ.cedula]).unanswered == {LUZ.cedula}
    assert len(register.requests) == asked


def test_at_most_eight_requests_run_at_once(serve: Serve) -> None:
    register = serve(found)
    numbers = [f"{number:010}" for number in range(100)]
    assert civil.look_up(numbers).found.keys() == set(numbers)
    assert register.most_at_once <= 8


def test_numbers_are_in_no_log_line(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    serve(lambda number: found(number) if number == LUZ.cedula else (500, b""))
    civil.look_up([LUZ.cedula, "1710034065"])
    assert "no answer for 1 of 2 numbers" in caplog.text
    assert LUZ.cedula not in caplog.text
    assert "1710034065" not in caplog.text


@pytest.mark.django_db
def test_local_copy_answers_for_every_number(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    CivilRecord.objects.create(cedula=LUZ.cedula, names=LUZ.names, birth_on=LUZ.birth_on)
    others = {f"{number:010}" for number in range(15_000)}
    with django_assert_num_queries(2):
        answer = civil.look_up([LUZ.cedula, *others])
    assert answer == civil.Answer(found={LUZ.cedula: LUZ}, unknown=others)


def test_nobody_asked_for_is_no_question(serve: Serve) -> None:
    register = serve(found)
    assert civil.look_up([]) == civil.Answer()
    assert register.requests == []
