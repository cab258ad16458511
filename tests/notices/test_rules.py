from datetime import datetime, timedelta

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
    ("state", "reached", "tried", "expires_at", "told"),
    [
        (State.WAITING, False, False, None, Delivery.WAITING),
        (State.WAITING, False, True, None, Delivery.DELAYED),
        (State.WAITING, False, True, NOW, Delivery.EXPIRED),
        (State.EXPIRED, False, True, NOW, Delivery.EXPIRED),
        (State.WAITING, True, False, None, Delivery.SENT),
        (State.WAITING, True, True, None, Delivery.SENT),
        (State.WAITING, True, True, NOW, Delivery.SENT),
        (State.EXPIRED, True, True, NOW, Delivery.SENT),
        (State.SENT, True, False, LATER, Delivery.SENT),
        (State.FAILED, True, False, LATER, Delivery.FAILED),
    ],
)
def test_strangers_are_told_nothing_for_ten_seconds_and_then_whether_the_server_was_reached(
    state: State, reached: bool, tried: bool, expires_at: datetime | None, told: Delivery
) -> None:
    def say(age: timedelta) -> Delivery:
        return rules.delivery_for_strangers(
            state,
            age=age,
            reached=reached,
            tried_at=NOW if tried else None,
            expires_at=expires_at,
            now=NOW,
        )

    assert say(rules.SETTLED) is told
    assert say(rules.SETTLED - timedelta(milliseconds=1)) is Delivery.WAITING


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
