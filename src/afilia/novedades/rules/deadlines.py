"""When a novedad is due, and how late it is. Source: Ley de Seguridad Social, art. 73, as dated data."""

from datetime import date, timedelta

import polars as pl

from afilia.novedades.rules.layouts import Context, Layout

PERIOD_END = "period-end"


def due_on(layout: Layout, context: Context) -> pl.Expr:
    """The last day (Date) on which each record is filed in time; null where that is not known.

    It reads the columns `anio` and `mes`, or the date field of the rule, as values. The base day itself does
    not count.
    """
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is None:
        return pl.lit(None, dtype=pl.Date)
    base = (
        pl.date(pl.col("anio"), pl.col("mes"), 1).dt.month_end()
        if rule.base == PERIOD_END
        else pl.col(rule.base)
    )
    if context.working_days:
        return base.dt.add_business_days(rule.days, holidays=context.holidays, roll="backward")
    return base + timedelta(days=rule.days)


def due_after(layout: Layout, context: Context, *, day: date) -> date | None:
    """The last day in time for a novedad about a day, or about its month; None without a rule."""
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is None:
        return None
    about = pl.DataFrame({"anio": [day.year], "mes": [day.month], rule.base: [day]})
    due: date = about.select(due_on(layout, context)).item()
    return due
