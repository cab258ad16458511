"""Two plans are the same when an employer would take them for the same."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from afilia.novedades.planning import JUDGED_BY, PLANNED, Summary
from afilia.novedades.rules.layouts import Effect
from afilia.novedades.rules.marks import FINDINGS
from afilia.novedades.rules.plan import FACTS

Change = Callable[[pl.DataFrame], pl.DataFrame]

COLUMNS = {**FACTS, "revision": pl.Int16, "due_on": pl.Date, "on_date": pl.Date, "amount": pl.Decimal(14, 2)}
LINES = pl.DataFrame(
    {
        "line": pl.Series([1, 2, 3, 5], dtype=pl.UInt32),
        "outcome": ["new", "new", "correction", "rejected"],
        "employment_id": [7, 8, 9, None],
        "revision": pl.Series([0, 0, 1, 0], dtype=pl.Int16),
        "pay_before": pl.Series([Decimal("500.00"), None, Decimal("482.00"), None], dtype=pl.Decimal(14, 2)),
        "due_on": [date(2026, 12, 3), None, date(2026, 12, 3), None],
    }
).with_columns(
    pl.lit(None, dtype=COLUMNS.get(name, pl.String)).alias(name)
    for name in (*PLANNED, *JUDGED_BY)
    if name not in {"line", "outcome", "employment_id", "revision", "pay_before", "due_on"}
)
FOUND = pl.DataFrame(
    [
        [1, 6, "identificacion", "pay.same", "info", "", ""],
        [3, 6, "identificacion", "novedad.correction", "warning", "", ""],
        [4, 7, "sueldo", "amount.format", "error", "", ""],
        [5, 2, "sucursal", "branch.unknown", "error", "", ""],
    ],
    schema=FINDINGS,
    orient="row",
)


def digest(lines: pl.DataFrame, found: pl.DataFrame, *, cuts: tuple[int, ...] = ()) -> str:
    """That of a plan in parts that end at these lines."""
    summary = Summary(today=date(2026, 11, 21))
    for first, last in zip((0, *cuts), (*cuts, 1_000), strict=True):
        here = pl.col("line").is_between(first + 1, last)
        summary.add(lines.filter(here), found.filter(here), Effect.PAY)
    return summary.digest


def set_at(column: str, value: object) -> Change:
    """Give the first row another value."""
    return lambda frame: frame.with_columns(
        pl.concat([pl.Series([value], dtype=frame.schema[column]), frame[column][1:]]).alias(column)
    )


@pytest.mark.parametrize("cuts", [(1,), (2, 4), (1, 2, 3, 4, 5)])
def test_a_plan_in_parts_is_the_same_plan(cuts: tuple[int, ...]) -> None:
    assert digest(LINES, FOUND, cuts=cuts) == digest(LINES, FOUND)


@pytest.mark.parametrize(
    "change",
    [
        set_at("line", 6),
        set_at("outcome", "unchanged"),
        set_at("employment_id", 70),
        set_at("revision", 1),
        set_at("pay_before", Decimal("500.01")),
        set_at("pay_before", None),
        set_at("due_on", date(2026, 12, 4)),
        set_at("due_on", None),
    ],
)
def test_a_plan_with_another_line_is_another(change: Change) -> None:
    assert digest(change(LINES), FOUND) != digest(LINES, FOUND)


@pytest.mark.parametrize(
    "change", [set_at("line", 2), set_at("code", "deadline.late"), lambda found: found[1:]]
)
def test_a_plan_with_other_findings_is_another(change: Change) -> None:
    assert digest(LINES, change(FOUND)) != digest(LINES, FOUND)


def test_how_a_finding_is_told_makes_no_other_plan() -> None:
    assert digest(LINES, set_at("seen", "1700000001")(FOUND)) == digest(LINES, FOUND)
