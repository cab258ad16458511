import asyncio
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app

from afilia.access.models import Tries
from afilia.access.rules.limits import FORGET
from afilia.kit import queue
from afilia.ops import actions, worker
from tests.builders import NOW
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


def test_a_worker_leaves_the_tasks_of_the_queue_itself_to_the_web(run_jobs: RunJobs) -> None:
    queue.defer("tests.note", word="last")
    run_jobs()
    queue.defer("builtin:procrastinate.builtin_tasks.remove_old_jobs", max_hours=1)
    assert run_jobs() == ["builtin:procrastinate.builtin_tasks.remove_old_jobs"]


@pytest.mark.usefixtures("transactional_db")
def test_a_worker_is_seen_only_with_its_lock_held() -> None:
    with asyncio.Runner() as runner:
        guard = runner.run(worker.Guard.open())
        number = runner.run(guard.register())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [worker.LOCK_SPACE, number])
            assert cursor.fetchone() == (False,)
        runner.run(guard.close())


def test_tidying_forgets_what_finished_a_month_ago(run_jobs: RunJobs) -> None:
    with connection.cursor() as cursor:
        for status, age in (("succeeded", 31), ("succeeded", 29), ("failed", 31)):
            cursor.execute(
                "INSERT INTO procrastinate_jobs (queue_name, task_name) VALUES ('old', %s) RETURNING id",
                [f"{status}-{age}"],
            )
            (job,) = cursor.fetchone()
            for step in ("doing", status):  # the table writes an event for each
                cursor.execute("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", [step, job])
            cursor.execute(
                "UPDATE procrastinate_events SET at = now() - %s * interval '1 day' WHERE job_id = %s",
                [age, job],
            )
        cursor.execute(
            "INSERT INTO django_session (session_key, session_data, expire_date)"
            " VALUES ('over', '', now() - interval '1 second'), ('open', '', now() + interval '1 hour')"
        )
    actions.tidy(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        assert cursor.fetchall() == [("succeeded-29",), ("failed-31",)]
        cursor.execute("SELECT session_key FROM django_session")
        assert cursor.fetchall() == [("open",)]


def test_tidying_forgets_sign_in_tries_that_no_longer_count(run_jobs: RunJobs) -> None:
    for pair, age in ((b"over", FORGET), (b"counts", FORGET - timedelta(microseconds=1))):
        Tries.objects.create(bucket=pair, wrong=5, at=NOW - age)
    actions.tidy(now=NOW)
    assert [bytes(pair) for pair in Tries.objects.values_list("bucket", flat=True)] == [b"counts"]


def test_tidying_discards_uploads_cut_off_more_than_a_day_ago(run_jobs: RunJobs, files: Path) -> None:
    waiting = files / "batches" / "waiting"
    waiting.mkdir(parents=True)
    for name, age in (("cut-off", timedelta(days=1, seconds=1)), ("coming-in", timedelta(hours=23))):
        (waiting / name).write_bytes(b"1799998242001;")
        moment = (NOW - age).timestamp()
        os.utime(waiting / name, (moment, moment))
    actions.tidy(now=NOW)
    assert [path.name for path in waiting.iterdir()] == ["coming-in"]


def test_tidying_runs_every_day() -> None:
    periodic = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert periodic["ops.tidy"] == "17 8 * * *"
