from datetime import UTC, datetime, timedelta

import pytest

from afilia.access.rules import limits
from afilia.access.rules.limits import Reason, Refusal

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(("tries", "judged"), [(1, True), (5, True), (6, False)])
def test_five_tries_are_judged(tries: int, judged: bool) -> None:
    assert limits.is_judged(tries) is judged


@pytest.mark.parametrize(
    ("tries", "age", "refusal"),
    [
        (1, timedelta(), Refusal(reason=Reason.WRONG)),
        (4, timedelta(), Refusal(reason=Reason.WRONG)),
        (5, timedelta(), Refusal(reason=Reason.LOCKED, wait=timedelta(minutes=15))),
        (6, timedelta(minutes=14, seconds=59), Refusal(reason=Reason.LOCKED, wait=timedelta(seconds=1))),
    ],
)
def test_fifth_wrong_try_locks_for_fifteen_minutes(tries: int, age: timedelta, refusal: Refusal) -> None:
    assert limits.refusal(tries, last_at=NOW - age, now=NOW) == refusal
