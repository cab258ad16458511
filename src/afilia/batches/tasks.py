from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.batches import actions


@app.task(name="batches.plan")
def plan(batch_id: str, attempt: int) -> None:
    actions.plan(batch_id=UUID(batch_id), attempt=attempt, now=timezone.now(), clock=timezone.now)


@app.task(name="batches.register")
def register(batch_id: str) -> None:
    actions.register(batch_id=UUID(batch_id), now=timezone.now(), clock=timezone.now)


@app.task(name="batches.receipt")
def receipt(batch_id: str) -> None:
    actions.issue_receipt(batch_id=UUID(batch_id), now=timezone.now())
