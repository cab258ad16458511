"""Findings as rows of a report: explained by columns, and written as CSV or JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

import polars as pl

from afilia.novedades.catalogue import SayDay, explain, finding_texts

COLUMNS = ("line", "column", "field", "code", "severity", "seen", "expected", "fix")


def in_words(found: pl.DataFrame, language: str = "es", *, say_day: SayDay = date.isoformat) -> pl.DataFrame:
    """Findings in the columns of the format page, `expected` and `fix` as sentences, in the same order.

    Each combination of what the sentences depend on is put in words once.
    """
    repeated = [code for code, text in finding_texts(language).items() if text.repeats_seen]
    parts = found.with_columns(
        pl.when(pl.col("code").is_in(repeated)).then("seen").otherwise(pl.lit("")).alias("said")
    )
    keys = ["code", "field", "said", "arg"]
    distinct = parts.select(keys).unique()
    told = [
        explain(code, field=field, seen=seen, arg=arg, language=language, say_day=say_day)
        for code, field, seen, arg in distinct.iter_rows()
    ]
    sentences = distinct.with_columns(
        pl.Series("expected", [expected for expected, _ in told], dtype=pl.String),
        pl.Series("fix", [fix for _, fix in told], dtype=pl.String),
    )
    return parts.join(sentences, on=keys, how="left", maintain_order="left").select(COLUMNS)


def harmless(column: pl.Expr) -> pl.Expr:
    """Cells that no spreadsheet runs as a formula: an apostrophe goes before what could be one."""
    return column.str.replace(r"^[=+\-@\t\r]", "'${0}")


def csv_rows(rows: pl.DataFrame, *, separator: str = ",") -> str:
    """Rows without their head as CSV that a spreadsheet may open; lines end with CRLF."""
    texts = harmless(pl.col(pl.String)).replace("", None)  # an empty text would be written as ""
    return rows.with_columns(texts).write_csv(
        include_header=False, separator=separator, line_terminator="\r\n"
    )


def json_rows(parts: Iterable[pl.DataFrame]) -> Iterator[str]:
    """Rows as JSON objects, one a line, with a comma between them; no part is empty."""
    between = ""
    for rows in parts:
        yield between + rows.write_ndjson().rstrip("\n").replace("\n", ",\n")
        between = ",\n"


def json_report(head: Mapping[str, object], rows: Iterable[str]) -> Iterator[str]:
    """The report of the format page: `head` says what the file is, `rows` are its findings by json_rows."""
    yield json.dumps(head, ensure_ascii=False).removesuffix("}") + ', "findings": ['
    yield from rows
    yield "]}\n"


def printable(text: str) -> str:
    """A text without the signs that a page would not show, or that would steer a terminal."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
