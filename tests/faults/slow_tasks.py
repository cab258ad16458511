"""Tasks for the tests of the worker: each writes down its steps in a table that the test made."""

import threading

from django.db import connection, transaction
from procrastinate.contrib.django import app


def note(step: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO steps (step) VALUES (%s)", [step])


@app.task(name="tests.wait-for-the-word")
def wait_for_the_word() -> None:
    """Hold a transaction open until the table `word` has a row."""
    note("started")
    with transaction.atomic():
        note("half")
        while True:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM word")
                if cursor.fetchone() != (0,):
                    break
            threading.Event().wait(0.05)
    note("finished")
