"""One worker at a time on a batch, also when a job is put back while its first worker still lives."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection


def key_of(batch_id: UUID) -> int:
    """The number of the advisory lock of a batch."""
    return int.from_bytes(batch_id.bytes[:8], signed=True)


@contextmanager
def exclusive(batch_id: UUID) -> Iterator[None]:
    """Hold the advisory lock of a batch; the database frees it when the process or the connection dies.

    It looks for that within a long statement too: a dead worker must not keep its successor waiting.
    """
    key = key_of(batch_id)
    with connection.cursor() as cursor:
        cursor.execute("SET client_connection_check_interval = '500ms'")
        cursor.execute("SELECT pg_advisory_lock(%s)", [key])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])
