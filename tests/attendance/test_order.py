"""Who is called next: a table of cases, and what holds whatever happens."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.attendance.policy import policy
from afilia.attendance.rules.order import OrderPolicy, Standing, Waiting, counts_from, in_order, ready_at

ORDER = policy().order
TEN = datetime(2026, 11, 23, 15, tzinfo=UTC)  # ten o'clock in Quito
PLAIN = OrderPolicy(
    appointment=timedelta(minutes=45),
    priority=timedelta(minutes=45),
    both=timedelta(minutes=60),
    early=timedelta(minutes=15),
    grace=timedelta(minutes=10),
)


def at(minutes: int) -> datetime:
    return TEN + timedelta(minutes=minutes)


def booked(number: int, *, due: int, came: int, priority: bool = False) -> Waiting:
    return Waiting(
        number=number,
        standing=Standing.APPOINTMENT,
        priority=priority,
        arrived_at=at(came),
        due_at=at(due),
    )


def walked_in(
    number: int, *, came: int, priority: bool = False, standing: Standing = Standing.WALK_IN
) -> Waiting:
    return Waiting(number=number, standing=standing, priority=priority, arrived_at=at(came))


def called(*waiting: Waiting, now: int) -> list[int]:
    return [each.number for each in in_order(waiting, PLAIN, now=at(now))]


@pytest.mark.parametrize(
    ("waiting", "now", "numbers"),
    [
        pytest.param(
            [booked(1, due=10, came=-20), booked(2, due=0, came=-5)], 0, [2, 1], id="by hour, not by arrival"
        ),
        pytest.param(
            [walked_in(1, came=-30), booked(2, due=0, came=-5)], 0, [2, 1], id="appointment before walk-in"
        ),
        pytest.param(
            [walked_in(1, came=-45), booked(2, due=0, came=-5)],
            0,
            [1, 2],
            id="a walk-in of that long ago",
        ),
        pytest.param(
            [walked_in(1, came=-20), walked_in(2, came=-1, priority=True)],
            0,
            [2, 1],
            id="priority before others",
        ),
        pytest.param(
            [booked(1, due=0, came=-9), walked_in(2, came=-1, priority=True)],
            0,
            [2, 1],
            id="priority as an appointment of the minute of arrival",
        ),
        pytest.param(
            [booked(1, due=-5, came=-9), walked_in(2, came=-1, priority=True)],
            0,
            [1, 2],
            id="an earlier appointment before priority",
        ),
        pytest.param(
            [booked(1, due=0, came=-9), booked(2, due=10, came=-9, priority=True)],
            0,
            [2, 1],
            id="appointment with priority",
        ),
        pytest.param(
            [booked(1, due=60, came=-60), walked_in(2, came=-1)],
            0,
            [2, 1],
            id="too early waits until its time comes near",
        ),
        pytest.param([booked(1, due=60, came=-60)], 0, [1], id="too early is called when nobody else waits"),
        pytest.param(
            [booked(1, due=15, came=-60), walked_in(2, came=-20)], 0, [1, 2], id="its time has come near"
        ),
        pytest.param(
            [walked_in(1, came=-3, standing=Standing.LATE), walked_in(2, came=-4)],
            0,
            [2, 1],
            id="late stands with the walk-ins",
        ),
        pytest.param(
            [walked_in(1, came=-3, standing=Standing.RETURNED, priority=True), walked_in(2, came=-30)],
            0,
            [1, 2],
            id="who came back keeps the priority",
        ),
        pytest.param([walked_in(2, came=0), walked_in(1, came=0)], 0, [1, 2], id="a tie by number"),
    ],
)
def test_the_next_one(waiting: list[Waiting], now: int, numbers: list[int]) -> None:
    assert called(*waiting, now=now) == numbers


def test_the_data_are_those_of_the_cases() -> None:
    assert ORDER == PLAIN


MINUTES = st.integers(0, 480)


@st.composite
def anybody(draw: st.DrawFn) -> Waiting:
    """Somebody of a day of eight hours, as the rules of arrival let them in."""
    number, priority, came = draw(st.integers(1, 999)), draw(st.booleans()), draw(MINUTES)
    standing = draw(st.sampled_from(Standing))
    if standing is not Standing.APPOINTMENT:
        return walked_in(number, came=came, priority=priority, standing=standing)
    return booked(number, due=draw(st.integers(came - 10, 480 + 60)), came=came, priority=priority)


QUEUE = st.lists(anybody(), unique_by=lambda each: each.number, max_size=25)


@given(QUEUE, MINUTES)
def test_whose_time_has_come_goes_before_whose_has_not(queue: list[Waiting], now: int) -> None:
    early = [ready_at(each, PLAIN) > at(now) for each in in_order(queue, PLAIN, now=at(now))]
    assert early == sorted(early)


@given(QUEUE, MINUTES, MINUTES)
def test_two_whose_time_has_come_never_change_places(queue: list[Waiting], now: int, later: int) -> None:
    ready = [each for each in queue if ready_at(each, PLAIN) <= at(now)]
    assert in_order(ready, PLAIN, now=at(now)) == in_order(ready, PLAIN, now=at(now + later))


@given(QUEUE, MINUTES)
def test_appointments_alike_go_by_their_hour(queue: list[Waiting], now: int) -> None:
    alike = [
        each
        for each in queue
        if each.standing is Standing.APPOINTMENT and not each.priority and ready_at(each, PLAIN) <= at(now)
    ]
    hours = [each.due_at for each in in_order(alike, PLAIN, now=at(now))]
    assert hours == sorted(hours, key=lambda hour: hour or TEN)


@given(QUEUE, st.integers(1, 4), st.lists(st.integers(1, 20), min_size=30, max_size=30))
def test_nobody_is_passed_by_who_counts_from_an_hour_later(
    queue: list[Waiting], counters: int, lengths: list[int]
) -> None:
    """A whole day is played: people come, and whichever counter is free calls the next of those present."""
    free = [TEN] * counters
    to_come, calls = sorted(queue, key=lambda each: each.arrived_at), []
    while to_come:
        counter = free.index(min(free))
        now = max(free[counter], to_come[0].arrived_at)
        present = [each for each in to_come if each.arrived_at <= now]
        following = in_order(present, PLAIN, now=now)[0]
        for passed in present:
            if ready_at(passed, PLAIN) <= now:
                assert counts_from(following) <= counts_from(passed) + PLAIN.longest_head_start
                # So whoever arrives later than this much after one's own moment never goes first.
                assert following.arrived_at <= counts_from(passed) + PLAIN.longest_head_start + PLAIN.grace
        to_come.remove(following)
        calls.append(following)
        free[counter] = now + timedelta(minutes=lengths[len(calls) % len(lengths)])
    assert len(calls) == len(queue)
