"""A mark is one possible finding, as expressions on the columns of a frame of records."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import polars as pl


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Where a finding stands, and what it needs to be explained.

    `where` is a Boolean expression; null counts as false. `seen` and `arg` are String expressions: what the
    file says, and the exact remedy when the check knows it.
    """

    code: str
    severity: Severity
    where: pl.Expr
    field: str = ""
    column: int = 0
    seen: pl.Expr | None = None
    arg: pl.Expr | None = None


# One row a finding. `line` is numbered from 1 as a text editor does, `column` too; 0 is the file, the line.
FINDINGS = {
    "line": pl.UInt32,
    "column": pl.UInt8,
    "field": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "seen": pl.String,
    "arg": pl.String,
}
NO_FINDINGS = pl.DataFrame(schema=FINDINGS)
SEEN_CHARACTERS = 64


def no_findings() -> pl.DataFrame:
    return NO_FINDINGS


def finding(
    code: str,
    severity: Severity,
    *,
    line: int = 0,
    column: int = 0,
    field: str = "",
    seen: str = "",
    arg: str = "",
) -> pl.DataFrame:
    """One finding, as a frame of one row."""
    return pl.DataFrame(
        [[line, column, field, code, severity.value, seen, arg]], schema=FINDINGS, orient="row"
    )


def firing(frame: pl.DataFrame, marks: Sequence[Mark]) -> tuple[bool, ...]:
    """For each mark whether it makes a finding anywhere on a frame."""
    if not frame.height or not marks:
        return (False,) * len(marks)
    return frame.select(mark.where.any().alias(str(at)) for at, mark in enumerate(marks)).row(0)


def findings(frame: pl.DataFrame, marks: Sequence[Mark]) -> pl.DataFrame:
    """Every finding that the marks make on a frame with a column `line`, in no order."""
    if not frame.height or not marks:
        return no_findings()
    marked = frame.with_columns(mark.where.alias(str(at)) for at, mark in enumerate(marks))
    fired = marked.select(pl.col(str(at)).any() for at in range(len(marks))).row(0)
    parts = [
        marked.lazy()
        .filter(str(at))
        .select(
            pl.col("line").cast(pl.UInt32),
            pl.lit(mark.column, dtype=pl.UInt8).alias("column"),
            pl.lit(mark.field).alias("field"),
            pl.lit(mark.code).alias("code"),
            pl.lit(mark.severity.value).alias("severity"),
            _text(mark.seen).str.slice(0, SEEN_CHARACTERS).alias("seen"),
            _text(mark.arg).alias("arg"),
        )
        for at, mark in enumerate(marks)
        if fired[at]
    ]
    return pl.concat(parts).collect() if parts else no_findings()


def _text(expression: pl.Expr | None) -> pl.Expr:
    return pl.lit("") if expression is None else expression.cast(pl.String).fill_null("")
