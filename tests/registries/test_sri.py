import json
import logging
import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from pytest_django import Settings

from afilia.registries import service, sri
from afilia.registries.circuit import Circuit
from afilia.registries.sri import RegisterDownError, Standing, TaxpayerKind
from tests.builders import make_sri_load, make_taxpayer
from tests.registries.conftest import Register, Reply, Serve

RUC = "1799998242001"
SAID: dict[str, Any] = {
    "ruc": RUC,
    "name": "BODEGAS DE EJEMPLO CIA. LTDA.",
    "standing": "ACTIVO",
    "kind": "SOCIEDAD",
    "class": "GEN",
    "started_on": "2011-08-24",
    "establishments": [
        {
            "number": 2,
            "name": "SUR",
            "state": "CER",
            "province": "PICHINCHA",
            "canton": "QUITO",
            "parish": "",
        },
        {"number": 1, "name": "", "state": "ABI", "province": "GUAYAS", "canton": "DURÁN", "parish": "X"},
    ],
}
BODEGAS = sri.Taxpayer(
    ruc=RUC,
    name="BODEGAS DE EJEMPLO CIA. LTDA.",
    standing=Standing.ACTIVE,
    kind=TaxpayerKind.COMPANY,
    taxpayer_class="GEN",
    started_on=date(2011, 8, 24),
    establishments=(
        sri.Establishment(number=1, name="", open=True, province="GUAYAS", canton="DURÁN", parish="X"),
        sri.Establishment(number=2, name="SUR", open=False, province="PICHINCHA", canton="QUITO", parish=""),
    ),
)


@pytest.fixture(autouse=True)
def fresh_circuit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sri, "circuit", Circuit())


@pytest.fixture
def serve(loopback: Serve, settings: Settings) -> Serve:
    def start(reply: Any) -> Register:
        register = loopback(reply)
        settings.SRI_URL = register.url
        settings.SRI_TOKEN = "a-token"
        return register

    return start


def said(**changes: object) -> Reply:
    return 200, json.dumps(SAID | changes).encode()


def establishment(**changes: object) -> list[dict[str, object]]:
    return [SAID["establishments"][0] | changes]


def test_what_the_service_says(serve: Serve) -> None:
    register = serve(lambda _: said())
    assert sri.look_up(RUC) == BODEGAS
    assert register.requests == [(f"/contribuyentes/{RUC}", "Bearer a-token")]


@pytest.mark.parametrize("standing", Standing)
def test_every_standing(serve: Serve, standing: Standing) -> None:
    serve(lambda _: said(standing=standing, started_on=None, establishments=[]))
    found = sri.look_up(RUC)
    assert found
    assert (found.standing, found.started_on, found.establishments) == (standing, None, ())


def test_the_service_does_not_know_it(serve: Serve) -> None:
    serve(lambda _: (404, b"{}"))
    assert sri.look_up(RUC) is None


@pytest.mark.parametrize(
    "typed", ["", "179999824200", "17999982420010", "179999824200x", "../../secretos", "\x00" * 13]
)
def test_what_is_no_ruc_is_asked_of_nobody(serve: Serve, typed: str) -> None:
    register = serve(lambda _: said())
    assert sri.look_up(typed) is None
    assert register.requests == []


@pytest.mark.parametrize(
    "reply",
    [
        (401, b"{}"),
        (429, b"{}"),
        (302, b"", {"Location": "/elsewhere"}),
        (404, b"<html>Not Found</html>"),
        (404, b'"unknown"'),
        (200, b""),
        (200, b"null"),
        (200, b"[" * 100_000),
        (200, json.dumps(SAID).encode("utf-16")),
        (200, json.dumps(SAID).encode(), {"Content-Encoding": "gzip"}),
        (200, b"x" * (service.LONGEST_ANSWER + 1)),
        (200, json.dumps(SAID | {"name": "X" * service.LONGEST_ANSWER}).encode()),
        (203, json.dumps(SAID).encode()),
        said(ruc="1799999998001"),
        said(name=" "),
        said(name=None),
        said(name="X\x00"),
        said(name="X" * 1001),
        said(standing="active"),
        said(standing=None),
        said(standing=["ACTIVO"]),
        said(kind="OTRO"),
        said(started_on="24/08/2011"),
        said(started_on=0),
        said(establishments=None),
        said(establishments={}),
        said(establishments=["1"]),
        said(establishments=establishment(number="1")),
        said(establishments=establishment(number=True)),
        said(establishments=establishment(number=0)),
        said(establishments=establishment(state="?")),
        said(establishments=establishment(province=None)),
        said(establishments=establishment() * 2),
    ],
    ids=lambda reply: repr(reply)[:50],
)
def test_nonsense_is_no_answer_and_is_not_asked_for_again(serve: Serve, reply: Reply) -> None:
    register = serve(lambda _: reply)
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC)
    assert len(register.requests) == 1


