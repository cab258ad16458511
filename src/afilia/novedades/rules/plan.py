"""What would happen to each accepted line, given what the database knows about its worker.

`judge` reads a frame with the values of the checker (`line`, the fields of the layout, `period`, `due_on`)
and these facts, each a column that is null when there is nothing to know (FACTS, and `twin`):

    branch_id, opened_on, closed_on, allowed   the branch of the line; whether the user may file for it
    employment_id, entered_on, left_on         the employment that the line is about
    revision, same, annulled                   the last novedad about the same subject; its content is equal
    pay_before                                 US$, in force before this line (MSU)
    first_entered_on                           first entry with this employer (reserve funds)
    elsewhere                                  another branch where the worker is active or on record
    answer, death_on                           of the register of identities, for persons not confirmed (ENT)
    twin                                       earlier line in which the worker stands under another number
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import polars as pl

from afilia.novedades.rules.layouts import Context, Effect, Layout
from afilia.novedades.rules.marks import Mark, Severity, findings

ERROR, WARNING, INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

FACTS: dict[str, pl.DataType | type[pl.DataType]] = {
    "branch_id": pl.Int64,
    "opened_on": pl.Date,
    "closed_on": pl.Date,
    "allowed": pl.Boolean,
    "employment_id": pl.Int64,
    "entered_on": pl.Date,
    "left_on": pl.Date,
    "revision": pl.Int16,
    "same": pl.Boolean,
    "annulled": pl.Boolean,
    "pay_before": pl.Decimal(14, 2),
    "first_entered_on": pl.Date,
    "elsewhere": pl.String,
    "answer": pl.String,
    "death_on": pl.Date,
}

# What is known of a line is said only to those who may file for its branch.
YOURS = pl.col("branch_id").is_not_null() & pl.col("allowed")

# A novedad about the same subject is in force. What was annulled is filed anew, with a deadline of its own.
IN_FORCE = pl.col("revision").is_not_null() & ~pl.col("annulled").fill_null(value=False)


class Outcome(StrEnum):
    NEW = "new"
    CORRECTION = "correction"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"


class Answer(StrEnum):
    """What the register of identities said of a person who is not confirmed yet."""

    FOUND = "found"
    NOT_FOUND = "not-found"
    NONE = "none"  # it could not be asked, or holds no such numbers


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """`outcomes` has `line` and `outcome` for every line, in order; `findings` adds to those of the checker.

    `in_time` are the lines whose lateness the first filing decides: findings of deadlines are moot for them.
    """

    outcomes: pl.DataFrame
    findings: pl.DataFrame
    in_time: pl.Series


def judge(frame: pl.DataFrame, layout: Layout, context: Context, *, branches: list[str]) -> Verdict:
    """Judge accepted lines; `branches` are the numbers that the user may file for, as a remedy shows them."""
    columns = {field.name: at for at, field in enumerate(layout.fields, 1)}
    marks = [
        replace(mark, column=columns[mark.field], seen=_seen(mark.field, frame))
        for mark in _marks(layout, context, branches)
    ]
    found = findings(frame, marks)
    return Verdict(
        outcomes=frame.select("line", outcomes(found, known=IN_FORCE)),
        findings=found,
        in_time=frame.filter(YOURS & IN_FORCE)["line"],
    )


def outcomes(found: pl.DataFrame, *, known: pl.Expr) -> pl.Expr:
    """The column `outcome` of lines, given the findings of the plan in them.

    `known` says whether something about the same subject is in force, `same` whether it is equal.
    """
    rejected = found.filter(pl.col("severity") == ERROR.value)["line"].unique()
    return (
        pl.when(pl.col("line").is_in(rejected.implode()))
        .then(pl.lit(Outcome.REJECTED.value))
        .when(~known)
        .then(pl.lit(Outcome.NEW.value))
        .when(pl.col("same"))
        .then(pl.lit(Outcome.UNCHANGED.value))
        .otherwise(pl.lit(Outcome.CORRECTION.value))
        .alias("outcome")
    )


def active_on(day: date) -> pl.Expr:
    """Whether the employment of a line is active on a day, before the line; the last day of work counts."""
    return pl.col("left_on").is_null() | (pl.col("left_on") >= day)


def moved(effect: Effect, *, today: date) -> pl.Expr | None:
    """How many employments more, or fewer, each line would leave active today; None where it moves none.

    It reads `on_date`, the day of the entry or exit, `entered_on` and `left_on`. An entry notice of an
    employment that is on record moves nothing; an exit, also a corrected one, is compared with the end on
    record.
    """
    if effect is Effect.ENTRY:
        begins = pl.col("entered_on").ne_missing(pl.col("on_date"))
        return (begins & (pl.col("on_date") <= today)).cast(pl.Int64)
    if effect is Effect.EXIT:
        return (pl.col("on_date") >= today).cast(pl.Int64) - active_on(today).cast(pl.Int64)
    return None


def _seen(field: str, frame: pl.DataFrame) -> pl.Expr:
    column = pl.col(field)
    return column.dt.strftime("%Y%m%d") if frame.schema[field] == pl.Date else column


def branch_marks(branches: Iterable[str], *, first: pl.Expr, last: pl.Expr) -> Iterator[Mark]:
    """What may be wrong with the branch of a line about the days from `first` to `last`.

    `branches` are the numbers of those for which the user may file.
    """
    known = pl.col("branch_id").is_not_null()
    numbers = pl.lit(", ".join(branches))
    yield Mark(code="branch.unknown", severity=ERROR, field="sucursal", where=~known, arg=numbers)
    yield Mark(
        code="branch.not-yours",
        severity=ERROR,
        field="sucursal",
        where=known & ~pl.col("allowed"),
        arg=numbers,
    )
    yield Mark(
        code="branch.closed",
        severity=ERROR,
        field="sucursal",
        where=YOURS & ((pl.col("opened_on") > last) | (pl.col("closed_on") < first).fill_null(value=False)),
    )


def _marks(layout: Layout, context: Context, branches: list[str]) -> Iterator[Mark]:
    first, last = _covered(layout)
    yield from branch_marks(branches, first=first, last=last)
    yield Mark(
        code="worker.repeated",
        severity=ERROR,
        field="identificacion",
        where=YOURS & pl.col("twin").is_not_null(),
        arg=pl.col("twin"),
    )
    if layout.effect is Effect.ENTRY:
        yield from _entry()
    elif layout.effect is Effect.EXIT:
        yield from _exit()
    else:
        yield from _during(layout, context)
    registered = YOURS & IN_FORCE
    yield Mark(
        code="novedad.registered", severity=INFO, field="identificacion", where=registered & pl.col("same")
    )
    yield Mark(
        code="novedad.correction",
        severity=WARNING,
        field="identificacion",
        where=registered & ~pl.col("same"),
    )


def _covered(layout: Layout) -> tuple[pl.Expr, pl.Expr]:
    """First and last day that a line is about."""
    if layout.effect is Effect.ENTRY:
        return pl.col("fecha_ingreso"), pl.col("fecha_ingreso")
    if layout.effect is Effect.EXIT:
        return pl.col("fecha_salida"), pl.col("fecha_salida")
    start = pl.date(pl.col("anio"), pl.col("mes"), 1)
    return start, start.dt.month_end()


def _entry() -> Iterator[Mark]:
    entry = pl.col("fecha_ingreso")
    other = YOURS & pl.col("employment_id").is_not_null() & (pl.col("entered_on") != entry)
    active = pl.col("left_on").is_null()
    yield Mark(
        code="entry.already-active",
        severity=ERROR,
        field="identificacion",
        where=other & active,
        arg=pl.col("entered_on"),
    )
    yield Mark(
        code="entry.overlaps",
        severity=ERROR,
        field="fecha_ingreso",
        where=other & (pl.col("left_on") >= entry),
        arg=pl.col("left_on"),
    )
    yield Mark(
        code="entry.other-branch",
        severity=WARNING,
        field="sucursal",
        where=YOURS & pl.col("elsewhere").is_not_null(),
        arg=pl.col("elsewhere"),
    )
    yield Mark(
        code="person.unconfirmed",
        severity=WARNING,
        field="identificacion",
        where=pl.col("answer") == Answer.NONE.value,
    )
    yield Mark(
        code="person.not-in-register",
        severity=WARNING,
        field="identificacion",
        where=pl.col("answer") == Answer.NOT_FOUND.value,
    )
    yield Mark(
        code="person.deceased", severity=ERROR, field="identificacion", where=pl.col("death_on") < entry
    )


def _exit() -> Iterator[Mark]:
    left = pl.col("fecha_salida")
    ended = pl.col("left_on").is_not_null() & ~IN_FORCE & (pl.col("left_on") < left)
    none = pl.col("employment_id").is_null() | ended
    yield Mark(
        code="employment.none",
        severity=ERROR,
        field="identificacion",
        where=YOURS & none,
        arg=pl.col("elsewhere"),
    )
    yield Mark(
        code="exit.before-entry",
        severity=ERROR,
        field="fecha_salida",
        where=YOURS & (pl.col("entered_on") > left),
        arg=pl.col("entered_on"),
    )


def _during(layout: Layout, context: Context) -> Iterator[Mark]:
    yield Mark(
        code="employment.none",
        severity=ERROR,
        field="identificacion",
        where=YOURS & pl.col("employment_id").is_null(),
        arg=pl.col("elsewhere"),
    )
    if layout.effect is Effect.PAY:
        yield Mark(
            code="pay.same",
            severity=INFO,
            field="sueldo",
            where=YOURS & ~IN_FORCE & (pl.col("pay_before") == pl.col("sueldo")),
        )
    if layout.effect is Effect.RESERVE:
        entered = pl.col("first_entered_on")
        start = pl.col("periodo").str.slice(0, 4).cast(pl.Int32) * 12 + pl.col("periodo").str.slice(
            5, 2
        ).cast(pl.Int32)
        month = start - (entered.dt.year() * 12 + entered.dt.month()) + 1
        yield Mark(
            code="reserve.too-early",
            severity=WARNING,
            field="periodo",
            where=YOURS & (month < context.catalogue.reserve_from_month),
            arg=entered,
        )
