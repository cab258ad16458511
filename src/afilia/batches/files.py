"""Where the files of a batch lie: below FILES_DIR/batches/<id>/ the upload and the folders of its plans."""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from afilia.batches.models import Batch
from afilia.novedades.reading import FileFacts
from afilia.novedades.rules.marks import no_findings

MEGABYTE = 1024 * 1024
MODE = 0o640  # of uploads: what comes from a form is a temporary file, for one user alone


def _root() -> Path:
    return Path(settings.FILES_DIR) / "batches"


def folder(batch: Batch) -> Path:
    return _root() / str(batch.id)


def plan_folder(batch: Batch) -> Path:
    return folder(batch) / f"plan-{batch.attempt}"


def open_upload(batch: Batch) -> BinaryIO:
    return (folder(batch) / "upload").open("rb")


def facts_of(batch: Batch) -> FileFacts:
    """What the check found out about the file, as reading its lines again needs it."""
    return FileFacts(
        sha256=batch.sha256,
        size=batch.size,
        encoding=batch.summary["encoding"],
        line_ends=batch.summary["line_ends"],
        findings=no_findings(),
        refused=False,
    )


@dataclass(frozen=True, kw_only=True)
class Stored:
    """An upload on the disk that no batch has yet."""

    path: Path
    sha256: str
    size: int  # bytes

    def keep(self, batch: Batch) -> None:
        """Make it the upload of a batch."""
        target = folder(batch)
        target.mkdir(parents=True, exist_ok=True)
        self.path.replace(target / "upload")

    def discard(self) -> None:
        self.path.unlink(missing_ok=True)


class TooLargeError(Exception):
    """An upload has more bytes than it may have."""


def _waiting() -> Path:
    """Where uploads come in; FILE_UPLOAD_TEMP_DIR is the same folder."""
    return _root() / "waiting"


def discard_waiting(*, before: datetime) -> None:
    """Discard the uploads that no batch has and to which nothing was added since."""
    for path in _waiting().glob("*"):
        with suppress(FileNotFoundError):  # a batch took it at this moment
            if path.stat().st_mtime < before.timestamp():
                path.unlink()


def store(chunks: Iterable[bytes], *, most: int) -> Stored:
    """Write an upload of at most so many bytes to the disk whole.

    A TooLargeError or an OSError (a full disk) leaves nothing behind.
    """
    _waiting().mkdir(parents=True, exist_ok=True)
    path = _waiting() / uuid.uuid4().hex
    digest, size = hashlib.sha256(), 0
    try:
        with path.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > most:
                    raise TooLargeError
                file.write(chunk)
                digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return Stored(path=path, sha256=digest.hexdigest(), size=size)


def take(path: Path, *, most: int) -> Stored:
    """Take over an upload that lies on the same disk already, without copying it; else like `store`."""
    size = path.stat().st_size
    if size > most:
        raise TooLargeError
    target = _waiting() / uuid.uuid4().hex
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
        os.fsync(file.fileno())
    target.parent.mkdir(parents=True, exist_ok=True)
    path.chmod(MODE)
    path.replace(target)
    return Stored(path=target, sha256=digest.hexdigest(), size=size)


def are_there(batch_id: uuid.UUID) -> bool:
    """Whether a batch has files on the disk."""
    return (_root() / str(batch_id)).exists()


def folders_untouched(*, since: datetime) -> Iterator[uuid.UUID]:
    """The numbers of batches that have a folder in which nothing came or went since a moment."""
    for path in _root().glob("*-*-*-*-*"):
        with suppress(FileNotFoundError, ValueError):  # discarded at this moment; not one of ours
            if path.stat().st_mtime < since.timestamp():
                yield uuid.UUID(path.name)


def delete_folder(batch_id: uuid.UUID) -> None:
    """Delete all the files of a batch."""
    shutil.rmtree(_root() / str(batch_id), ignore_errors=True)


def drop_older_plans(batch: Batch) -> None:
    """Remove the folders of plans but for the last two: a page may still read the one before."""
    kept = {f"plan-{batch.attempt}", f"plan-{batch.attempt - 1}"}
    for old in folder(batch).glob("plan-*"):
        if old.name not in kept:
            shutil.rmtree(old, ignore_errors=True)
