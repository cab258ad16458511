"""What the cells of a list say, as people and programs write it.

Cells are texts. Spreadsheets take the leading zero off a cédula; amounts come with a decimal comma or point;
days in any usual order, the day before the month.
"""

from collections.abc import Sequence
from enum import StrEnum

import polars as pl

from afilia.identifiers.columns import person_number_fault

AMOUNT = pl.Decimal(13, 2)
DAYS = ("%Y-%m-%d", "%d-%m-%Y", "%d-%m-%y", "%Y%m%d")
FIRST_YEAR, LAST_YEAR = 1900, 2100


class Problem(StrEnum):
    """Why a row is not compared, or not all of it."""

    NO_NUMBER = "no-number"
    BAD_NUMBER = "bad-number"
    REPEATED = "repeated"
    BRANCH = "branch"
    PAY = "pay"
    DAY = "day"


COLUMNS = ("number", "branch", "pay", "entered_on", "left_on", "cargo", "actividad_sectorial")


def read(rows: pl.DataFrame, *, foreigner_prefixes: Sequence[str]) -> pl.DataFrame:
    """The rows of a list, COLUMNS and `problem`, the first of Problem; `rows` has `line` and texts by name.

    Rows without any text are left out. A missing column is null everywhere.
    """
    names = (
        "identificacion",
        "sucursal",
        "sueldo",
        "fecha_ingreso",
        "fecha_salida",
        "cargo",
        "actividad_sectorial",
    )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in rows.columns]
    texts = rows.with_columns(absent).select(
        "line", *(pl.col(name).str.strip_chars().replace("", None) for name in names)
    )
    texts = texts.filter(pl.any_horizontal(pl.col(names).is_not_null()))
    frame = texts.select(
        "line",
        _number(pl.col("identificacion")).alias("number"),
        _branch(pl.col("sucursal")).alias("branch"),
        amount(pl.col("sueldo")).alias("pay"),
        day(pl.col("fecha_ingreso")).alias("entered_on"),
        day(pl.col("fecha_salida")).alias("left_on"),
        pl.col("cargo").str.to_uppercase(),
        "actividad_sectorial",
    )
    unread = texts.select(
        (pl.col("sucursal").is_not_null() & frame["branch"].is_null()).alias("branch_"),
        (pl.col("sueldo").is_not_null() & frame["pay"].is_null()).alias("pay_"),
        (
            (pl.col("fecha_ingreso").is_not_null() & frame["entered_on"].is_null())
            | (pl.col("fecha_salida").is_not_null() & frame["left_on"].is_null())
        ).alias("day_"),
    )
    fault = person_number_fault(pl.col("number"), foreigner_prefixes=foreigner_prefixes)
    seen = pl.struct("number", "branch")
    problem = (
        pl.when(pl.col("number").is_null())
        .then(pl.lit(Problem.NO_NUMBER.value))
        .when(fault.is_not_null())
        .then(pl.lit(Problem.BAD_NUMBER.value))
        .when(~seen.is_first_distinct())
        .then(pl.lit(Problem.REPEATED.value))
        .when("branch_")
        .then(pl.lit(Problem.BRANCH.value))
        .when("pay_")
        .then(pl.lit(Problem.PAY.value))
        .when("day_")
        .then(pl.lit(Problem.DAY.value))
    )
    return (
        pl.concat([frame, unread], how="horizontal")
        .with_columns(problem.alias("problem"))
        .drop("branch_", "pay_", "day_")
    )


def _number(text: pl.Expr) -> pl.Expr:
    bare = text.str.replace_all(r"[\s\-.']", "")
    return (
        pl.when(bare.str.contains(r"^[0-9]{9}$")).then(bare.str.zfill(10)).otherwise(bare).replace("", None)
    )


def _branch(text: pl.Expr) -> pl.Expr:
    digits = text.str.extract(r"^([0-9]{1,4})(?:$|\D)")
    return digits.str.zfill(4)


def amount(text: pl.Expr) -> pl.Expr:
    """US$ (Decimal); null for what is no amount. A mark before exactly three last digits parts thousands."""
    bare = text.str.replace_all(r"(?i)us\$|usd|\$|\s", "")
    right = bare.str.contains(r"^[0-9]+([.,][0-9]+)*$")
    thousands = bare.str.contains(r"^[0-9]{1,3}([.,][0-9]{3})+$")
    whole = bare.str.replace(r"[.,][0-9]{1,2}$", "").str.replace_all(r"[.,]", "")
    part = pl.when(thousands).then(pl.lit("")).otherwise(bare.str.extract(r"[.,]([0-9]{1,2})$").fill_null(""))
    whole = pl.when(thousands).then(bare.str.replace_all(r"[.,]", "")).otherwise(whole)
    odd = ~thousands & bare.str.contains(r"[.,][0-9]{3,}$")
    return (
        pl.when(right & ~odd & (whole.str.len_chars() <= 11))
        .then(whole + "." + part.str.pad_end(2, "0"))
        .cast(AMOUNT, strict=False)
    )


def day(text: pl.Expr) -> pl.Expr:
    """A day (Date); null for what is none."""
    bare = text.str.replace(r"[ T]\d{1,2}:\d{2}.*$", "").str.replace_all(r"[./]", "-")
    parsed = [bare.str.to_date(shape, strict=False) for shape in DAYS]
    return pl.coalesce(pl.when(one.dt.year().is_between(FIRST_YEAR, LAST_YEAR)).then(one) for one in parsed)
