"""The threads of the benchmark of foreigner codes: a process of the portal that issues them.

`python -m bench.issuing codes|bare COUNT`; the parent is bench/foreigners.py.
"""

import json
import sys
import threading
import time
from datetime import UTC, date, datetime

import django

django.setup()

from django.db import connection, transaction  # noqa: E402

from afilia.identifiers.foreign import DocumentId, DocumentKind  # noqa: E402
from afilia.identifiers.person import foreigner_code  # noqa: E402
from afilia.workers import actions  # noqa: E402
from afilia.workers.models import CodeSeries, IdentityDocument, IdentityNumber, Person  # noqa: E402

THREADS = 20  # one connection each
PREFIX = "61"
NOW = datetime(2027, 2, 16, 15, tzinfo=UTC)
BARE = "CREATE TABLE IF NOT EXISTS bare (number text PRIMARY KEY)"


def issue(serial: int) -> str:
    """A code for somebody new, in a transaction of its own."""
    document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number=f"B{serial:07d}")
    with transaction.atomic():
        return actions.issue_code(
            names="PRUEBA DE CARGA", birth_on=date(1990, 1, 1), document=document, prefix=PREFIX, now=NOW
        ).number


def insert(serial: int) -> str:
    """A number as a bare statement."""
    number = foreigner_code(PREFIX, serial)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bare VALUES (%s)", [number])
    return number


def serve(what: str, serials: range, given: list[str], go: threading.Barrier) -> None:
    connection.ensure_connection()
    go.wait()
    try:
        given += [issue(serial) if what == "codes" else insert(serial) for serial in serials]
    finally:
        connection.close()


def check(given: list[str], *, count: int) -> None:
    """No code is left out and none is given twice, and the tables hold what was given."""
    if sorted(given) != sorted(foreigner_code(PREFIX, serial) for serial in range(1, count + 1)):
        raise AssertionError(f"{len(set(given))} codes of {count}, or not those that follow one another")
    held = (
        *(model.objects.count() for model in (IdentityNumber, IdentityDocument, Person)),
        CodeSeries.objects.get(prefix=PREFIX).last,
    )
    if held != (count,) * len(held):
        raise AssertionError(f"the tables hold {held}")


def main() -> None:
    what, count = sys.argv[1], int(sys.argv[2])
    if what == "bare":
        with connection.cursor() as cursor:
            cursor.execute(BARE)
    given: list[list[str]] = [[] for _ in range(THREADS)]
    go = threading.Barrier(THREADS + 1)
    threads = [
        threading.Thread(target=serve, args=(what, range(1 + place, count + 1, THREADS), mine, go))
        for place, mine in enumerate(given)
    ]
    for thread in threads:
        thread.start()
    go.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if what == "codes":
        check([number for mine in given for number in mine], count=count)
    print(json.dumps(took))


if __name__ == "__main__":
    main()
