from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.transparency.rules import counting, months
from afilia.transparency.rules.counting import Attended, Decided, Key, Measure, Policy, Published, Told
from afilia.transparency.rules.months import Source
from afilia.transparency.rules.small import shown

NOW = datetime(2026, 11, 2, 15, tzinfo=UTC)
POLICY = Policy(
    attended=(
        Attended(event="thing.done", procedure="thing", channel="online"),
        Attended(event="key.given", procedure="key", only={"times": 1}),
    ),
    decided=(
        Decided(
            procedure="thing",
            begins=frozenset({"thing.sent"}),
            ends=frozenset({"thing.judged", "thing.refused"}),
            right=frozenset({"thing.judged"}),
            when={"rejected": 0},
            faults=frozenset({"thing.asked-again"}),
            codes="codes",
        ),
        Decided(
            procedure="way", begins=frozenset({"way.begun"}), ends=frozenset({"way.ended"}), key="way:{way}"
        ),
    ),
    online=frozenset({"online"}),
    place_step=10,
)


def told(
    event: str, subject: str = "thing:1", *, minutes: int = 0, counted: bool = True, **facts: object
) -> Told:
    at = NOW + timedelta(minutes=minutes)
    return Told(event=event, subject=subject, at=at, facts=facts, is_counted=counted)


def of(counts: Mapping[Key, int], measure: Measure, **place: str) -> int | None:
    return counts.get(Key(measure=measure, **place))


def test_an_attention_is_of_the_procedure_and_channel_that_its_entry_says_or_else_those_of_its_event() -> (
    None
):
    counts = counting.attended(
        [told("thing.done"), told("thing.done", procedure="other", channel="counter"), told("talk")], POLICY
    )
    assert of(counts, Measure.ATTENDED, procedure="thing") == 1
    assert of(counts, Measure.ATTENDED_ONLINE, procedure="thing") == 1
    assert of(counts, Measure.ATTENDED, procedure="other") == 1
    assert of(counts, Measure.ATTENDED_ONLINE, procedure="other") is None
    assert len(counts) == 3


def test_an_entry_with_other_facts_than_asked_for_does_not_count() -> None:
    counts = counting.attended([told("key.given", times=1), told("key.given", times=2)], POLICY)
    assert counts == {Key(measure=Measure.ATTENDED, procedure="key"): 1}


def test_attentions_are_counted_by_province_too_where_it_is_known() -> None:
    counts = counting.attended(
        [told("thing.done", province="17"), told("thing.done", province="09"), told("thing.done")], POLICY
    )
    assert of(counts, Measure.ATTENDED, procedure="thing") == 3
    assert of(counts, Measure.ATTENDED, procedure="thing", province="17") == 1


def test_the_time_to_decide_runs_from_the_last_beginning_to_the_first_end() -> None:
    counts = counting.decided(
        [
            told("thing.sent"),
            told("thing.sent", minutes=10),
            told("thing.judged", minutes=12, rejected=0),
            told("thing.judged", minutes=60, rejected=0),
        ],
        POLICY,
    )
    assert of(counts, Measure.DECIDED, procedure="thing") == 1
    assert of(counts, Measure.DECIDE_MEDIAN, procedure="thing") == 120


@pytest.mark.parametrize(
    ("entries", "right"),
    [
        ([told("thing.judged", rejected=0)], 1),
        ([told("thing.judged", rejected=3)], 0),
        ([told("thing.refused", rejected=0)], 0),
        ([told("thing.asked-again"), told("thing.judged", rejected=0)], 0),
    ],
)
def test_right_at_the_first_try_is_what_nobody_asked_for_again_and_nothing_speaks_against(
    entries: list[Told], right: int
) -> None:
    counts = counting.decided([told("thing.sent"), *entries], POLICY)
    assert of(counts, Measure.FIRST_TRY_OF, procedure="thing") == 1
    assert of(counts, Measure.FIRST_TRY, procedure="thing") == right


