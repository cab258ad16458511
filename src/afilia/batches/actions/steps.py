"""What the actions of a batch share."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from afilia.batches.models import Batch, Progress
from afilia.batches.rules import State, may_move
from afilia.employers.models import Employer
from afilia.kit import queue

Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who files: a person with a key, one who helps the employer, or an operator without a key."""

    employer: Employer
    by_number: str
    key_id: int | None
    branches: frozenset[str] | None  # None: all of the employer's
    delegation_id: int | None = None  # by which the employer gave a helper access

    @property
    def actor(self) -> str:
        if self.delegation_id is not None:
            return f"helper:{self.delegation_id}"
        return f"holder:{self.key_id}" if self.key_id else f"operator:{self.by_number}"


def move(batch: Batch, *, to: State) -> None:
    if not may_move(old=State(batch.state), new=to):
        raise ValueError(f"a batch cannot go from {batch.state} to {to}")
    batch.state = to


def ask_for_plan(batch: Batch) -> None:
    """Save a batch as one that waits for its plan, and ask for it."""
    batch.state = State.RECEIVED
    batch.attempt += 1
    batch.decided_at = None
    batch.discarded_at = None
    batch.save()
    Progress.objects.update_or_create(batch=batch, defaults={"percent": 0, "lines": 0})
    queue.defer("batches.plan", batch_id=str(batch.id), attempt=batch.attempt)
