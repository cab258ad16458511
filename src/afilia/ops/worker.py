"""The worker of the queue: takes jobs, and puts back the jobs of workers that died.

Who is dead is not guessed from a clock. Each worker holds an advisory lock in the database under its own
number; the lock is gone the moment its process dies, so whoever can take that lock may put the jobs back.
A worker that is alive but busy never loses a job, and a killed one is replaced at once.

A worker that loses the database ends: whatever it was doing cannot commit any more, and its successor
starts the same jobs again (docs/decisions/0002).
"""

import asyncio
import logging
import os
from collections.abc import Sequence
from contextlib import AsyncExitStack
from copy import copy
from typing import Self

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError
from procrastinate import App, RetryStrategy
from procrastinate.contrib.django import app as django_app
from procrastinate.contrib.django import procrastinate_app
from procrastinate.contrib.django.utils import connector_params
from procrastinate.manager import JobManager
from procrastinate.periodic import PeriodicRegistry

log = logging.getLogger(__name__)

JOBS_AT_ONCE, MAILS_AT_ONCE = 2, 4
MAIL = "mail"  # the queue of afilia.notices
RESCUE_EVERY = 2.0  # seconds
LOCK_SPACE = 7_330_001  # advisory locks (LOCK_SPACE, number of the worker)
EXIT_LOST_DATABASE = 75  # EX_TEMPFAIL: whoever started this worker starts another

# A job whose database went away or is busy, or whose disk is full, runs again; any other error is a fault of
# ours and stays failed until the night.
RETRY = RetryStrategy(
    max_attempts=50, linear_wait=2, retry_exceptions=[OperationalError, InterfaceError, OSError]
)

REGISTER = """
SELECT worker_id, pg_advisory_lock(%(space)s, worker_id::int) FROM procrastinate_register_worker_v1()
"""

# After 25 deaths it is the job that kills its worker: it must not take the other jobs with it for ever.
RESCUE = """
WITH dead AS MATERIALIZED (
    SELECT id FROM procrastinate_workers
    WHERE id <> %(me)s AND pg_try_advisory_xact_lock(%(space)s, id::int)
), orphans AS MATERIALIZED (
    SELECT id, attempts FROM procrastinate_jobs
    WHERE status = 'doing' AND (worker_id IS NULL OR worker_id IN (SELECT id FROM dead))
    FOR UPDATE SKIP LOCKED
), put_back AS MATERIALIZED (
    SELECT id, procrastinate_retry_job_v2(
        id, now() + CASE WHEN attempts < 25 THEN interval '0' ELSE interval '5 minutes' END, NULL, NULL, NULL
    )::text AS done
    FROM orphans
), buried AS (
    DELETE FROM procrastinate_workers
    WHERE id IN (SELECT id FROM dead) AND (SELECT count(done) FROM put_back) IS NOT NULL
)
SELECT array_agg(id ORDER BY id) FROM put_back
"""


