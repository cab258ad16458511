import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from afilia.audit import actions as audit
from afilia.documents import facts, files, queries, signing
from afilia.documents.examination import sandbox
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import Refusal, ScanState, shown_name
from afilia.documents.rules.signatures import Revocation, SignatureFacts
from afilia.kit import queue
from afilia.procedures.rules import Format

BYTES_LOCK = 0x72656365  # "rece": advisory locks (BYTES_LOCK, part of a hash)


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A file that may be kept, harmless in its structure; the bytes of one that is not go at night."""

    kind: Format
    name: str
    size: int  # bytes of what is kept
    pages: int
    sha256: str  # of what is kept
    received_sha256: str  # of what came
    signatures: tuple[SignatureFacts, ...]


def prepare(
    *,
    chunks: Iterable[bytes],
    name: str,
    most: int,
    accept: Collection[Format] = frozenset(Format),
    now: datetime,
) -> Prepared:
    """Open a file of at most `most` bytes in the sandbox, read its signatures and store what is to be kept.

    A photo is written anew without what the camera said of place and time, a PDF without what nobody sees;
    one with signatures stays byte for byte. Not for a transaction: it takes from hundredths to seconds.
    Raises FileRefusedError; BusyError when too many files come at once, and OSError when the disk is full:
    both say nothing about the file.
    """
    content = _within(chunks, most)
    examined = sandbox.examine(content, accept=accept, roots=queries.root_certificates(), at=now)
    sha256 = hashlib.sha256(examined.content).hexdigest()
    files.write(examined.content, files.received(sha256))
    ours = signing.fingerprints()
    return Prepared(
        kind=examined.kind,
        name=shown_name(name, examined.kind),
        size=len(examined.content),
        pages=examined.pages,
        sha256=sha256,
        received_sha256=hashlib.sha256(content).hexdigest(),
        signatures=tuple(_marked(signature, ours) for signature in examined.signatures),
    )


@transaction.atomic
def keep(*, prepared: Prepared, actor: str, now: datetime) -> ReceivedFile:
    """Give a prepared file its row, and ask for its scan and for what authorities say of its certificates.

    It records in the ledger, so call it near the end of the transaction that the file belongs to. Raises
    BusyError in the one case that the bytes went meanwhile: nothing is lost but the time to send them again.
    """
    _hold(prepared.sha256)
    if not files.received(prepared.sha256).exists():
        raise sandbox.BusyError
    asks = any(signature.revocation is Revocation.PENDING for signature in prepared.signatures)
    file = ReceivedFile.objects.create(
        kind=prepared.kind,
        name=prepared.name,
        size=prepared.size,
        pages=prepared.pages,
        sha256=prepared.sha256,
        received_sha256=prepared.received_sha256,
        received_at=now,
        signatures=[facts.as_json(signature) for signature in prepared.signatures],
        revocation_due_at=now if asks else None,
        scan=ScanState.PENDING if settings.CLAMAV else ScanState.NOT_SCANNED,
    )
    if settings.CLAMAV:
        queue.defer("documents.scan", received_id=str(file.id))
    if asks:
        queue.defer("documents.ask_authorities", received_id=str(file.id))
    audit.record(
        "document.received",
        actor=actor,
        subject=f"received:{file.id}",
        at=now,
        facts={
            "sha256": file.sha256,
            "received_sha256": file.received_sha256,
            "kind": file.kind,
            "size": file.size,
            "signatures": len(prepared.signatures),
        },
    )
    return file


def receive(
    *,
    chunks: Iterable[bytes],
    name: str,
    most: int,
    accept: Collection[Format] = frozenset(Format),
    actor: str,
    now: datetime,
) -> ReceivedFile:
    """Prepare a file and keep it. Raises like `prepare`."""
    prepared = prepare(chunks=chunks, name=name, most=most, accept=accept, now=now)
    return keep(prepared=prepared, actor=actor, now=now)


@transaction.atomic
def discard(*, received_id: UUID, actor: str, now: datetime) -> None:
    """Forget a file; its bytes go at night, unless another has the same. Nothing when it is gone already."""
    file = ReceivedFile.objects.select_for_update().filter(id=received_id).first()
    if file is None:
        return
    file.delete()
    audit.record(
        "document.discarded",
        actor=actor,
        subject=f"received:{received_id}",
        at=now,
        facts={"sha256": file.sha256},
    )


def tidy(*, before: datetime) -> int:
    """Delete the bytes that no row has and that nobody wrote since; how many files went."""
    gone = 0
    for path in files.received_untouched(since=before):
        with transaction.atomic():
            if _hold_alone(path.name) and queries.unnamed([path.name]):
                path.unlink(missing_ok=True)
                gone += 1
    return gone


def _within(chunks: Iterable[bytes], most: int) -> bytes:
    content = bytearray()
    for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise FileRefusedError(Refusal.TOO_LARGE)
    return bytes(content)


def _marked(signature: SignatureFacts, ours: Collection[str]) -> SignatureFacts:
    """Ours is known by its certificate alone; the roots are for the signatures of others."""
    if not (signature.intact and signature.certificate in ours):
        return signature
    return replace(signature, institution=True, revocation=Revocation.NOT_STATED)


def _hold(sha256: str) -> None:
    """Keep the bytes of a hash from being tidied away until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [BYTES_LOCK, _lock_of(sha256)])


def _hold_alone(sha256: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [BYTES_LOCK, _lock_of(sha256)])
        (held,) = cursor.fetchone()
    return bool(held)


def _lock_of(sha256: str) -> int:
    return int.from_bytes(hashlib.sha256(sha256.encode()).digest()[:4], signed=True)
