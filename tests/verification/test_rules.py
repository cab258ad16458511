from datetime import timedelta

import pytest

from afilia.verification import rules
from afilia.verification.rules import State, Verdict
from tests.builders import NOW

BORDER = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("age", "lives", "seconds"),
    [
        (timedelta(), True, 180),
        (timedelta(seconds=59, milliseconds=1), True, 121),
        (timedelta(minutes=2, seconds=59, milliseconds=999), True, 1),
        (timedelta(minutes=3), False, 0),
        (timedelta(hours=3), False, 0),
    ],
)
def test_code_dies_at_exactly_three_minutes(age: timedelta, lives: bool, seconds: int) -> None:
    assert rules.is_live(sent_at=NOW - age, now=NOW) is lives
    assert rules.seconds_left(sent_at=NOW - age, now=NOW) == seconds


@pytest.mark.parametrize(
    ("state", "age", "is_open"),
    [
        (State.OPEN, timedelta(hours=1) - BORDER, True),
        (State.OPEN, timedelta(hours=1), False),
        (State.PROVED, timedelta(), False),
        (State.ENDED, timedelta(), False),
    ],
)
def test_attempt_is_open_for_an_hour_unless_it_is_over(state: State, age: timedelta, is_open: bool) -> None:
    assert rules.is_open(state, started_at=NOW - age, now=NOW) is is_open


@pytest.mark.parametrize(
    ("usable", "any_lives", "verdict"),
    [
        ([b"right"], True, Verdict.RIGHT),
        ([b"other", b"right"], True, Verdict.RIGHT),
        ([b"right", b"other"], True, Verdict.RIGHT),
        ([b"other"], True, Verdict.WRONG),
        ([], True, Verdict.SPENT),
        ([], False, Verdict.EXPIRED),
    ],
)
def test_any_living_code_with_tries_left_may_be_the_right_one(
    usable: list[bytes], any_lives: bool, verdict: Verdict
) -> None:
    assert rules.judge(b"right", usable=usable, any_lives=any_lives) is verdict