class Guard:
    """The connection whose life is the life of the worker."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self.number = 0
        self._connection = connection

    @classmethod
    async def open(cls) -> Self:
        connection = await psycopg.AsyncConnection.connect(**connector_params("default"), autocommit=True)
        # A machine that vanished says no goodbye: the server asks after WORKER_TIMEOUT in three steps.
        step = max(settings.WORKER_TIMEOUT // 3, 1)
        for name, value in (("idle", step), ("interval", step), ("count", 2)):
            await connection.execute(f"SET tcp_keepalives_{name} = {value}")
        return cls(connection)

    async def register(self) -> int:
        """Make a worker and hold its lock; the result is its number.

        In one statement: a worker that others can see and whose lock is free passes for dead.
        """
        cursor = await self._connection.execute(REGISTER, {"space": LOCK_SPACE})
        [(self.number, _)] = await cursor.fetchall()
        return self.number

    async def rescue(self) -> list[int]:
        """Put back the jobs of dead workers and forget these workers; the result is the jobs."""
        cursor = await self._connection.execute(RESCUE, {"me": self.number, "space": LOCK_SPACE})
        row = await cursor.fetchone()
        jobs: list[int] = (row and row[0]) or []
        if jobs:
            log.warning("jobs of a dead worker put back", extra={"jobs": jobs})
        return jobs

    async def watch(self) -> None:
        """Rescue again and again; the end of this is the end of the process."""
        try:
            while True:
                await asyncio.sleep(RESCUE_EVERY)
                await asyncio.wait_for(self.rescue(), settings.WORKER_TIMEOUT)
        except (psycopg.Error, TimeoutError):
            log.exception("the worker lost the database and ends; its jobs start again")
            os._exit(EXIT_LOST_DATABASE)

    async def close(self) -> None:
        await self._connection.close()


class GuardedJobs(JobManager):
    """The queue's own manager, with the guard's lock in place of judging workers by their clock."""

    guard: Guard

    async def register_worker(self) -> int:
        return await self.guard.register()

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:  # noqa: ARG002
        await self.guard.rescue()
        return []


async def run(*, wait: bool = True) -> None:
    """Run jobs until told to stop by a signal; with `wait=False`, until no job is due.

    Mails have a lane of their own: codes live three minutes, and batches may fill the other for longer.
    """
    if not wait:
        await _work(wait=False)
        return
    lanes = [
        asyncio.create_task(_work(queues=[MAIL], at_once=MAILS_AT_ONCE)),
        asyncio.create_task(_work(listens_to_signals=True)),
    ]
    ended, running = await asyncio.wait(lanes, return_when=asyncio.FIRST_COMPLETED)
    for lane in running:
        lane.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for lane in ended:
        lane.result()


async def _work(
    *,
    queues: Sequence[str] | None = None,
    at_once: int = JOBS_AT_ONCE,
    wait: bool = True,
    listens_to_signals: bool = False,
) -> None:
    """Run the jobs of these queues, of all by default."""
    async with AsyncExitStack() as stack:
        guard = await Guard.open()
        stack.push_async_callback(guard.close)
        app = _app(guard, periodic=listens_to_signals)
        await stack.enter_async_context(app.open_async())
        watching = asyncio.create_task(guard.watch())
        stack.callback(watching.cancel)
        await app.run_worker_async(
            queues=queues,  # type: ignore[arg-type]  # none is all
            concurrency=at_once,
            wait=wait,
            listen_notify=wait,
            install_signal_handlers=listens_to_signals,
            fetch_job_polling_interval=2.0,
            update_heartbeat_interval=2.0,
            shutdown_graceful_timeout=3.0,
        )


async def run_until_empty() -> None:
    """Run all the jobs that are due, and those that they ask for."""
    while await _due():
        await run(wait=False)


async def _due() -> bool:
    async with await psycopg.AsyncConnection.connect(**connector_params("default")) as connection:
        cursor = await connection.execute(
            "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE status = 'todo'"
            " AND (scheduled_at IS NULL OR scheduled_at <= now()))"
        )
        row = await cursor.fetchone()
        return bool(row and row[0])


def _app(guard: Guard, *, periodic: bool) -> App:
    """The tasks of Django's app on connections of the worker's own.

    Not `replace_connector`: a task that asks for another job must do so on Django's connection, within its
    transaction. A copy, as a new app would take the queue's own tasks away from Django's.
    """
    app = copy(procrastinate_app.current_app)
    app.connector = django_app.connector.get_worker_connector()  # type: ignore[attr-defined]
    if not periodic:
        app.periodic_registry = PeriodicRegistry()  # type: ignore[no-untyped-call]
    app.job_manager = GuardedJobs(app.connector)
    app.job_manager.guard = guard
    for task in app.tasks.values():
        task.retry_strategy = task.retry_strategy or RETRY
    return app
