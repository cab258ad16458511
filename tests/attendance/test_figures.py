import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.attendance.rules.figures import ALL, Event, Figures, Told, of_day, percentile, subject
from tests.attendance.test_order import at

KEY, CODE = "clave-patronal", "codigo-extranjeros"


def told(event: Event, minute: int, **facts: object) -> Told:
    return Told(event=event, at=at(minute), facts=facts)


def arrived(
    visit: str,
    minute: int,
    *,
    counts_from: int | None = None,
    procedure: str = KEY,
    standing: str = "walk-in",
) -> Told:
    return told(
        Event.ARRIVED,
        minute,
        visit=visit,
        procedure=procedure,
        standing=standing,
        priority=False,
        counts_from=at(minute if counts_from is None else counts_from).isoformat(),
    )


def closed(**facts: object) -> Told:
    return told(
        Event.DAY_CLOSED, 900, **{"unattended": [], "no_show": [], "unrecorded": [], "never_came": {}} | facts
    )


def nothing(**changes: object) -> Figures:
    fields = dict.fromkeys(Figures.__dataclass_fields__, 0) | {"wait_median": None, "wait_p95": None}
    return Figures(**fields | changes)  # type: ignore[arg-type]


def test_a_day_of_nothing() -> None:
    assert of_day([]) == {ALL: nothing()}


def test_a_day_is_counted_by_procedure_and_in_all() -> None:
    day = [
        arrived("a", 0),
        arrived("b", 1, counts_from=30, standing="appointment"),
        arrived("c", 2, procedure=CODE),
        told(Event.PRIORITY, 3, visit="c", priority=True),
        told(Event.CALLED, 10, visit="a", counter=1),
        told(Event.CALLED, 12, visit="a", counter=1),
        told(Event.STARTED, 13, visit="a"),
        told(Event.ATTENDED, 20, visit="a", outcome="resuelto"),
        told(Event.CALLED, 25, visit="b", counter=1),
        told(Event.ABSENT, 29, visit="b"),
        closed(unattended=["c"], no_show=["b"], never_came={CODE: 2}),
    ]
    key = nothing(
        arrived=2,
        appointments=1,
        walk_ins=1,
        attended=1,
        missed=1,
        wait_median=0,  # called before the hour: no wait
        wait_p95=600,
    )
    code = nothing(arrived=1, walk_ins=1, priority=1, missed=2, unattended=1)
    assert of_day(day) == {
        ALL: nothing(
            arrived=3,
            appointments=1,
            walk_ins=2,
            priority=1,
            attended=1,
            missed=3,
            unattended=1,
            wait_median=0,
            wait_p95=600,
        ),
        KEY: key,
        CODE: code,
    }


def test_who_goes_on_to_another_procedure_counts_in_that_one() -> None:
    day = [
        arrived("a", 0),
        told(Event.CALLED, 4, visit="a", counter=1),
        told(Event.STARTED, 5, visit="a"),
        told(Event.TRANSFERRED, 6, visit="a", procedure=CODE),
        told(Event.CALLED, 30, visit="a", counter=2),
        told(Event.STARTED, 31, visit="a"),
        closed(unrecorded=["a"]),
    ]
    assert of_day(day)[CODE] == nothing(arrived=1, walk_ins=1, attended=1, wait_median=240, wait_p95=240)
    assert KEY not in of_day(day)


@pytest.mark.parametrize(
    ("values", "median", "p95"),
    [
        ([], None, None),
        ([7], 7, 7),
        ([1, 2], 1, 2),
        (list(range(1, 21)), 10, 19),
        (list(range(1, 22)), 11, 20),
    ],
    ids=["none", "one", "two", "twenty", "twenty-one"],
)
def test_percentiles_are_values_that_were_waited(
    values: list[int], median: int | None, p95: int | None
) -> None:
    assert (percentile(values, 50), percentile(values, 95)) == (median, p95)


@given(st.lists(st.integers(0, 10_000), min_size=1), st.integers(1, 100))
def test_so_many_per_cent_do_not_exceed_a_percentile(values: list[int], percent: int) -> None:
    found = percentile(sorted(values), percent)
    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values)
    assert sum(value < found for value in values) * 100 < percent * len(values)


def test_a_day_in_the_ledger_is_an_office_and_a_date() -> None:
    assert subject("UIO-01", "2026-11-23") == "attendance:UIO-01:2026-11-23"
