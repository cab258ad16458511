from collections.abc import Mapping
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob, ProcrastinateWorker

from afilia.batches.models import Batch
from afilia.batches.rules import State


def missing_migrations() -> set[tuple[str, str]]:
    """Migrations of this release that the database does not have, as (app, name).

    Raises OperationalError when the database does not answer.
    """
    return _known_migrations() - set(MigrationRecorder(connection).applied_migrations())


def server_version() -> int:
    """The major version of the PostgreSQL server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        (number,) = cursor.fetchone()
    return int(number) // 10_000


def jobs_by_status() -> Mapping[str, int]:
    """How many jobs are in each status of the queue; a status without jobs has 0."""
    counts = dict.fromkeys(ProcrastinateJob.STATUSES, 0)
    counts.update(ProcrastinateJob.objects.values_list("status").annotate(Count("pk")))
    return counts


def batches_by_state() -> Mapping[str, int]:
    """How many batches are in each state; a state without batches has 0."""
    counts = {state.value: 0 for state in State}
    counts.update(Batch.objects.values_list("state").annotate(Count("pk")))
    return counts


def worker_heartbeats(*, now: datetime) -> list[float]:
    """Seconds since each worker last showed itself, the freshest first."""
    heartbeats = ProcrastinateWorker.objects.order_by("-last_heartbeat").values_list(
        "last_heartbeat", flat=True
    )
    return [(now - heartbeat).total_seconds() for heartbeat in heartbeats]


@cache
def _known_migrations() -> set[tuple[str, str]]:
    return set(MigrationLoader(None).disk_migrations)
