import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from django.db import transaction

from afilia.audit import actions as audit
from afilia.documents import queries
from afilia.documents.models import IssuedDocument


def issue(
    *, kind: str, number: str, pdf: bytes, at: datetime, code: str, actor: str = "system"
) -> IssuedDocument:
    """Keep a signed PDF and make it verifiable; asked again for the same kind and number, nothing changes.

    The file is on the disk, under its own hash, before its row is written: a process that dies between the
    two, or loses the race to another, leaves a file that no row names. Of several PDFs for one number the
    first row wins, and all callers get it.
    """
    if issued := queries.by_number(kind=kind, number=number):
        return issued
    sha256 = hashlib.sha256(pdf).hexdigest()
    file = f"documents/{sha256[:2]}/{sha256}.pdf"
    _store(pdf, queries.path_of(file))
    with transaction.atomic():
        document, created = IssuedDocument.objects.get_or_create(
            kind=kind,
            number=number,
            defaults={
                "code_digest": queries.code_digest(code),
                "issued_at": at,
                "file": file,
                "sha256": sha256,
            },
        )
        if created:
            audit.record(
                "document.issued",
                actor=actor,
                subject=f"document:{kind}:{number}",
                at=at,
                facts={"sha256": sha256},
            )
    return document


def _store(content: bytes, path: Path) -> None:
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
