"""Who asks too much: the proof of work, the wait in its place, and the end."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from html import unescape
from typing import Any

import pytest
from django.test import Client

from afilia.access import actions as access
from afilia.notices.models import Message
from afilia.recovery import actions, rules
from afilia.recovery.models import Recovery
from afilia.recovery.rules import ACCOUNT, ADDRESS, PAIR
from afilia.registries.sri import Standing as SriStanding
from afilia.verification import actions as verification
from afilia.verification import proof
from afilia.verification.models import Tally
from afilia.verification.rules import PROOF_LIFETIME, WAIT_OR_PROOF, WINDOW, Pass
from tests.builders import NOW, cedula, company_ruc, make_employer, make_key, make_taxpayer
from tests.concurrency.conftest import together
from tests.recovery.people import BEGIN, make_holder
from tests.verification.proofs import solve

pytestmark = pytest.mark.django_db
__all__ = ["together"]

HERE, THERE = "192.0.2.7", "198.51.100.7"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "HARDNESS", 50)


@pytest.fixture
def typed() -> dict[str, str]:
    ruc = company_ruc()
    make_taxpayer(ruc)
    return {"number": cedula(), "ruc": ruc, "branch": "0001"}


def begin(
    typed: dict[str, str],
    *,
    address: str = HERE,
    solution: str = "",
    ticket: str = "",
    device: str = "",
    now: datetime = NOW,
) -> Any:
    return actions.begin(**typed, address=address, solution=solution, ticket=ticket, device=device, now=now)


def solved(address: str = HERE) -> str:
    return solve(proof.challenge(purpose=actions.PROOF, address=address, now=NOW))


def ticket_of(now: datetime) -> str:
    return proof.ticket("", purpose=actions.PROOF, address=HERE, now=now)


def exhaust(typed: dict[str, str], **more: Any) -> None:
    for _ in range(ACCOUNT.free):
        assert isinstance(begin(typed, **more), Recovery)


def test_the_fourth_time_within_the_hour_takes_a_proof_and_the_next_hour_none(
    typed: dict[str, str],
) -> None:
    exhaust(typed)
    assert begin(typed) is Pass.PROOF
    assert begin(typed, address=THERE) is Pass.PROOF
    assert begin(typed, now=NOW + WINDOW - SECOND) is Pass.PROOF
    assert isinstance(begin(typed, now=NOW + WINDOW), Recovery)


def test_what_did_not_begin_does_not_count(typed: dict[str, str]) -> None:
    exhaust(typed)
    for _ in range(30):
        assert begin(typed) is Pass.PROOF
    assert {*Tally.objects.values_list("times", flat=True)} == {ACCOUNT.free}


def test_many_accounts_from_one_address_take_a_proof_and_one_from_elsewhere_does_not(
    typed: dict[str, str],
) -> None:
    for _ in range(ADDRESS.free):
        begin({**typed, "number": cedula()})
    assert begin({**typed, "number": cedula()}) is Pass.PROOF
    assert isinstance(begin({**typed, "number": cedula()}, address=THERE), Recovery)


def test_ipv6_addresses_of_one_subscriber_count_as_one(typed: dict[str, str]) -> None:
    for turn in range(ADDRESS.free):
        begin({**typed, "number": cedula()}, address=f"2001:db8:1:1::{turn}")
    assert begin({**typed, "number": cedula()}, address="2001:db8:1:1:ffff::1") is Pass.PROOF


def test_a_proof_of_work_opens_once_and_for_its_client_alone(typed: dict[str, str]) -> None:
    exhaust(typed)
    solution = solved()
    assert begin(typed, solution=solution, address=THERE) is Pass.PROOF
    assert isinstance(begin(typed, solution=solution), Recovery)
    assert begin(typed, solution=solution) is Pass.PROOF


def test_a_proof_of_work_expires(typed: dict[str, str]) -> None:
    exhaust(typed)
    solution = solved()
    assert begin(typed, solution=solution, now=NOW + PROOF_LIFETIME) is Pass.PROOF
    assert isinstance(begin(typed, solution=solution, now=NOW + PROOF_LIFETIME - SECOND), Recovery)


def test_a_wait_of_sixty_seconds_opens_as_well(typed: dict[str, str]) -> None:
    exhaust(typed)
    ticket = ticket_of(NOW)
    early, later = NOW + WAIT_OR_PROOF - SECOND, NOW + WAIT_OR_PROOF
    assert begin(typed, ticket=ticket, now=early) is Pass.PROOF
    assert begin(typed, ticket=ticket, now=later, address=THERE) is Pass.PROOF
    assert begin(typed, ticket=f"{ticket}x", now=later) is Pass.PROOF
    assert isinstance(begin(typed, ticket=ticket, now=later), Recovery)


def test_tickets_taken_ahead_open_no_more_than_one_a_minute(typed: dict[str, str]) -> None:
    exhaust(typed)
    tickets = [
        proof.ticket("", purpose=actions.PROOF, address=HERE, now=NOW + turn * SECOND) for turn in range(20)
    ]
    later = NOW + timedelta(minutes=2)
    opened = [begin(typed, ticket=ticket, now=later) for ticket in tickets]
    assert sum(isinstance(answer, Recovery) for answer in opened) == 1
    assert isinstance(begin(typed, ticket=tickets[5], now=later + WAIT_OR_PROOF), Recovery)


def test_too_much_is_too_much_but_not_for_the_owner_elsewhere(typed: dict[str, str]) -> None:
    exhaust(typed)
    for _ in range(ACCOUNT.most - ACCOUNT.free):
        assert isinstance(
            begin(typed, solution=solved()),
            Recovery,
        )
    assert begin(typed, solution=solved()) is Pass.CLOSED
    owner = partial(begin, typed, address=THERE)
    assert owner() is Pass.PROOF
    for _ in range(PAIR):
        assert isinstance(owner(solution=solved(THERE)), Recovery)
    assert owner(solution=solved(THERE)) is Pass.CLOSED


def test_neighbours_shut_nobody_out_of_a_browser_in_which_they_signed_in(typed: dict[str, str]) -> None:
    key = make_key(make_employer(ruc=typed["ruc"]), number=typed["number"], now=NOW)
    known, unknown = "d" * 32, "e" * 32
    access.open_session(key=key, session_key="s", device=known, agent="", address=HERE, now=NOW)
    begin(typed)
    around = [actions._what("address", f"{HERE}/32"), actions._what("block", "192.0.2.0/24")]
    Tally.objects.exclude(what__in=around).update(times=ACCOUNT.most)
    solution = solved()
    assert begin(typed, device=unknown, solution=solution) is Pass.CLOSED
    assert begin(typed, solution=solution) is Pass.CLOSED
    for _ in range(ACCOUNT.free):
        assert isinstance(begin(typed, device=known), Recovery)
    assert begin(typed, device=known) is Pass.PROOF
    assert begin(typed, solution=solution) is Pass.CLOSED


@pytest.mark.parametrize("standing", ["first-key", "taxpayer"])
def test_why_a_key_is_not_recovered_online_is_mailed_three_times_an_hour(standing: str) -> None:
    """Whoever types any number with the RUC of an employer without a key would flood its mailbox."""
    holder = make_holder(taxpayer=SriStanding.ACTIVE if standing == "first-key" else SriStanding.CLOSED)
    if standing == "first-key":
        holder.key.delete()

    def ask(turn: int, now: datetime) -> None:
        number = cedula() if standing == "first-key" else holder.key.number
        Tally.objects.exclude(what=actions._what("told", holder.employer.ruc)).delete()
        recovery = begin({**holder.form, "number": number}, address=f"192.0.2.{turn}", now=now)
        assert recovery.standing == standing
        for _ in range(4):
            assert actions.send_again(recovery=recovery, attempt=recovery.code_attempt, now=now) is None

    for turn in range(5):
        ask(turn, NOW)
    assert Message.objects.filter(to=holder.employer.email).count() == rules.EXPLAINED
    assert Message.objects.count() == 25
    ask(0, NOW + WINDOW)
    assert Message.objects.filter(to=holder.employer.email).count() == 2 * rules.EXPLAINED


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_as_many_begin_as_may(
    together: Callable[..., list[object]], typed: dict[str, str]
) -> None:
    answers = together(*[partial(begin, typed)] * 20)
    assert sum(isinstance(answer, Recovery) for answer in answers) == ACCOUNT.free
    assert answers.count(Pass.PROOF) == 20 - ACCOUNT.free


def test_the_page_keeps_what_was_typed_and_asks_for_the_proof(client: Client, typed: dict[str, str]) -> None:
    for _ in range(ACCOUNT.free):
        client.post(BEGIN, typed)
    page = client.post(BEGIN, typed).content.decode()
    assert "Espere 60 segundos" in page
    assert f'value="{typed["ruc"]}"' in page
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found
    answer = client.post(BEGIN, {**typed, "solution": solve(unescape(found[1]))})
    assert answer.status_code == 302


def test_the_end_is_told_with_429(client: Client, typed: dict[str, str]) -> None:
    client.post(BEGIN, typed)
    Tally.objects.update(times=10_000)
    answer = client.post(BEGIN, typed)
    assert answer.status_code == 429
    assert "vuelva a intentarlo en una hora" in answer.content.decode()


def test_counts_are_kept_under_keyed_hashes_and_forgotten_after_the_hour(typed: dict[str, str]) -> None:
    begin(typed)
    kept = str([bytes(what) for what in Tally.objects.values_list("what", flat=True)])
    assert HERE not in kept
    assert typed["ruc"] not in kept
    verification.forget_tallies(now=NOW + WINDOW - SECOND)
    assert Tally.objects.count() == 5
    verification.forget_tallies(now=NOW + WINDOW)
    assert not Tally.objects.exists()
