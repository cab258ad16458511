"""One step of a batch in a process of its own, as the worker does it; prints what it took as JSON.

python -m bench.batch receive FILE        stores the file, gives the batch
python -m bench.batch plan BATCH
python -m bench.batch register BATCH
"""

import json
import sys
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import django

from bench.measure import own_peak


def main(step: str, subject: str) -> None:
    django.setup()
    print(json.dumps(STEPS[step](subject)))


def receive(path: str) -> dict[str, object]:
    from django.utils import timezone

    from afilia.batches import actions

    file = Path(path)
    with file.open("rb") as opened:
        batch = actions.receive(
            sender=_sender(),
            novedad="MSU",
            file_name=file.name,
            chunks=iter(lambda: opened.read(1024 * 1024), b""),
            now=timezone.now(),
        )
    return {"batch": str(batch.id)}


def plan(batch_id: str) -> dict[str, object]:
    from django.utils import timezone

    from afilia.batches import actions, queries
    from afilia.batches.models import Batch

    batch = Batch.objects.get(pk=batch_id)
    began = time.perf_counter()
    actions.plan(batch_id=batch.id, attempt=batch.attempt, now=timezone.now())
    seconds = time.perf_counter() - began
    batch.refresh_from_db()
    return {"seconds": seconds, "peak": own_peak(), "new": queries.counts(batch).new}


def register(batch_id: str) -> dict[str, object]:
    from django.utils import timezone

    from afilia.batches import actions
    from afilia.batches.rules import Mode
    from afilia.novedades.models import Novedad

    refusal = actions.confirm(
        batch_id=UUID(batch_id),
        sender=_sender(),
        mode=Mode.ALL,
        max_error_percent=None,
        corrections_meant=False,
        now=timezone.now(),
    )
    if refusal:
        raise SystemExit(f"the batch may not be registered: {refusal}")
    before = Novedad.objects.count()
    began = time.perf_counter()
    actions.register(batch_id=UUID(batch_id), now=timezone.now())
    seconds = time.perf_counter() - began
    return {"seconds": seconds, "peak": own_peak(), "new": Novedad.objects.count() - before}


def _sender() -> Any:
    from afilia.batches.actions import Sender
    from afilia.employers.models import Employer
    from bench import data

    employer = Employer.objects.get(ruc=data.RUC)
    return Sender(employer=employer, by_number="bench", key_id=None, branches=None)


STEPS = {"receive": receive, "plan": plan, "register": register}

if __name__ == "__main__":
    main(*sys.argv[1:])
