"""Where the bytes of documents lie: below FILES_DIR, each under its own SHA-256, never changed."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from django.conf import settings


def write(content: bytes, path: Path) -> None:
    """Write the file so that it is there whole or not at all, also after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def received(sha256: str) -> Path:
    """Where a received file of that hash lies."""
    return _received() / sha256[:2] / sha256


def received_untouched(*, since: datetime) -> Iterator[Path]:
    """Received files, and what is left of ones that were never whole, that nobody wrote since a moment."""
    for path in _received().glob("*/*"):
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < since.timestamp():
                yield path


def _received() -> Path:
    return Path(settings.FILES_DIR) / "received"
