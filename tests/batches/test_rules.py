import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.batches.rules import MOVES, Counts, Mode, Refusal, State, judge_confirmation, may_move


def counts(**changes: int) -> Counts:
    """A hundred lines that can all be registered."""
    fields = {"lines": 100, "rejected": 0, "new": 100, "corrections": 0, "unchanged": 0}
    return Counts(**{**fields, **changes})


def judge(made: Counts, mode: Mode, *, percent: int | None = None, meant: bool = False) -> Refusal | None:
    return judge_confirmation(made, mode=mode, max_error_percent=percent, corrections_meant=meant)


ALLOWED = {
    (State.RECEIVED, State.REFUSED),
    (State.RECEIVED, State.PLANNED),
    (State.REFUSED, State.RECEIVED),
    (State.PLANNED, State.RECEIVED),
    (State.PLANNED, State.CONFIRMED),
    (State.CONFIRMED, State.REGISTERED),
    (State.CONFIRMED, State.PLANNED),
    (State.REFUSED, State.DISCARDED),
    (State.PLANNED, State.DISCARDED),
    (State.DISCARDED, State.RECEIVED),
}


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_a_batch_moves_only_as_its_life_allows(old: State, new: State) -> None:
    assert may_move(old=old, new=new) is ((old, new) in ALLOWED)


def test_what_is_registered_stays_registered() -> None:
    assert MOVES[State.REGISTERED] == set()


def test_only_what_was_confirmed_is_registered() -> None:
    assert [old for old in State if may_move(old=old, new=State.REGISTERED)] == [State.CONFIRMED]


@pytest.mark.parametrize(
    ("rejected", "mode", "percent", "refusal"),
    [
        (0, Mode.ALL, None, None),
        (1, Mode.ALL, None, Refusal.ERRORS_IN_FILE),
        (99, Mode.GOOD, None, None),
        (5, Mode.PERCENT, 5, None),
        (5, Mode.PERCENT, 4, Refusal.TOO_MANY_ERRORS),
        (0, Mode.PERCENT, 0, None),
        (1, Mode.PERCENT, 0, Refusal.TOO_MANY_ERRORS),
        (99, Mode.PERCENT, 100, None),
        (0, Mode.PERCENT, None, Refusal.PERCENT_MISSING),
    ],
)
def test_a_mode_bears_errors_up_to_its_border(
    rejected: int, mode: Mode, percent: int | None, refusal: Refusal | None
) -> None:
    assert judge(counts(rejected=rejected, new=100 - rejected), mode, percent=percent) is refusal


@pytest.mark.parametrize(
    ("lines", "rejected", "refusal"),
    [
        (200, 10, None),
        (199, 10, Refusal.TOO_MANY_ERRORS),
        (201, 10, None),
        (20, 1, None),
        (19, 1, Refusal.TOO_MANY_ERRORS),
    ],
)
def test_five_percent_is_five_percent_of_all_the_lines(
    lines: int, rejected: int, refusal: Refusal | None
) -> None:
    made = counts(lines=lines, rejected=rejected, new=lines - rejected)
    assert judge(made, Mode.PERCENT, percent=5) is refusal


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("meant", [False, True])
def test_there_must_be_something_to_register(mode: Mode, meant: bool) -> None:
    unchanged = counts(new=0, unchanged=100)
    corrections = counts(new=0, corrections=1, unchanged=99)
    assert judge(unchanged, mode, percent=0, meant=meant) is Refusal.NOTHING_TO_REGISTER
    refusal = judge(corrections, mode, percent=0, meant=meant)
    assert refusal is (None if meant else Refusal.NOTHING_TO_REGISTER)


@pytest.mark.parametrize("mode", Mode)
def test_a_correction_that_is_not_meant_is_no_error(mode: Mode) -> None:
    assert judge(counts(new=1, corrections=99), mode, percent=0) is None


@given(lines=st.integers(1, 4_000_000), data=st.data())
def test_the_offered_percentage_is_the_least_that_will_do(lines: int, data: st.DataObject) -> None:
    rejected = data.draw(st.integers(0, lines - 1))
    made = counts(lines=lines, rejected=rejected, new=lines - rejected)
    least = made.rejected_percent
    assert judge(made, Mode.PERCENT, percent=least) is None
    assert least == 0 or judge(made, Mode.PERCENT, percent=least - 1) is Refusal.TOO_MANY_ERRORS


@pytest.mark.parametrize(("meant", "to_register"), [(False, 3), (True, 7)])
def test_what_is_to_be_registered_is_new_or_a_meant_correction(meant: bool, to_register: int) -> None:
    made = counts(lines=20, rejected=9, new=3, corrections=4, unchanged=4)
    assert made.to_register(corrections_meant=meant) == to_register
