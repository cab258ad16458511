from datetime import date, datetime, timedelta

import pytest

from afilia.attendance.rules.arrival import (
    Load,
    Punctuality,
    Refusal,
    appointment_refusal,
    punctuality,
    standing,
    walk_in_refusal,
)
from afilia.attendance.rules.order import Standing
from afilia.attendance.rules.visits import OPEN, STEPS, State, Step, after
from tests.attendance.test_order import PLAIN, at

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "expected", "stands"),
    [
        (at(-15) - SECOND, Punctuality.EARLY, Standing.APPOINTMENT),
        (at(-15), Punctuality.ON_TIME, Standing.APPOINTMENT),
        (at(10), Punctuality.ON_TIME, Standing.APPOINTMENT),
        (at(10) + SECOND, Punctuality.LATE, Standing.LATE),
    ],
    ids=["a second before the quarter", "at the quarter", "at the end of the grace", "a second after it"],
)
def test_early_and_late_begin_to_the_second(now: datetime, expected: Punctuality, stands: Standing) -> None:
    assert punctuality(due_at=at(0), now=now, policy=PLAIN) is expected
    assert standing(due_at=at(0), now=now, policy=PLAIN) is stands


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"same_office": False, "here": True, "booked": False, "today": TUESDAY}, Refusal.OTHER_OFFICE),
        ({"here": True, "booked": False}, Refusal.HERE),
        ({"booked": False, "today": TUESDAY}, Refusal.NOT_BOOKED),
        ({"today": TUESDAY}, Refusal.OTHER_DAY),
    ],
    ids=["received", "another office first of all", "here already", "cancelled", "another day"],
)
def test_an_appointment_is_received_at_its_office_on_its_day(
    changes: dict[str, object], refusal: Refusal | None
) -> None:
    asked = {"same_office": True, "booked": True, "here": False, "on": MONDAY, "today": MONDAY}
    assert appointment_refusal(**asked | changes) is refusal  # type: ignore[arg-type]


def load(promised: int = 0, *, counters: int = 2, is_open: bool = True) -> Load:
    return Load(
        is_open=is_open,
        left=timedelta(minutes=60),
        counters=counters,
        promised=timedelta(minutes=promised),
    )


@pytest.mark.parametrize(
    ("promised", "counters", "priority", "refusal"),
    [
        (100, 2, False, None),
        (101, 2, False, Refusal.FULL),
        (101, 2, True, None),
        (0, 0, False, Refusal.FULL),
        (0, 0, True, None),
    ],
    ids=["just fits", "a minute too much", "the groups of the sheet", "no counter", "no counter, priority"],
)
def test_there_is_room_while_the_counters_have_time_left(
    promised: int, counters: int, priority: bool, refusal: Refusal | None
) -> None:
    work = load(promised, counters=counters)
    assert walk_in_refusal(priority=priority, load=work, takes=timedelta(minutes=20)) is refusal


@pytest.mark.parametrize("priority", [False, True])
def test_nobody_is_received_while_the_office_is_closed(priority: bool) -> None:
    found = walk_in_refusal(priority=priority, load=load(is_open=False), takes=timedelta(minutes=20))
    assert found is Refusal.CLOSED


def test_the_end_of_the_day_ends_every_open_visit_and_no_other() -> None:
    assert {state for state in State if after(state, Step.CLOSE)} == OPEN
    ended = {end for (_, step), end in STEPS.items() if step is Step.CLOSE}
    assert not ended & OPEN
    assert not {state for state, _ in STEPS} - OPEN


def test_only_who_waits_is_called_and_only_who_is_at_the_counter_is_attended() -> None:
    assert [state for state in State if after(state, Step.CALL)] == [State.WAITING]
    assert [state for state in State if after(state, Step.ATTEND)] == [State.SERVING]
