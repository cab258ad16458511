from datetime import datetime
from uuid import UUID

from django.db import transaction

from afilia.audit import actions as audit
from afilia.batches import files, queries
from afilia.batches.actions.steps import Sender, move
from afilia.batches.models import Batch
from afilia.batches.rules import UNCONFIRMED, State


def discard(*, batch_id: UUID, sender: Sender, now: datetime) -> bool:
    """Discard a batch that was not confirmed: delete its files; False when it has gone on since.

    Its row stays, with its counts: it says what happened, and the ledger names it.
    Raises Batch.DoesNotExist for one of another employer.
    """
    batch = Batch.objects.get(pk=batch_id, employer=sender.employer)
    done = _discard(batch.pk, sender=sender, now=now)
    _delete_files(batch.pk)
    return done


def discard_unconfirmed(*, before: datetime, now: datetime) -> None:
    """Discard what nobody touched since a moment, and delete what killed processes left of their work."""
    for batch_id in queries.unconfirmed_since(before):
        _discard(batch_id, sender=None, now=now, before=before)
    for batch_id in queries.discarded():
        if files.are_there(batch_id):
            _delete_files(batch_id)


def forget_uploads_cut_off(*, before: datetime) -> None:
    """Delete what processes left that died while an upload came in: no batch names it, and it is old."""
    files.discard_waiting(before=before)
    left = [*files.folders_untouched(since=before)]
    for batch_id in {*left}.difference(queries.numbers(left)):
        files.delete_folder(batch_id)


@transaction.atomic
def _discard(batch_id: UUID, *, sender: Sender | None, now: datetime, before: datetime | None = None) -> bool:
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    late = before is None or queries.unconfirmed_since(before).filter(pk=batch_id).exists()
    if batch.state not in UNCONFIRMED or not late:
        return False
    move(batch, to=State.DISCARDED)
    batch.decided_at = None  # there is no plan any more
    batch.discarded_at = now
    batch.discarded_by = sender.by_number if sender else ""
    batch.save()
    audit.record(
        "batch.discarded",
        actor=sender.actor if sender else "system",
        subject=f"batch:{batch.id}",
        at=now,
        facts={"sha256": batch.sha256, "size": batch.size},
    )
    return True


@transaction.atomic
def _delete_files(batch_id: UUID) -> None:
    """Delete the files of a discarded batch; not of one that was sent again meanwhile."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id)
    if batch.state == State.DISCARDED:
        files.delete_folder(batch.id)
