from datetime import timedelta

import pytest

from afilia.notices import rules
from afilia.notices.rules import Delivery, Kind, Part, State
from tests.builders import NOW

LATER = NOW + timedelta(minutes=3)


@pytest.mark.parametrize(
    ("state", "tried", "expires_at", "told"),
    [
        (State.WAITING, False, None, Delivery.WAITING),
        (State.WAITING, True, None, Delivery.DELAYED),
        (State.WAITING, True, LATER, Delivery.DELAYED),
        (State.WAITING, True, NOW, Delivery.EXPIRED),
        (State.SENT, True, NOW, Delivery.SENT),
        (State.FAILED, True, LATER, Delivery.FAILED),
        (State.EXPIRED, False, LATER, Delivery.EXPIRED),
    ],
)
def test_what_is_told_of_a_mail(state: State, tried: bool, expires_at: object, told: Delivery) -> None:
    tried_at = NOW if tried else None
    assert rules.delivery(state, tried_at=tried_at, expires_at=expires_at, now=NOW) is told  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("replies", "for_good"),
    [([550], True), ([550, 554], True), ([550, 451], False), ([450], False), ([], False)],
)
def test_replies_from_500_on_are_for_good(replies: list[int], for_good: bool) -> None:
    assert rules.is_refused_for_good(replies) is for_good


def test_codes_and_links_of_a_mail_are_parts_of_their_own() -> None:
    text = (
        "Escriba este código:\n\n012345\n\nuno\ndos\nhttps://a.example/x\n\n  \n1234567\nno https://a.example"
    )
    assert [*rules.parts(text)] == [
        Part(kind=Kind.TEXT, lines=("Escriba este código:",)),
        Part(kind=Kind.CODE, lines=("012345",)),
        Part(kind=Kind.TEXT, lines=("uno", "dos")),
        Part(kind=Kind.LINK, lines=("https://a.example/x",)),
        Part(kind=Kind.TEXT, lines=("1234567", "no https://a.example")),
    ]
