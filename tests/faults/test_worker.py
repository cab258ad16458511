"""What happens to a job when its worker, or the database, dies under it."""

import pytest

from tests.faults.plant import Plant

TASKS = "tests.faults.slow_tasks"
# A worker that starts soon after the hour of a nightly task runs that task too.
OWN_JOBS = "SELECT status::text FROM procrastinate_jobs WHERE task_name LIKE 'tests.%%'"
ASK = f"import {TASKS}\nfrom afilia.kit import queue\nqueue.defer('tests.wait-for-the-word')"


def steps(plant: Plant) -> list[str]:
    return [step for (step,) in plant.rows("SELECT step FROM steps ORDER BY id")]


def jobs(plant: Plant) -> list[str]:
    return [status for (status,) in plant.rows(OWN_JOBS)]


def word(plant: Plant) -> None:
    plant.rows("INSERT INTO word VALUES (1)")


@pytest.fixture
def waiting(plant: Plant) -> Plant:
    """A plant whose queue holds one job that waits for the word."""
    plant.rows("CREATE TABLE steps (id serial, step text)")
    plant.rows("CREATE TABLE word (said int)")
    plant.python(ASK)
    return plant


def test_a_job_whose_worker_was_killed_runs_again_and_finishes(waiting: Plant) -> None:
    worker = waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started"])
    waiting.kill(worker)
    assert jobs(waiting) == ["doing"]

    waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started", "started"], within=30)
    word(waiting)
    waiting.until(lambda: jobs(waiting) == ["succeeded"])
    assert steps(waiting) == ["started", "started", "half", "finished"]


def test_another_worker_takes_over_at_once(waiting: Plant) -> None:
    first = waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started"])
    waiting.start_worker(tasks=TASKS)
    waiting.until(
        lambda: waiting.rows("SELECT count(*) FROM procrastinate_workers") == [(4,)]
    )  # two lanes each
    waiting.kill(first)
    waiting.until(lambda: steps(waiting) == ["started", "started"], within=30)
    assert waiting.rows("SELECT count(*) FROM procrastinate_workers") == [(2,)]


def test_a_busy_worker_keeps_its_job(waiting: Plant) -> None:
    waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started"])
    # As if it had been too busy to show itself for an hour.
    waiting.rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
    waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: waiting.rows("SELECT count(*) FROM procrastinate_workers") == [(4,)])
    word(waiting)
    waiting.until(lambda: jobs(waiting) == ["succeeded"])
    assert steps(waiting) == ["started", "half", "finished"]


def test_a_worker_that_loses_the_database_ends_and_its_successor_finishes(waiting: Plant) -> None:
    worker = waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started"])
    waiting.stop_server()
    waiting.until(lambda: worker.poll() is not None)
    waiting.start_server()
    waiting.start_worker(tasks=TASKS)
    waiting.until(lambda: steps(waiting) == ["started", "started"])
    word(waiting)
    waiting.until(lambda: jobs(waiting) == ["succeeded"])


def test_a_worker_told_to_stop_stops(plant: Plant) -> None:
    worker = plant.start_worker()
    # It listens for jobs after it has begun to listen for signals.
    listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'"
    plant.until(lambda: plant.rows(listening) == [(2,)])  # one a lane
    worker.terminate()
    assert worker.wait(10) == 0
    assert plant.rows("SELECT count(*) FROM procrastinate_workers") == [(0,)]
