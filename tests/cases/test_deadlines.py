from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.cases.queries.calendar import working_days
from afilia.cases.rules.deadlines import Clock, add, between, clock
from afilia.cases.rules.moves import RUNNING, State

HOLIDAYS = frozenset({date(2026, 12, 25), date(2027, 1, 1)})


def is_working(on: date) -> bool:
    return on.weekday() < 5 and on not in HOLIDAYS


days = st.dates(date(2026, 11, 1), date(2027, 2, 28))


@pytest.mark.parametrize(
    ("on", "number", "due"),
    [
        (date(2026, 11, 23), 5, date(2026, 11, 30)),  # Monday to Monday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (date(2026, 12, 24), 1, date(2026, 12, 28)),  # over Christmas, a Friday
        (date(2026, 12, 24), 0, date(2026, 12, 24)),
        (date(2026, 11, 30), -5, date(2026, 11, 23)),
    ],
)
def test_working_days_leave_out_weekends_and_holidays(on: date, number: int, due: date) -> None:
    assert add(on, number, is_working=is_working) == due


@given(days, st.integers(-20, 20))
def test_what_is_added_lies_between(on: date, number: int) -> None:
    due = add(on, number, is_working=is_working)
    assert number == 0 or is_working(due)
    counted = between(on, due, is_working=is_working)
    # Backwards, the day itself counts where it is one.
    assert counted == number or (number < 0 and counted == number + is_working(due) - is_working(on))


@given(days.filter(is_working), st.integers(-10, 10))
def test_a_clock_that_stops_and_runs_on_at_once_is_due_on_the_same_day(on: date, number: int) -> None:
    due = add(on, number, is_working=is_working)
    stopped = clock(Clock(due_on=due), State.CORRECTION_ASKED, on=on, promised=5, is_working=is_working)
    assert stopped == Clock(days_left=number)
    again = clock(stopped, State.UNDER_REVIEW, on=on, promised=5, is_working=is_working)
    assert again == Clock(due_on=due)


@given(days, st.integers(0, 30))
def test_a_correction_takes_nothing_of_the_promise(on: date, waited: int) -> None:
    begun = clock(Clock(), State.SUBMITTED, on=on, promised=5, is_working=is_working)
    stopped = clock(begun, State.CORRECTION_ASKED, on=on, promised=5, is_working=is_working)
    later = on + timedelta(days=waited)
    again = clock(stopped, State.UNDER_REVIEW, on=later, promised=5, is_working=is_working)
    assert again.due_on
    assert between(later, again.due_on, is_working=is_working) == 5


@pytest.mark.parametrize("state", sorted(set(State) - RUNNING - {State.CORRECTION_ASKED}))
def test_a_clock_ends_with_the_decision(state: State) -> None:
    found = clock(
        Clock(due_on=date(2026, 12, 1)), state, on=date(2026, 11, 23), promised=5, is_working=is_working
    )
    assert found == Clock()


@pytest.mark.parametrize("state", sorted(RUNNING))
def test_a_clock_that_runs_is_not_wound_again(state: State) -> None:
    running = Clock(due_on=date(2026, 12, 1))
    assert clock(running, state, on=date(2026, 11, 30), promised=5, is_working=is_working) == running


def test_holidays_of_the_country_are_no_working_days_in_any_province() -> None:
    for province in ("", "17", "20"):
        works = working_days(province)
        assert not works(date(2026, 12, 25))
        assert not works(date(2026, 11, 22))  # a Sunday
        assert works(date(2026, 11, 23))
