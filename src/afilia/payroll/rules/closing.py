"""The lines of the batch format that would close differences."""

from collections.abc import Mapping
from datetime import date

import polars as pl

from afilia.novedades.rules.layouts import SEPARATOR, Effect, Field, Kind, Layout

KNOWN = {  # fields of a layout that a difference may say, by effect
    Effect.ENTRY: {
        "fecha_ingreso": "day",
        "sueldo": "pay",
        "cargo": "cargo",
        "actividad_sectorial": "actividad_sectorial",
    },
    Effect.EXIT: {"fecha_salida": "day"},
    Effect.PAY: {"sueldo": "pay"},
}
TODAY = "fecha_registro"  # the day on which the employer files


def asked(rows: pl.DataFrame, layout: Layout) -> list[Field]:
    """The fields that the employer must say, as some row does not; a date that may be none is left out."""
    known = KNOWN[layout.effect]
    return [
        field
        for field in layout.body
        if field.name != TODAY
        and not (field.zero or field.optional)
        and not (field.name in known and rows[known[field.name]].null_count() == 0)
    ]


def lines(
    rows: pl.DataFrame,
    layout: Layout,
    *,
    ruc: str,
    month: date,
    today: date,
    answers: Mapping[str, str],
) -> pl.Series:
    """One record for each worker; `answers` are fields as a file writes them, for rows that do not say them.

    `answers` may have `sucursal`. The month is that of the day of entry or exit, else the one compared.
    """
    known = KNOWN[layout.effect]

    def text(field: Field) -> pl.Expr:
        answer = pl.lit(answers.get(field.name, "00000000" if field.zero else ""))
        if field.name == TODAY:
            return pl.lit(f"{today:%Y%m%d}")
        if field.name not in known:
            return answer
        column = pl.col(known[field.name])
        if field.kind is Kind.DATE:
            column = column.dt.strftime("%Y%m%d")
        return column.cast(pl.String).fill_null(answer)

    day = next(
        (field for field in layout.body if field.kind is Kind.DATE and known.get(field.name) == "day"), None
    )
    period = text(day).str.slice(0, 6) if day else pl.lit(f"{month:%Y%m}")
    branch = pl.col("branch").fill_null(pl.lit(answers.get("sucursal", "")))
    # A file names each worker once.
    once = rows.unique("number", keep="first", maintain_order=True)
    record = pl.concat_str(
        [
            pl.lit(ruc),
            branch,
            period.str.slice(0, 4),
            period.str.slice(4, 2),
            pl.lit(layout.type),
            pl.col("number"),
            *(text(field) for field in layout.body),
        ],
        separator=SEPARATOR,
    )
    return once.select(record.alias("record")).to_series()
