"""The workers of an employer as rows: for exports, and to be compared with another list."""

import io
import tempfile
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain, islice
from typing import Any

import polars as pl
import xlsxwriter
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext

from afilia.employers.models import Employer
from afilia.kit.downloads import blocks
from afilia.novedades.explaining import csv_rows
from afilia.novedades.queries import branches
from afilia.novedades.rules.layouts import SEPARATOR, Catalogue, Effect
from afilia.workers.models import Employment

COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "employment_id": pl.Int64,
    "person_id": pl.Int64,
    "number": pl.String,
    "names": pl.String,
    "branch": pl.String,
    "entered_on": pl.Date,
    "left_on": pl.Date,
    "pay": pl.Decimal(13, 2),  # US$ a month; null where nothing says it
}
PIECE = 5_000  # rows read at a time
SHEET_ROWS = 1_048_575  # below the headings

# The pay in force in a month: of the last month with a change of pay that is in force, else of the entry.
SELECT = """
SELECT e.id, e.person_id,
    (SELECT i.number FROM workers_identitynumber i WHERE i.person_id = e.person_id
        ORDER BY i.kind, i.id LIMIT 1),
    p.names, b.number, e.entered_on, e.left_on,
    coalesce((
        SELECT v.amount FROM novedades_novedad v
        WHERE v.employment_id = e.id AND v.kind = ANY(%(pay)s) AND v.period <= %(period)s AND NOT v.annulled
        AND NOT EXISTS (SELECT 1 FROM novedades_novedad w WHERE w.employment_id = v.employment_id
            AND w.kind = v.kind AND w.subject = v.subject AND w.revision > v.revision)
        ORDER BY v.period DESC LIMIT 1), e.entry_pay)
FROM workers_employment e
JOIN workers_person p ON p.id = e.person_id
JOIN employers_branch b ON b.id = e.branch_id
"""
LISTED = "WHERE e.id = ANY(%(keys)s) ORDER BY e.listed_as, e.id"
WORKED = (
    "WHERE e.branch_id = ANY(%(branches)s) AND NOT e.annulled AND e.entered_on <= %(last)s "
    "AND (e.left_on IS NULL OR e.left_on >= %(first)s) ORDER BY e.id"
)


def listed(found: QuerySet[Employment], *, on: date, catalogue: Catalogue) -> Iterator[pl.DataFrame]:
    """The employments of a list (`queries.employments`) in its order, some at a time: COLUMNS.

    The pay is that of the month of the day `on`.
    """
    keys = iter(found.values_list("pk", flat=True).iterator(chunk_size=PIECE))
    while piece := list(islice(keys, PIECE)):
        yield _read(LISTED, catalogue, on=on, keys=piece)


def worked(
    employer: Employer, *, allowed: frozenset[str] | None, first: date, last: date, catalogue: Catalogue
) -> pl.DataFrame:
    """The employments of an employer that touch some days, in the branches open to a user: COLUMNS."""
    places = [branch.pk for branch in branches(employer, allowed=allowed)]
    return _read(WORKED, catalogue, on=last, branches=places, first=first, last=last)


def _read(which: str, catalogue: Catalogue, *, on: date, **arguments: Any) -> pl.DataFrame:
    pay = [novedad for novedad, layout in catalogue.layouts.items() if layout.effect is Effect.PAY]
    asked = {"pay": pay, "period": on.year * 100 + on.month, **arguments}
    with (
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(f"COPY ({SELECT} {which}) TO STDOUT (FORMAT csv)", asked) as copy,
    ):
        text = b"".join(bytes(block) for block in copy)
    return pl.read_csv(io.BytesIO(text), has_header=False, schema=COLUMNS, raise_if_empty=False)


def headings() -> dict[str, str]:
    """What exports show, and how the reader of a page calls it."""
    return {
        "number": gettext("Identificación"),
        "names": gettext("Nombres"),
        "branch": gettext("Sucursal"),
        "entered_on": gettext("Desde"),
        "left_on": gettext("Hasta"),
        "pay": gettext("Sueldo actual"),
    }


def as_csv(rows: Iterator[pl.DataFrame], *, shown: Mapping[str, str]) -> Iterator[bytes]:
    """For spreadsheets as they are set up in Ecuador: UTF-8 with its mark, semicolons, decimal commas.

    `shown` are the columns with their headings; texts that could be formulas are made harmless.
    """
    yield f"{SEPARATOR.join(shown.values())}\r\n".encode("utf-8-sig")
    for piece in rows:
        amounts = pl.col(pl.Decimal).cast(pl.String).str.replace(".", ",", literal=True)
        yield csv_rows(piece.select(*shown).with_columns(amounts), separator=SEPARATOR).encode()


def as_xlsx(rows: Iterator[pl.DataFrame], *, shown: Mapping[str, str]) -> Iterator[bytes]:
    """A workbook of texts, numbers and dates alone, so that nothing in it is run."""
    with tempfile.TemporaryFile() as file:
        with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
            bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
            day = book.add_format({"num_format": "dd/mm/yyyy"})
            sheet = book.add_worksheet()
            sheet.set_column(0, len(shown) - 1, 18)
            sheet.freeze_panes(1, 0)
            for column, heading in enumerate(shown.values()):
                sheet.write_string(0, column, heading, bold)
            every = chain.from_iterable(piece.select(*shown).iter_rows() for piece in rows)
            for at, row in enumerate(islice(every, SHEET_ROWS), 1):
                for column, value in enumerate(row):
                    if isinstance(value, str):
                        sheet.write_string(at, column, value)
                    elif isinstance(value, date):
                        sheet.write_datetime(at, column, value, day)
                    elif value is not None:
                        sheet.write_number(at, column, float(value), money)
        yield from blocks(file)


def as_batch(rows: Iterator[pl.DataFrame], *, employer: Employer, on: date) -> Iterator[bytes]:
    """The active workers whose pay is known, as changes of pay of the month of `on`."""
    head = f"{employer.ruc};{{}};{on.year};{on.month:02};MSU;{{}};{{}}"
    active = pl.col("left_on").is_null() | (pl.col("left_on") >= on)
    for piece in rows:
        known = piece.filter(active & pl.col("pay").is_not_null())
        lines = known.select(pl.format(head, "branch", "number", pl.col("pay").cast(pl.String))).to_series()
        yield "".join(f"{line}\r\n" for line in lines).encode("ascii")


def aliases(employer: Employer) -> dict[str, str]:
    """For workers of an employer with several identity numbers: each other number → the one in COLUMNS."""
    with connection.cursor() as cursor:
        cursor.execute(ALIASES, [employer.pk])
        return dict(cursor.fetchall())


ALIASES = """
WITH numbered AS (
    SELECT i.number, first_value(i.number) OVER (PARTITION BY i.person_id ORDER BY i.kind, i.id) AS shown
    FROM workers_identitynumber i
    WHERE i.person_id IN (SELECT e.person_id FROM workers_employment e WHERE e.employer_id = %s)
)
SELECT number, shown FROM numbered WHERE number <> shown
"""
