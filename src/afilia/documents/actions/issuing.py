import hashlib
from datetime import datetime

from django.db import transaction

from afilia.audit import actions as audit
from afilia.documents import files, queries
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
    files.write(pdf, queries.path_of(file))
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
