import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from afilia.audit import actions as audit
from afilia.documents import facts, queries, revocation
from afilia.documents.examination import sandbox
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.documents.rules.signatures import Revocation, SignatureFacts, with_revocation
from afilia.documents.scanner import ScannerDownError

logger = logging.getLogger(__name__)

LONGEST_VIRUS = 200  # characters of a name
AT_ONCE = 200  # files of one round
ASK_AGAIN = timedelta(hours=1)
ASK_FOR = timedelta(days=2)  # since the file came; then it stays unknown


def scan(*, received_id: UUID, now: datetime) -> ScanState | None:
    """Have one file scanned; None when there is nothing to do any more.

    Raises ScannerDownError when the scanner is to be asked again; the file waits and nobody opens it.
    """
    file = queries.to_scan(received_id)
    if file is None:
        return None
    if settings.CLAMAV is None:
        return _scanned(file, ScanState.NOT_SCANNED, "", now=now)
    virus = settings.CLAMAV.scan(queries.read_unopened(file))
    return _scanned(file, ScanState.INFECTED if virus else ScanState.CLEAN, virus, now=now)


def scan_waiting(*, now: datetime) -> int:
    """Have the files scanned that a scanner that was down, or not there yet, left waiting; how many.

    Stops at the first that the scanner does not answer for.
    """
    done = 0
    states = [ScanState.PENDING] if settings.CLAMAV is None else queries.UNSCANNED
    for file in queries.waiting_for_scan(states, most=AT_ONCE):
        try:
            done += scan(received_id=file.id, now=now) is not None
        except ScannerDownError as error:
            logger.warning("The virus scanner is down: %s", error)
            break
        except (OSError, queries.ChangedFileError):  # of this one file; the others go on
            logger.exception("Received file %s cannot be scanned", file.id)
    return done


def ask_authorities(*, received_id: UUID, now: datetime) -> None:
    """Ask the authorities whether the certificates of a file's signers are revoked, and remember the answers.

    An authority that does not answer is a fact, and asked again every hour for two days.
    """
    file = ReceivedFile.objects.filter(id=received_id, revocation_due_at__isnull=False).first()
    if file is None:
        return
    content, roots = queries.read_unopened(file), queries.root_certificates()
    verified = sandbox.verify(content, roots=roots, at=now)
    answers = revocation.ask([one.path for one in verified if one.path])
    asked = sandbox.verify(
        content, roots=roots, at=now, ocsps=answers.ocsps, crls=answers.crls, answered=True
    )
    known = {one.signature.field: one.signature for one in asked}
    _remember(
        file, [with_revocation(one, known.get(one.field)) for one in queries.signatures_of(file)], now=now
    )


def ask_due_authorities(*, now: datetime) -> None:
    """Ask about the files that are due again."""
    for file in queries.to_ask_about(now=now, most=AT_ONCE):
        try:
            ask_authorities(received_id=file.id, now=now)
        except (OSError, sandbox.BusyError, FileRefusedError, queries.ChangedFileError):
            logger.exception("The certificates of received file %s cannot be asked about", file.id)


@transaction.atomic
def _scanned(file: ReceivedFile, state: ScanState, virus: str, *, now: datetime) -> ScanState | None:
    same = ReceivedFile.objects.filter(id=file.id, scan=file.scan).exclude(scan=state)
    if not same.update(scan=state, virus=virus[:LONGEST_VIRUS], scanned_at=now):
        return None
    audit.record(
        "document.scanned",
        actor="system",
        subject=f"received:{file.id}",
        at=now,
        facts={"state": state, "virus": virus},
    )
    return state


@transaction.atomic
def _remember(file: ReceivedFile, signatures: list[SignatureFacts], *, now: datetime) -> None:
    locked = ReceivedFile.objects.select_for_update().filter(id=file.id).first()
    if locked is None:
        return
    before = locked.signatures
    unknown = any(one.revocation in {Revocation.PENDING, Revocation.UNREACHABLE} for one in signatures)
    again = now + ASK_AGAIN
    locked.signatures = [facts.as_json(one) for one in signatures]
    locked.revocation_due_at = again if unknown and again <= locked.received_at + ASK_FOR else None
    locked.save(update_fields=["signatures", "revocation_due_at"])
    if locked.signatures != before:
        audit.record(
            "document.authorities-answered",
            actor="system",
            subject=f"received:{file.id}",
            at=now,
            facts={state: sum(one.revocation is state for one in signatures) for state in Revocation},
        )
