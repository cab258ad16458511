import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from afilia.documents import facts, files
from afilia.documents.models import ReceivedFile, TrustRoot
from afilia.documents.rules.files import OPENABLE, ScanState
from afilia.documents.rules.signatures import SignatureFacts

UNSCANNED = (ScanState.PENDING, ScanState.NOT_SCANNED)


class NotOpenableError(Exception):
    """A file that nobody may open: the scanner has not said that it is clean."""

    def __init__(self, state: ScanState) -> None:
        super().__init__(state)
        self.state = state


class ChangedFileError(Exception):
    """The bytes on the disk are not those that were received."""


def check_openable(file: ReceivedFile) -> None:
    """Raise NotOpenableError unless staff may open the file: it is clean, or there is no scanner."""
    if file.scan not in OPENABLE:
        raise NotOpenableError(ScanState(file.scan))


def read_received(file: ReceivedFile) -> bytes:
    """The bytes of a file that may be opened.

    Raises NotOpenableError, ChangedFileError, FileNotFoundError when it is gone from FILES_DIR.
    """
    check_openable(file)
    return read_unopened(file)


def read_unopened(file: ReceivedFile) -> bytes:
    """The bytes of a file for programs, whatever the scanner said. Raises like `read_received`."""
    content = files.received(file.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != file.sha256:
        raise ChangedFileError(str(file.id))
    return content


def signatures_of(file: ReceivedFile) -> tuple[SignatureFacts, ...]:
    """What is known about the signatures of a file, in the order of its fields."""
    return tuple(facts.from_json(raw) for raw in file.signatures)


def to_scan(received_id: UUID) -> ReceivedFile | None:
    """The file if the scanner is still to say something about it."""
    return ReceivedFile.objects.filter(id=received_id, scan__in=UNSCANNED).first()


def waiting_for_scan(states: Collection[ScanState], *, most: int) -> QuerySet[ReceivedFile]:
    """Files in some of the states UNSCANNED, the oldest first, at most so many."""
    return ReceivedFile.objects.filter(scan__in=states).order_by("received_at")[:most]


def to_ask_about(*, now: datetime, most: int) -> QuerySet[ReceivedFile]:
    """Files about whose certificates the authorities are to be asked again."""
    due = ReceivedFile.objects.filter(revocation_due_at__lte=now)
    return due.order_by("revocation_due_at")[:most]


def scans() -> Mapping[str, int]:
    """How many received files are in each state of the scan; a state without files has 0."""
    counts = {state.value: 0 for state in ScanState}
    counts.update(ReceivedFile.objects.values_list("scan").annotate(Count("pk")))
    return counts


def longest_scan_wait(*, now: datetime) -> timedelta:
    """How long the oldest file has waited for the scanner; nothing when none waits."""
    oldest = ReceivedFile.objects.filter(scan=ScanState.PENDING).aggregate(at=Min("received_at"))["at"]
    return now - oldest if oldest else timedelta(0)


def unnamed(hashes: Iterable[str]) -> set[str]:
    """Those of the hashes that no received file has."""
    wanted = set(hashes)
    named = ReceivedFile.objects.filter(sha256__in=wanted).values_list("sha256", flat=True)
    return wanted - set(named)


def trust_roots() -> QuerySet[TrustRoot]:
    return TrustRoot.objects.order_by("name", "fingerprint")


def root_certificates() -> list[bytes]:
    """The certificates of trusted authorities, in DER."""
    return [bytes(root.certificate) for root in trust_roots()]
