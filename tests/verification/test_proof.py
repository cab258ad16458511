"""The proof of work and the wait in its place: whose they are, how long they are good."""

import json
from base64 import b64decode, b64encode
from datetime import timedelta

import pytest

from afilia.verification import actions, proof
from afilia.verification.models import Tally
from afilia.verification.queries import tallied
from afilia.verification.rules import PROOF_LIFETIME, WAIT_OR_PROOF, WINDOW, Limit, Pass, pass_needed
from tests.builders import NOW
from tests.verification.proofs import solve

HERE, THERE = "192.0.2.7", "198.51.100.7"
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "HARDNESS", 50)


@pytest.mark.parametrize(
    ("counts", "needed"),
    [
        ((3, 5), Pass.FREE),
        ((4, 5), Pass.PROOF),
        ((3, 6), Pass.PROOF),
        ((6, 10), Pass.PROOF),
        ((7, 1), Pass.CLOSED),
        ((4, 11), Pass.CLOSED),
    ],
)
def test_the_strictest_limit_decides(counts: tuple[int, int], needed: Pass) -> None:
    limits = (Limit(free=3, most=6), Limit(free=5, most=10))
    assert pass_needed(zip(counts, limits, strict=True)) is needed


def damaged(solution: str) -> list[str]:
    fields = json.loads(b64decode(solution))

    def with_(**changes: object) -> str:
        return b64encode(json.dumps({**fields, **changes}).encode()).decode()

    return [
        "x",
        "ñ",
        b64encode(b"[]").decode(),
        b64encode(b"\xff").decode(),
        b64encode(b"[" * 3000).decode(),
        with_(number=fields["number"] + 1),
        with_(number=str(fields["number"])),
        with_(number=True),
        with_(salt=None),
        with_(salt="é"),
        with_(salt=fields["salt"].replace("expires=1", "expires=9")),
        with_(salt=f"expires=9999999999&{fields['salt']}"),
        with_(algorithm="MD5"),
        with_(algorithm="SHA-1"),
        with_(signature="0" * 64),
        with_(challenge="0" * 64),
    ]


def test_a_damaged_proof_of_work_proves_nothing() -> None:
    solution = solve(proof.challenge(purpose="one", address=HERE, now=NOW))
    assert proof.solved(solution, purpose="one", address=HERE, now=NOW)
    for broken in damaged(solution):
        assert proof.solved(broken, purpose="one", address=HERE, now=NOW) is None, broken


def test_a_ticket_is_kept_while_it_serves() -> None:
    first = proof.ticket("", purpose="one", address=HERE, now=NOW)
    assert proof.ticket(first, purpose="one", address=HERE, now=NOW + SECOND) == first
    assert proof.ticket(first, purpose="one", address=HERE, now=NOW + PROOF_LIFETIME) != first
    assert proof.ticket(first, purpose="one", address=THERE, now=NOW) != first


def test_what_was_done_for_one_purpose_serves_no_other() -> None:
    solution = solve(proof.challenge(purpose="one", address=HERE, now=NOW))
    ticket = proof.ticket("", purpose="one", address=HERE, now=NOW)
    later = NOW + WAIT_OR_PROOF
    assert proof.solved(solution, purpose="other", address=HERE, now=NOW) is None
    assert proof.waited(ticket, purpose="one", address=HERE, now=later)
    assert not proof.waited(ticket, purpose="other", address=HERE, now=later)
    assert not proof.waited(ticket, purpose="one", address=THERE, now=later)


@pytest.mark.django_db
def test_a_count_begins_again_after_its_window_and_is_forgotten() -> None:
    what = tallied("test", of=HERE)

    def count(after: timedelta) -> int:
        return actions.tally(what=what, window=WINDOW, now=NOW + after)

    assert [count(timedelta()), count(SECOND), count(WINDOW - SECOND)] == [1, 2, 3]
    actions.take_back(whats=[what])
    assert [count(WINDOW - SECOND), count(WINDOW)] == [3, 1]
    actions.forget_tallies(now=NOW + 2 * WINDOW - SECOND)
    assert Tally.objects.count() == 1
    actions.forget_tallies(now=NOW + 2 * WINDOW)
    assert not Tally.objects.exists()
