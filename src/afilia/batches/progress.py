"""Shows how far a running job is, though nothing of its transaction can be seen.

A plan writes it down on a connection of its own. Of registering the database itself knows it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from afilia.batches.locks import key_of
from afilia.batches.models import Batch


@contextmanager
def shown(batch: Batch) -> Iterator[Callable[[float, int], None]]:
    """A function that shows the share done (0 to 1) and the lines done of a batch."""
    own = connection.copy()
    own.inc_thread_sharing()  # used by one thread at a time

    def show(share: float, lines: int) -> None:
        with own.cursor() as cursor:
            cursor.execute(
                "UPDATE batches_progress SET percent = %s, lines = %s WHERE batch_id = %s",
                [int(share * 100), lines, batch.id],
            )

    try:
        yield show
    finally:
        own.close()


# Whoever holds the lock of the batch is registering it. A lock of 64 bits is shown in two halves.
WRITTEN = """
SELECT c.tuples_processed FROM pg_locks l JOIN pg_stat_progress_copy c ON c.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
AND l.classid::bigint = %s AND l.objid::bigint = %s AND c.relid = 'novedades_novedad'::regclass
"""


def written(batch: Batch) -> int:
    """The novedades of a batch that are in the database so far, though not visible; 0 when none is under way.

    Of entries, which take several steps, it is 0 all the time.
    """
    key = key_of(batch.id) % 2**64
    with connection.cursor() as cursor:
        cursor.execute(WRITTEN, [key >> 32, key % 2**32])
        row = cursor.fetchone()
    return row[0] if row else 0