def test_what_has_no_first_try_to_be_right_has_no_such_figure() -> None:
    counts = counting.decided(
        [told("way.begun", "way:7"), told("way.ended", "employer:1", minutes=5, way="7")], POLICY
    )
    assert of(counts, Measure.DECIDE_P95, procedure="way") == 300
    assert of(counts, Measure.FIRST_TRY_OF, procedure="way") is None


def test_what_was_decided_in_another_month_is_not_of_this_one_but_its_beginning_may_be_earlier() -> None:
    counts = counting.decided(
        [
            told("thing.sent", counted=False),
            told("thing.judged", minutes=1, counted=False, rejected=0),
            told("thing.sent", "thing:2", counted=False),
            told("thing.judged", "thing:2", minutes=3, rejected=0),
        ],
        POLICY,
    )
    assert of(counts, Measure.DECIDED, procedure="thing") == 1
    assert of(counts, Measure.DECIDE_MEDIAN, procedure="thing") == 180


def test_codes_of_rejection_are_summed() -> None:
    entries = []
    for number in (1, 2):
        entries += [
            told("thing.sent", f"thing:{number}"),
            told("thing.judged", f"thing:{number}", rejected=2, codes={"a": 2, "b": number}),
        ]
    counts = counting.decided(entries, POLICY)
    assert of(counts, Measure.REJECTIONS, procedure="thing", code="a") == 4
    assert of(counts, Measure.REJECTIONS, procedure="thing", code="b") == 3


def test_a_month_is_from_its_sheet_else_from_the_ledger_else_a_zero_that_says_so() -> None:
    sheet = {date(2026, 5, 1): Published(attended=191, complaints=0)}
    ledger = {
        date(2026, 5, 1): Published(attended=1, complaints=1),
        date(2026, 9, 1): Published(attended=7, complaints=2),
    }
    found = months.series(
        sheet, ledger, first=date(2026, 5, 1), ledger_from=date(2026, 8, 20), today=date(2026, 10, 3)
    )
    assert [(month.on.month, month.attended, month.complaints, month.source) for month in found] == [
        (5, 191, 0, Source.SHEET),
        (6, 0, 0, Source.NONE),
        (7, 0, 0, Source.NONE),
        (8, 0, 0, Source.LEDGER),
        (9, 7, 2, Source.LEDGER),
        (10, 0, 0, Source.LEDGER),
    ]
    assert [month.is_over for month in found] == [True] * 5 + [False]


def test_a_series_goes_on_over_the_end_of_a_year() -> None:
    found = months.series({}, {}, first=date(2024, 11, 1), ledger_from=None, today=date(2025, 2, 1))
    assert [month.on.isoformat()[:7] for month in found] == ["2024-11", "2024-12", "2025-01", "2025-02"]


@pytest.mark.parametrize(
    ("months_back", "first"), [(0, date(2026, 1, 1)), (1, date(2025, 12, 1)), (11, date(2025, 2, 1))]
)
def test_months_are_counted_back_over_the_beginning_of_a_year(months_back: int, first: date) -> None:
    assert months.back(date(2026, 1, 31), months_back) == first


@pytest.mark.parametrize(
    ("count", "seen"), [(0, None), (1, None), (9, None), (10, 10), (11, 10), (19, 10), (20, 20), (4491, 4490)]
)
def test_figures_of_places_are_shown_in_whole_steps(count: int, seen: int | None) -> None:
    assert shown(count, step=10) == seen


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8), st.integers(2, 15))
def test_nobody_finds_the_figure_of_a_place_from_the_total(counts: list[int], step: int) -> None:
    """However much the total leaves over, each place may have more or less of it."""
    seen = [shown(count, step=step) or 0 for count in counts]
    left = sum(counts) - sum(seen)
    for told in seen:
        others = (len(counts) - 1) * (step - 1)
        possible = range(max(0, left - others), min(left, step - 1) + 1)
        extremes = left in {0, len(counts) * (step - 1)}
        assert len(possible) > 1 or extremes, told
