from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from afilia.audit import actions as audit
from afilia.batches import files, queries
from afilia.batches.actions.steps import Sender, ask_for_plan
from afilia.batches.models import Batch
from afilia.batches.rules import State

MENDED_LINES = 500  # the most that one page mends
MENDED_STEM = 150  # characters kept of the name that a mended file takes over


class UploadRefusal(StrEnum):
    TOO_LARGE = "too-large"
    DISK_FULL = "disk-full"
    TOO_MUCH_WAITING = "too-much-waiting"  # of the employer, not confirmed yet


class UploadRefusedError(Exception):
    """An upload was not taken; nothing of it was kept."""

    def __init__(self, reason: UploadRefusal) -> None:
        super().__init__(reason)
        self.reason = reason


def receive(
    *,
    sender: Sender,
    novedad: str,
    file_name: str,
    chunks: Iterable[bytes] | Path,
    now: datetime,
    parent: Batch | None = None,
) -> Batch:
    """Store an upload and have it planned; the same bytes for the same branches are the same batch.

    `chunks` are the parts of the file, or where it lies below FILES_DIR; from there it is taken away. A batch
    that is registered, or about to be, is given back as it is; any other is planned again, as the history
    may have changed, and stays with who sent it first. Raises UploadRefusedError.
    """
    try:
        if isinstance(chunks, Path):
            stored = files.take(chunks, most=settings.POLICY.max_bytes)
        else:
            stored = files.store(chunks, most=settings.POLICY.max_bytes)
    except files.TooLargeError as error:
        raise UploadRefusedError(UploadRefusal.TOO_LARGE) from error
    except OSError as error:
        raise UploadRefusedError(UploadRefusal.DISK_FULL) from error
    try:
        return _take(sender, stored, novedad=novedad, file_name=file_name, now=now, parent=parent)
    except IntegrityError:  # the same bytes came twice at once, and the other was first
        return _take(sender, stored, novedad=novedad, file_name=file_name, now=now, parent=parent)
    finally:
        stored.discard()


@transaction.atomic
def _take(
    sender: Sender, stored: files.Stored, *, novedad: str, file_name: str, now: datetime, parent: Batch | None
) -> Batch:
    same = _same(sender, stored.sha256)
    if same and same.state in {State.CONFIRMED, State.REGISTERED}:
        return same
    kept = same is not None and same.state != State.DISCARDED
    batch = same or Batch(employer=sender.employer, sha256=stored.sha256, size=stored.size)
    if not kept:
        _hold_to_quota(sender, stored.size)
        batch.key_id = sender.key_id
        batch.by_number = sender.by_number
        batch.own_to = sender.by_number if sender.branches is not None else ""
        batch.file_name = file_name
        batch.received_at = now
    batch.novedad = novedad
    if parent is not None and parent.pk != batch.pk:
        batch.parent = batch.parent or parent
    ask_for_plan(batch)
    if not kept or not files.are_there(batch.id):  # gone: of a backup that was taken in between
        stored.keep(batch)
    audit.record(
        "batch.received",
        actor=sender.actor,
        subject=f"batch:{batch.id}",
        at=now,
        facts={"sha256": batch.sha256, "size": batch.size, "again": same is not None},
    )
    return batch


@transaction.atomic
def judge_as(*, batch_id: UUID, sender: Sender, novedad: str, now: datetime) -> None:
    """Have a file that was refused judged as one of another type; nothing when it has gone on since."""
    batch = Batch.objects.select_for_update(no_key=True).get(pk=batch_id, employer=sender.employer)
    if batch.state != State.REFUSED:
        return
    batch.novedad = novedad
    ask_for_plan(batch)
    audit.record(
        "batch.judged-again",
        actor=sender.actor,
        subject=f"batch:{batch.id}",
        at=now,
        facts={"novedad": novedad},
    )


def _same(sender: Sender, sha256: str) -> Batch | None:
    """The batch of the same bytes for the same branches, locked.

    For the whole employer also what somebody with a key to some branches had registered to the last line.
    """
    batches = Batch.objects.select_for_update(no_key=True).filter(employer=sender.employer, sha256=sha256)
    if sender.branches is not None:
        return batches.filter(own_to=sender.by_number).first()
    whole = Q(summary__rejected=0) & (Q(summary__corrections=0) | Q(corrections_meant=True))
    done = batches.filter(whole, state=State.REGISTERED).order_by("registered_at")
    return batches.filter(own_to="").first() or done.first()


def _hold_to_quota(sender: Sender, size: int) -> None:
    count, total = queries.unconfirmed(sender.employer)
    if (
        count >= settings.UNCONFIRMED_MAX_BATCHES
        or total + size > settings.UNCONFIRMED_MAX_MB * files.MEGABYTE
    ):
        raise UploadRefusedError(UploadRefusal.TOO_MUCH_WAITING)


def mend(*, sender: Sender, batch: Batch, lines: list[str], now: datetime) -> Batch:
    """Send mended lines of a batch as a batch of their own, which is planned like any other.

    `lines` are whole records; empty ones are left out. Raises UploadRefusedError.
    """
    text = "".join(f"{line}\r\n" for line in lines if line.strip())
    stem, dot, ending = batch.file_name.rpartition(".")
    return receive(
        sender=sender,
        novedad=batch.novedad,
        file_name=f"{(stem or ending)[:MENDED_STEM]}_corregido{dot}{ending if dot else ''}",
        chunks=[text.encode()],
        now=now,
        parent=batch,
    )
