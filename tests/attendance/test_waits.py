from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.attendance.rules.order import Waiting
from afilia.attendance.rules.waits import Awaited, Counter, ahead, estimates, rounded
from tests.attendance.test_order import PLAIN, QUEUE, at, booked, walked_in

KEY, CODE = "clave-patronal", "codigo-extranjeros"


def awaited(waiting: Waiting, *, procedure: str = KEY, takes: int = 10, is_here: bool = True) -> Awaited:
    return Awaited(
        key=waiting.number,
        waiting=waiting,
        procedure=procedure,
        takes=timedelta(minutes=takes),
        is_here=is_here,
    )


def counter(*procedures: str, free: int = 0) -> Counter:
    return Counter(procedures=frozenset(procedures), free_at=at(free))


def minutes(awaited: list[Awaited], counters: list[Counter]) -> dict[object, int | None]:
    found = estimates(awaited, counters, PLAIN, now=at(0))
    return {key: None if wait is None else int(wait / timedelta(minutes=1)) for key, wait in found.items()}


def test_one_counter_serves_one_after_the_other() -> None:
    line = [awaited(walked_in(number, came=number - 10)) for number in (1, 2, 3)]
    assert minutes(line, [counter(KEY, free=4)]) == {1: 4, 2: 14, 3: 24}


def test_two_counters_halve_the_line() -> None:
    line = [awaited(walked_in(number, came=number - 10)) for number in (1, 2, 3)]
    assert minutes(line, [counter(KEY), counter(KEY, CODE, free=4)]) == {1: 0, 2: 4, 3: 10}


def test_nobody_waits_for_a_counter_that_serves_something_else() -> None:
    line = [awaited(walked_in(1, came=-9)), awaited(walked_in(2, came=-5), procedure=CODE)]
    assert minutes(line, [counter(CODE)]) == {1: None, 2: 0}


def test_without_counters_nothing_is_promised() -> None:
    assert minutes([awaited(walked_in(1, came=-9))], []) == {1: None}


def test_an_appointment_still_to_come_takes_its_place() -> None:
    line = [
        awaited(walked_in(1, came=-4)),
        awaited(walked_in(2, came=-3)),
        awaited(booked(3, due=8, came=8), is_here=False),
    ]
    assert minutes(line, [counter(KEY)]) == {1: 0, 3: 10, 2: 20}


def test_who_came_early_is_called_early_where_nobody_else_waits() -> None:
    assert minutes([awaited(booked(1, due=60, came=-5))], [counter(KEY)]) == {1: 0}


def test_those_ahead_wait_for_the_same_counters_and_are_here() -> None:
    line = [
        awaited(walked_in(1, came=-9)),
        awaited(walked_in(2, came=-8), procedure=CODE),
        awaited(booked(3, due=-1, came=-1), is_here=False),
        awaited(walked_in(4, came=-5)),
    ]
    counters = [counter(KEY), counter(CODE)]
    assert ahead(4, line, counters, PLAIN, now=at(0)) == 1
    assert ahead(4, line, [counter(KEY, CODE)], PLAIN, now=at(0)) == 2
    assert ahead(4, line, [], PLAIN, now=at(0)) == 1


@pytest.mark.parametrize(("wait", "shown"), [(0, 5), (1, 5), (300, 5), (301, 10), (3600, 60)], ids=str)
def test_an_estimate_is_rounded_up_to_five_minutes(wait: int, shown: int) -> None:
    assert rounded(timedelta(seconds=wait)) == shown


@given(QUEUE, st.integers(1, 5), st.integers(1, 30))
def test_all_who_can_be_served_are_and_no_counter_serves_two_at_once(
    queue: list[Waiting], counters: int, takes: int
) -> None:
    now = max((each.arrived_at for each in queue), default=at(0))
    found = estimates(
        [awaited(each, takes=takes) for each in queue],
        [Counter(procedures=frozenset([KEY]), free_at=now)] * counters,
        PLAIN,
        now=now,
    )
    starts = sorted(now + wait for wait in found.values() if wait is not None)
    assert len(starts) == len(queue)
    for at_place, start in enumerate(starts):
        at_once = [other for other in starts[: at_place + 1] if other + timedelta(minutes=takes) > start]
        assert len(at_once) <= counters
    assert starts == sorted(_in_turn(now, len(queue), counters, takes))


def _in_turn(now: datetime, people: int, counters: int, takes: int) -> list[datetime]:
    return [now + timedelta(minutes=takes) * (turn // counters) for turn in range(people)]