def test_no_redirect_is_followed(serve: Serve, loopback: Serve) -> None:
    other = loopback(lambda _: said())
    serve(lambda _: (302, b"", {"Location": f"{other.url}/contribuyentes/{RUC}"}))
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC)
    assert other.requests == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_service_that_stumbles_is_asked_once_more(serve: Serve, status: int) -> None:
    replies = iter([(status, b""), said()])
    serve(lambda _: next(replies))
    assert sri.look_up(RUC) == BODEGAS
    register = serve(lambda _: (status, b""))
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC)
    assert len(register.requests) == 2


def test_an_answer_that_breaks_off_is_asked_for_once_more(serve: Serve) -> None:
    whole = json.dumps(SAID).encode()
    replies = iter([(200, [whole[:20]], {"Content-Length": str(len(whole))}), said()])
    register = serve(lambda _: next(replies))
    assert sri.look_up(RUC) == BODEGAS
    assert len(register.requests) == 2


def test_nobody_listens(closed_port: str, settings: Settings) -> None:
    settings.SRI_URL = closed_port
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC)


def test_a_slow_service_costs_no_more_than_its_time(serve: Serve) -> None:
    register = serve(lambda _: (register.closing.wait(20), said())[1])
    began = time.monotonic()
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC, seconds=0.3)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("every", [0.01, 0.2])
def test_a_dripping_service_costs_no_more_than_its_time(serve: Serve, every: float) -> None:
    register = serve(lambda _: (200, register.drip([b" "] * 10_000, every=every)))
    began = time.monotonic()
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC, seconds=0.5)
    assert time.monotonic() - began < 1.5


def test_after_five_failures_the_service_is_left_alone(serve: Serve) -> None:
    register = serve(lambda _: (500, b""))
    for _ in range(5):
        with pytest.raises(RegisterDownError):
            sri.look_up(RUC)
    assert len(register.requests) == 5


def test_the_ruc_is_in_no_log_line(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    serve(lambda _: (500, b""))
    with pytest.raises(RegisterDownError):
        sri.look_up(RUC)
    assert "SRI: no answer" in caplog.text
    assert RUC not in caplog.text


@pytest.mark.django_db
class TestCopy:
    def test_what_it_says(self) -> None:
        make_taxpayer(RUC, number=2, name=BODEGAS.name, trade_name="SUR", state="CER", parish="")
        make_taxpayer(RUC, number=1, name=BODEGAS.name, province="GUAYAS", canton="DURÁN", parish="X")
        make_taxpayer("1799999998001")
        assert sri.look_up(RUC) == BODEGAS

    def test_it_does_not_know_the_ruc(self) -> None:
        make_taxpayer(RUC)
        assert sri.look_up("1799999998001") is None

    def test_an_empty_copy_is_no_answer(self) -> None:
        with pytest.raises(RegisterDownError):
            sri.look_up(RUC)

    def test_the_row_that_the_sri_updated_last_says_how_the_taxpayer_is(self) -> None:
        make_taxpayer(RUC, number=1, standing=Standing.ACTIVE, updated_on=date(2025, 2, 3))
        make_taxpayer(RUC, number=2, standing=Standing.CLOSED, updated_on=date(2025, 2, 4))
        make_taxpayer(RUC, number=3, standing=Standing.SUSPENDED, updated_on=None)
        found = sri.look_up(RUC)
        assert found
        assert found.standing is Standing.CLOSED

    def test_of_rows_updated_on_one_day_the_one_loaded_last(self) -> None:
        older, newer = make_sri_load(), make_sri_load()
        make_taxpayer(RUC, number=1, standing=Standing.SUSPENDED, load=newer)
        make_taxpayer(RUC, number=2, standing=Standing.ACTIVE, load=older)
        found = sri.look_up(RUC)
        assert found
        assert found.standing is Standing.SUSPENDED

    def test_a_missing_establishment_is_left_out(self) -> None:
        make_taxpayer(RUC, number=1)
        make_taxpayer(RUC, number=2, missing_since=date(2026, 11, 1), updated_on=date(2026, 1, 1))
        found = sri.look_up(RUC)
        assert found
        assert [place.number for place in found.establishments] == [1]

    def test_a_taxpayer_that_is_missing_altogether_is_no_answer(self) -> None:
        make_taxpayer(RUC, missing_since=date(2026, 11, 1))
        with pytest.raises(RegisterDownError):
            sri.look_up(RUC)

    def test_the_day_of_the_last_load_is_that_of_ecuador(self) -> None:
        assert sri.copy_loaded_on() is None
        make_sri_load(loaded_at=datetime(2026, 11, 1, 4, 59, tzinfo=UTC))
        assert sri.copy_loaded_on() == date(2026, 10, 31)
        make_sri_load(loaded_at=datetime(2026, 11, 1, 5, 0, tzinfo=UTC))
        assert sri.copy_loaded_on() == date(2026, 11, 1)
