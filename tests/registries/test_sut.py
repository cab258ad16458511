import json
import time
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from pytest_django import Settings

from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.registries import sut
from afilia.registries.circuit import Circuit
from afilia.registries.contracts import Contract
from afilia.registries.errors import RegisterDownError
from tests.builders import make_contract, make_employer
from tests.registries.conftest import Register, Reply, Serve

RUC = "1799998242001"
BORN = date(1991, 4, 2)
SAID = {
    "kind": "passport",
    "country": "CO",
    "number": "AX 123-456",
    "names": "PRADA EJEMPLO LUCIA",
    "birth_on": "1991-04-02",
    "registered_on": "2026-11-03",
}
LUCIA = Contract(
    ruc=RUC,
    document=DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX123456"),
    names="PRADA EJEMPLO LUCIA",
    birth_on=BORN,
    registered_on=date(2026, 11, 3),
)


@pytest.fixture
def serve(loopback: Serve, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Serve:
    monkeypatch.setattr(sut, "circuit", Circuit())

    def start(reply: Callable[[str], Reply]) -> Register:
        register = loopback(reply)
        settings.SUT_URL, settings.SUT_TOKEN = register.url, "a-token"
        return register

    return start


def answer(*contracts: object, **changes: object) -> Reply:
    return 200, json.dumps({"ruc": RUC, "contracts": contracts} | changes).encode()


def ask() -> tuple[Contract, ...]:
    return sut.look_up(ruc=RUC, number="AX123456", birth_on=BORN)


def test_the_service_is_asked_for_a_number_and_a_birth_date(serve: Serve) -> None:
    register = serve(lambda _: answer(SAID))
    assert ask() == (LUCIA,)
    [(path, token)] = register.requests
    assert token == "Bearer a-token"
    assert urlsplit(path).path == f"/contratos/{RUC}"
    assert parse_qs(urlsplit(path).query) == {"documento": ["AX123456"], "nacimiento": ["1991-04-02"]}


def test_an_employer_that_it_does_not_know_has_no_contracts(serve: Serve) -> None:
    serve(lambda _: (404, b'{"detail": "not found"}'))
    assert ask() == ()


@pytest.mark.parametrize(
    "reply",
    [
        (401, b"{}"),
        (404, b"<html>Not Found</html>"),
        (200, b"{"),
        (200, b"[]"),
        (503, b""),
        answer(SAID, ruc="1790012345001"),
        answer(contracts=SAID),
        answer(SAID | {"kind": "licence"}),
        answer(SAID | {"country": "co"}),
        answer(SAID | {"country": None}),
        answer(SAID | {"number": "AX\x00"}),
        answer(SAID | {"number": "-"}),
        answer(SAID | {"names": " "}),
        answer(SAID | {"names": "Ñ" * 301}),
        answer(SAID | {"birth_on": "1991-02-30"}),
        answer({key: value for key, value in SAID.items() if key != "registered_on"}),
        answer("x"),
    ],
    ids=lambda reply: repr(reply)[:60],
)
def test_nonsense_is_no_answer(serve: Serve, reply: Reply) -> None:
    serve(lambda _: reply)
    with pytest.raises(RegisterDownError):
        ask()


def test_a_slow_service_costs_no_more_than_the_budget(serve: Serve) -> None:
    register = serve(lambda _: (register.closing.wait(20), answer(SAID))[1])
    start = time.monotonic()
    with pytest.raises(RegisterDownError):
        sut.look_up(ruc=RUC, number="AX123456", birth_on=BORN, seconds=0.3)
    assert time.monotonic() - start < 1.5


@pytest.mark.django_db
def test_an_empty_copy_is_no_answer() -> None:
    with pytest.raises(RegisterDownError):
        ask()


@pytest.mark.django_db
def test_the_copy_answers_for_one_employer_by_number_or_birth_date() -> None:
    employer, other = make_employer(ruc=RUC), make_employer()
    make_contract(employer)
    make_contract(employer, number="AX12345", registered_on=date(2026, 11, 4))
    make_contract(employer, number="ZZ999", birth_on=date(1970, 1, 1))
    make_contract(other)
    assert [contract.document.number for contract in ask()] == ["AX123456", "AX12345"]
    assert ask()[0] == LUCIA


def test_what_is_no_ruc_is_not_asked_for(serve: Serve) -> None:
    register = serve(lambda _: answer(SAID))
    assert sut.look_up(ruc="../x", number="1", birth_on=BORN) == ()
    assert register.requests == []
