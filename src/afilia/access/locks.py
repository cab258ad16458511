"""Who sends something by an access of an employer, and who ends or changes it: one after the other."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

NAME = "hashtextextended('delegation:' || %s, 0)"


@contextmanager
def used(delegation_id: int) -> Iterator[None]:
    """Hold an access as it is while a request does something by it; several may at once."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_lock_shared({NAME})", [delegation_id])
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute(f"SELECT pg_advisory_unlock_shared({NAME})", [delegation_id])


def changed(delegation_id: int) -> None:
    """Wait for the requests that use an access, and let no other begin until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_advisory_xact_lock({NAME})", [delegation_id])
