"""Shows how far a running job is, on a connection of its own: the job's is in a transaction or a COPY."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

from afilia.batches.models import Batch


@contextmanager
def shown(batch: Batch) -> Iterator[Callable[[float, int], None]]:
    """A function that shows the share done (0 to 1) and the lines done of a batch."""
    own = connection.copy()

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
