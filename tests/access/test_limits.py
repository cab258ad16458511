from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from afilia.access.rules import limits
from afilia.access.rules.limits import Count, Growing, Limit, Reason, Refusal, Window

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GROWING = Growing(free=5, first=MINUTE, longest=15 * MINUTE, forget=timedelta(days=1))
WINDOW = Window(free=3, length=10 * MINUTE)


@pytest.mark.parametrize(
    ("limit", "wrong", "age", "wait"),
    [
        (GROWING, 4, timedelta(), timedelta()),
        (GROWING, 5, timedelta(), MINUTE),
        (GROWING, 5, MINUTE - timedelta(microseconds=1), timedelta(microseconds=1)),
        (GROWING, 5, MINUTE, timedelta()),
        (GROWING, 6, timedelta(), 2 * MINUTE),
        (GROWING, 8, timedelta(), 8 * MINUTE),
        (GROWING, 9, timedelta(), 15 * MINUTE),
        (GROWING, 1_000_000, timedelta(), 15 * MINUTE),
        (GROWING, 1_000_000, timedelta(days=1), timedelta()),
        (GROWING, 5, -MINUTE, 2 * MINUTE),  # the clock of another machine is ahead
        (WINDOW, 2, timedelta(), timedelta()),
        (WINDOW, 3, timedelta(), 10 * MINUTE),
        (WINDOW, 9, 4 * MINUTE, 6 * MINUTE),
        (WINDOW, 9, 10 * MINUTE, timedelta()),
    ],
)
def test_waits(limit: Limit, wrong: int, age: timedelta, wait: timedelta) -> None:
    assert limit.wait(Count(wrong=wrong, at=NOW - age), now=NOW) == wait


@pytest.mark.parametrize(
    ("limit", "wrong", "age", "counted"),
    [
        (GROWING, 3, MINUTE, Count(wrong=4, at=NOW)),
        (GROWING, 9, timedelta(days=1), Count(wrong=1, at=NOW)),
        (WINDOW, 2, MINUTE, Count(wrong=3, at=NOW - MINUTE)),
        (WINDOW, 3, 10 * MINUTE, Count(wrong=1, at=NOW)),
    ],
)
def test_counts(limit: Limit, wrong: int, age: timedelta, counted: Count) -> None:
    assert limit.counted(Count(wrong=wrong, at=NOW - age), now=NOW) == counted


def test_a_try_waits_for_the_longest_of_its_waits_and_then_counts_in_none() -> None:
    counts = [
        (GROWING, Count(wrong=1, at=NOW)),
        (GROWING, Count(wrong=5, at=NOW)),
        (WINDOW, Count(wrong=3, at=NOW)),
    ]
    verdict, after = limits.judge(counts, now=NOW)
    assert verdict.refusal == Refusal(reason=Reason.LOCKED, wait=10 * MINUTE)
    assert after == [count for _, count in counts]


@given(st.integers(0, 200), st.timedeltas(timedelta(), timedelta(days=2)))
def test_no_wait_is_longer_than_a_quarter_of_an_hour(wrong: int, age: timedelta) -> None:
    for limit in (limits.PAIR, limits.DEVICE, limits.ACCOUNT, limits.ADDRESS, limits.BLOCK):
        assert timedelta() <= limit.wait(Count(wrong=wrong, at=NOW - age), now=NOW) <= 15 * MINUTE


class Attack(RuleBasedStateMachine):
    """Guesses at one account from many addresses, and its owner at a device that is known."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.counts: dict[object, Count] = {}
        self.judged: list[datetime] = []

    def try_(self, buckets: dict[object, Limit]) -> bool:
        held = [
            (limit, self.counts.get(name, Count(wrong=0, at=self.now))) for name, limit in buckets.items()
        ]
        verdict, after = limits.judge(held, now=self.now)
        self.counts |= dict(zip(buckets, after, strict=True))
        return not verdict.wait

    @rule(address=st.integers(0, 30), tries=st.integers(1, 40))
    def guess(self, address: int, tries: int) -> None:
        for _ in range(tries):
            buckets = {"account": limits.ACCOUNT, address: limits.PAIR, ("all", address): limits.ADDRESS}
            if self.try_(buckets):
                self.judged.append(self.now)

    @rule(wait=st.timedeltas(timedelta(), timedelta(hours=3)))
    def time_passes(self, wait: timedelta) -> None:
        self.now += wait

    @invariant()
    def the_owner_at_a_known_device_never_waits(self) -> None:
        before = dict(self.counts)
        assert self.try_({"device": limits.DEVICE})
        self.counts = before

    @invariant()
    def an_account_is_guessed_at_no_more_than_twenty_times_at_once_and_then_four_times_an_hour(self) -> None:
        last_day = [at for at in self.judged if at > self.now - timedelta(days=1)]
        assert len(last_day) <= 2 * 20 + 5 + 4 * 24
        if len(self.judged) > 25:
            gap = self.judged[-1] - self.judged[-2]
            assert gap >= 15 * MINUTE or self.judged[-1] - self.judged[-25] >= timedelta(days=1)


TestAttack = Attack.TestCase
TestAttack.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
