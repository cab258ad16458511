import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from afilia.kit import queue
from tests.conftest import RunJobs

ran: list[str] = []


@app.task(name="tests.note")
def note(word: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    ran.append(word)
    if word == "first":
        queue.defer("tests.note", word="second")


@app.task(name="tests.half")
def half() -> None:
    with transaction.atomic():
        queue.defer("tests.note", word="never")
        raise ValueError("on purpose")


@pytest.fixture(autouse=True)
def _forget() -> None:
    ran.clear()


def test_a_job_and_the_job_that_it_asks_for_run(run_jobs: RunJobs) -> None:
    queue.defer("tests.note", word="first")
    assert run_jobs() == ["tests.note", "tests.note"]
    assert ran == ["first", "second"]


def test_a_job_of_a_transaction_that_failed_never_was(run_jobs: RunJobs) -> None:
    with transaction.atomic():
        queue.defer("tests.note", word="first")
        transaction.set_rollback(True)
    assert run_jobs() == []


def test_a_job_asked_for_in_a_failing_task_never_was(run_jobs: RunJobs) -> None:
    queue.defer("tests.half")
    with pytest.raises(AssertionError, match=r"tests\.half: failed"):
        run_jobs()
    assert ran == []
