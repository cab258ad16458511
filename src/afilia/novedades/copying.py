"""Frames into tables of the database."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import polars as pl
from django.db import connection
from psycopg import sql

PIECE = 50_000  # rows sent at a time


def copy_in(table: str, columns: tuple[str, ...], frames: Iterable[pl.DataFrame]) -> None:
    """COPY the columns of some frames into a table; while the database takes one, the next is written."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL '\\N')").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    # What goes wrong within a COPY does not pass through Django's cursor.
    with (
        ThreadPoolExecutor(max_workers=1) as pool,
        connection.cursor() as cursor,
        connection.wrap_database_errors,
        cursor.copy(statement) as copy,
    ):
        pieces = _as_csv(columns, frames)
        following = pool.submit(next, pieces, None)
        while piece := following.result():
            following = pool.submit(next, pieces, None)
            copy.write(piece)


def _as_csv(columns: tuple[str, ...], frames: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    for frame in frames:
        for piece in frame.select(columns).iter_slices(PIECE):
            yield piece.write_csv(include_header=False, null_value="\\N").encode()
