"""What the log leaves out: rows that the database refused, codes in addresses."""

import logging
import re
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from afilia.config import logs
from afilia.workers.models import IdentityNumber
from tests.builders import cedula, make_person


@pytest.mark.django_db
@pytest.mark.parametrize("readable", [True, False])
def test_the_log_holds_nothing_of_a_row_that_the_database_refused(readable: bool) -> None:
    number = cedula()
    person = make_person(number=number)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        IdentityNumber.objects.create(number=number, kind="cedula", person=person)
    assert number in str(refused.value)
    record = logging.LogRecord(
        "afilia", logging.ERROR, __file__, 1, "job failed: %s", (refused.value,), (*refused._excinfo,)
    )
    line = logs.formatter(readable=readable).format(record)
    assert "IntegrityError" in line
    assert "left out" in line
    assert number not in line


CODE = "ABCD-EFGH-JKMN"


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What the log has of the test, as it is written."""
    caplog.handler.setFormatter(logs.formatter(readable=False))
    return lambda: caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("get", f"/verificar/{CODE}/"),
        ("get", f"/verificar/{CODE}/otro"),
        ("get", f"/verificar/{CODE.replace('-', '%20')}/"),
        ("get", f"/Verificar/{CODE}/"),
        ("post", f"/verificar/{CODE}/"),
    ],
)
def test_a_code_that_is_looked_up_in_vain_is_not_in_the_log(
    client: Client, log: Callable[[], str], method: str, address: str
) -> None:
    assert getattr(client, method)(address).status_code in {404, 405}
    assert "erificar/[left out]" in log()
    assert not any(part in log() for part in CODE.split("-"))


def _routes(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = f"{before}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, route)
        else:
            yield route


def test_no_address_with_a_token_can_reach_the_log() -> None:
    for route in _routes(get_resolver().url_patterns):
        if re.search(r":(token|reference)>", route):
            address = re.sub(r"<\w+:(token|reference)>", CODE, route)
            event = logs.without_secrets(None, "warning", {"event": f"Not Found: {address}"})
            assert CODE not in event["event"]


def test_other_addresses_are_logged_whole(client: Client, log: Callable[[], str]) -> None:
    client.get("/no/existe/")
    assert "Not Found: /no/existe/" in log()
