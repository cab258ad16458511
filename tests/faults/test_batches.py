"""A batch whose worker is killed, or whose database goes away: never half, never twice, and it finishes."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import psutil
import psycopg

from tests.faults.plant import Plant

WORKERS = 20_000
KILLS = 20
SEED = 2026
KILLS_PER_PHASE = 2  # at least
PHASES = {"batches.plan": 0.25, "batches.register": 0.06, "batches.receipt": 0.15}  # seconds, about
START = "import django; django.setup()\nfrom tests.faults import paper; paper.serve()"
ROOT = Path(__file__).parents[2]


class Employer:
    """An employer at the plant, and what the database says of its batches."""

    def __init__(self, plant: Plant, *, workers: int) -> None:
        self.plant = plant
        self.workers = workers
        self._process = subprocess.Popen(
            [sys.executable, "-c", START],
            env={**plant.environment, "DJANGO_SETTINGS_MODULE": "afilia.config.settings"},
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self.ruc = self.ask("employ", workers)
        self.batches = 0

    def ask(self, *command: object) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{json.dumps(command)}\n".encode())
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def leave(self) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(60)
        self._process.stdout.close()

    def hand_in(self) -> str:
        self.batches += 1
        batch: str = self.ask("receive", self.ruc, self.batches)
        return batch

    def confirm(self, batch: str) -> None:
        assert self.ask("confirm", self.ruc, batch) is None

    def state(self, batch: str) -> str:
        ((state, receipt),) = self.plant.rows(
            "SELECT state, receipt_id FROM batches_batch WHERE id = %s", [batch]
        )
        return "finished" if receipt else str(state)

    def has_come_to(self, batch: str, *states: str) -> bool:
        return self.state(batch) in states

    def newest_worker(self) -> int:
        ((number,),) = self.plant.rows("SELECT coalesce(max(id), 0) FROM procrastinate_workers")
        return int(number)

    def phase(self, batch: str, *, after: int) -> str:
        """What a new worker does first, or what the batch came to before anybody could see that."""
        return next(iter(self.running(after=after)), "") or (
            self.state(batch) if self.has_come_to(batch, "planned", "finished") else ""
        )

    def running(self, *, after: int = 0) -> list[str]:
        """What the workers that came after that one are doing."""
        rows = self.plant.rows(
            "SELECT task_name FROM procrastinate_jobs"
            " WHERE status = 'doing' AND task_name LIKE 'batches.%%' AND worker_id > %s",
            [after],
        )
        return [task for (task,) in rows]

    def is_whole(self) -> None:
        """Each batch is registered with all its lines or with none, and nothing is there twice."""
        batches = self.plant.rows(
            "SELECT b.state, count(v.line) FROM batches_batch b LEFT JOIN novedades_novedad v"
            " ON v.filing_id = b.filing_id GROUP BY b.id"
        )
        for state, lines in batches:
            assert lines == (self.workers if state == "registered" else 0), state
        registered = sum(state == "registered" for state, _ in batches)
        ((filings, novedades, subjects, version, told),) = self.plant.rows(
            "SELECT (SELECT count(*) FROM novedades_filing), (SELECT count(*) FROM novedades_novedad),"
            " (SELECT count(*) FROM (SELECT DISTINCT employment_id, subject FROM novedades_novedad) s),"
            " (SELECT history_version FROM employers_employer),"
            " (SELECT count(*) FROM audit_entry WHERE event = 'batch.registered')"
        )
        assert (filings, novedades, subjects, version, told) == (
            registered,
            registered * self.workers,
            registered * self.workers,
            registered,
            registered,
        )


@contextmanager
def at_work(plant: Plant, *, workers: int) -> Iterator[Employer]:
    employer = Employer(plant, workers=workers)
    try:
        yield employer
    finally:
        employer.leave()


def test_a_worker_killed_at_twenty_random_moments_leaves_no_half_and_no_double(plant: Plant) -> None:
    random, hits, tries = Random(SEED), Counter[str](), Counter[tuple[str, str]]()
    with at_work(plant, workers=WORKERS) as employer:
        batch = employer.hand_in()
        while hits.total() < KILLS or min(hits[phase] for phase in PHASES) < KILLS_PER_PHASE:
            if employer.state(batch) == "finished":
                batch = employer.hand_in()
            elif employer.state(batch) == "planned":
                employer.confirm(batch)
            before = employer.newest_worker()
            worker = plant.start_worker()
            phase = plant.until(partial(employer.phase, batch, after=before))
            tries[batch, phase] += 1  # on a slow machine a phase takes longer: it comes to its end at last
            Event().wait(random.uniform(0, PHASES.get(phase, 0.0) * tries[batch, phase]))
            plant.kill(worker)
            hits.update(employer.running(after=before))
            employer.is_whole()

        plant.start_worker()
        plant.until(partial(employer.has_come_to, batch, "planned", "finished"))
        if employer.state(batch) == "planned":
            employer.confirm(batch)
        plant.until(partial(employer.has_come_to, batch, "finished"))
        employer.is_whole()
        assert employer.ask("verified") == []
        assert plant.rows("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'") == [(0,)]


# The database


@contextmanager
def held(plant: Plant, table: str) -> Iterator[None]:
    """Keep everybody else from a table, until it is told to go on or its server is stopped."""
    connection = psycopg.connect(plant.url)
    connection.execute(f"LOCK TABLE {table}".encode())
    try:
        yield
    finally:
        connection.close()


def somebody_waits(plant: Plant) -> bool:
    waiting = plant.rows("SELECT count(*) FROM pg_locks WHERE NOT granted AND relation IS NOT NULL")
    return waiting != [(0,)]


def stop_database(plant: Plant, number: signal.Signals) -> None:
    """As an operator (SIGINT, fast) or a failing machine (SIGQUIT, immediate) stops it."""
    server = psutil.Process(int((plant.server / "postmaster.pid").read_text().split()[0]))
    os.kill(server.pid, number)
    plant.until(lambda: not server.is_running() or server.status() == psutil.STATUS_ZOMBIE)


def test_a_database_that_goes_away_in_the_middle_delays_and_loses_nothing(plant: Plant) -> None:
    with at_work(plant, workers=500) as employer:
        for number in (signal.SIGINT, signal.SIGQUIT):
            batch = employer.hand_in()
            # In the middle of the plan it asks for the employments, of the registering it writes novedades.
            for table, task, state in (
                ("workers_employment", "batches.plan", "planned"),
                ("novedades_novedad", "batches.register", "finished"),
            ):
                with held(plant, table):
                    worker = plant.start_worker()
                    # Maybe beside a task whose end the database took with it, and which runs again.
                    plant.until(lambda task=task: somebody_waits(plant) and task in employer.running())
                    stop_database(plant, number)
                plant.until(lambda worker=worker: worker.poll() is not None)
                plant.start_server()
                employer.is_whole()
                successor = plant.start_worker()
                plant.until(partial(employer.has_come_to, batch, state))
                plant.kill(successor)
                if state == "planned":
                    employer.confirm(batch)
        employer.is_whole()
        assert employer.ask("verified") == []


def test_a_registering_that_is_killed_before_its_end_was_never_there(plant: Plant) -> None:
    with at_work(plant, workers=500) as employer:
        batch = employer.hand_in()
        plant.start_worker()
        plant.until(partial(employer.has_come_to, batch, "planned"))
        employer.confirm(batch)
        # The ledger is the last thing that the transaction writes.
        with held(plant, "audit_entry"):
            plant.until(lambda: somebody_waits(plant))
            plant.kill(plant.workers[-1])
        plant.until(lambda: not somebody_waits(plant))
        assert employer.state(batch) == "confirmed"
        employer.is_whole()
        plant.start_worker()
        plant.until(partial(employer.has_come_to, batch, "finished"))
        employer.is_whole()
        assert employer.ask("verified") == []
