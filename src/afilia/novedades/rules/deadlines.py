"""When a novedad is due, and how late it is. Source: Ley de Seguridad Social, art. 73, as dated data."""

import polars as pl

from afilia.novedades.rules.layouts import Context, Layout

PERIOD_END = "period-end"


def with_due_on(frame: pl.DataFrame, layout: Layout, context: Context) -> pl.DataFrame:
    """Add `due_on` (Date): the last day on which each record is filed in time; null where that is not known.

    The columns `anio`, `mes` and the date fields of the layout must be there, as values. The base day itself
    does not count.
    """
    rule = context.catalogue.deadlines.get(layout.type)
    if rule is None:
        return frame.with_columns(pl.lit(None, dtype=pl.Date).alias("due_on"))
    base = (
        pl.date(pl.col("anio"), pl.col("mes"), 1).dt.month_end()
        if rule.base == PERIOD_END
        else pl.col(rule.base)
    )
    due = (
        base.dt.add_business_days(rule.days, holidays=context.holidays, roll="backward")
        if context.working_days
        else base.dt.offset_by(f"{rule.days}d")
    )
    keys = ["anio", "mes"] if rule.base == PERIOD_END else [rule.base]
    days = frame.select(keys).unique().with_columns(due.alias("due_on"))
    return frame.join(days, on=keys, how="left", nulls_equal=True, maintain_order="left")
