"""Compares a list that was read with the labour history; nothing is registered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from afilia.employers.models import Employer
from afilia.novedades import queries, roster
from afilia.novedades.rules.deadlines import due_on
from afilia.novedades.rules.layouts import Context, Effect, Layout
from afilia.payroll.rules import differences, values
from afilia.payroll.rules.differences import CLOSING, Kind, Month
from afilia.payroll.rules.values import Problem
from afilia.payroll.tables import Table

EVER = date(1900, 1, 1)
BASE = {Effect.ENTRY: "fecha_ingreso", Effect.EXIT: "fecha_salida"}


@dataclass(frozen=True, kw_only=True)
class Compared:
    differences: pl.DataFrame  # DIFFERENCE and `due_on`
    problems: pl.DataFrame  # `line`, `number`, `problem`
    summary: dict[str, Any]


def layout_of(kind: Kind, context: Context) -> Layout | None:
    """The layout that closes a difference; None where there is none."""
    layouts = context.catalogue.layouts.values()
    return next((layout for layout in layouts if layout.effect is CLOSING.get(kind)), None)


def compare(
    table: Table,
    found: Mapping[str, int],
    *,
    employer: Employer,
    allowed: frozenset[str] | None,
    month: date,
    context: Context,
) -> Compared:
    """Compare the rows of a list, whose columns `found` names, with who works in the branches `allowed`."""
    span = Month.of(month, today=context.today)
    rows = table.rows.select("line", *(pl.col(str(at)).alias(name) for name, at in found.items()))
    aliases = roster.aliases(employer)
    listed = values.read(rows, foreigner_prefixes=context.foreigner_prefixes)
    listed = listed.with_columns(pl.col("number").replace(aliases))
    registered = roster.worked(
        employer, allowed=allowed, first=EVER, last=span.last, catalogue=context.catalogue
    )
    numbers = queries.branch_numbers(employer, allowed=allowed)
    unknown = pl.col("branch").is_not_null() & ~pl.col("branch").is_in(numbers)
    listed = listed.with_columns(
        pl.when(pl.col("problem").is_null() & unknown)
        .then(pl.lit(Problem.BRANCH.value))
        .otherwise("problem")
        .alias("problem"),
        pl.when(~unknown).then("branch").alias("branch"),
    )
    if len(numbers) == 1:
        listed = listed.with_columns(pl.col("branch").fill_null(numbers[0]))
    told = _with_due(differences.compare(listed, registered, span), span, context)
    faulty = listed.filter(pl.col("problem").is_not_null()).select("line", "number", "problem")
    return Compared(differences=told, problems=faulty, summary=_summary(listed, told, faulty))


def _with_due(told: pl.DataFrame, month: Month, context: Context) -> pl.DataFrame:
    parts = []
    for kind in Kind:
        rows, layout = told.filter(pl.col("kind") == kind.value), layout_of(kind, context)
        due = pl.lit(None, dtype=pl.Date)
        if layout:
            rows = rows.with_columns(
                pl.lit(month.first.year).alias("anio"),
                pl.lit(month.first.month).alias("mes"),
                pl.col("day").alias(BASE.get(layout.effect, "day")),
            )
            due = due_on(layout, context)
        parts.append(rows.with_columns(due.alias("due_on")).select(*told.columns, "due_on"))
    return pl.concat(parts)


def _summary(listed: pl.DataFrame, told: pl.DataFrame, faulty: pl.DataFrame) -> dict[str, Any]:
    place = pl.coalesce("branch", "registered_branch").fill_null("").alias("branch")
    counted = told.group_by(place, "kind").len().sort("branch", "kind")
    first = told.group_by("kind").agg(pl.col("due_on").min())
    return {
        "listed": listed.height,
        "kinds": dict(told.group_by("kind").len().iter_rows()),
        "branches": [list(row) for row in counted.iter_rows()],
        "problems": dict(faulty.group_by("problem").len().iter_rows()),
        "due": {kind: due.isoformat() for kind, due in first.iter_rows() if due},
    }
