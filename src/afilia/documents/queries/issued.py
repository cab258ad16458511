import hashlib
import logging
import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.urls import reverse

from afilia.documents import signing
from afilia.documents.models import SIGNED_BY_OTHERS, IssuedDocument
from afilia.kit import codes

logger = logging.getLogger(__name__)

CODE_LENGTH = codes.CODE_BYTES * 8 // 5  # characters of base32, without hyphens
LOOKALIKES = str.maketrans("018", "OIB")  # base32 has no 0, 1 or 8


class Outcome(StrEnum):
    GENUINE = "genuine"
    EXTENDED = (
        "extended"  # a genuine one that others sign, and something was appended: their signature, or more
    )
    ALTERED = "altered"  # carries our signature, but is not what we signed
    UNREGISTERED = "unregistered"  # signed by us, but not among the documents issued
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What anyone may learn about a document; `document` where it is or was genuine."""

    outcome: Outcome
    document: IssuedDocument | None = None
    signed_by: str = ""  # the name in the certificate


def code_of(*, kind: str, number: str) -> str:
    """The code that is printed on this document, always the same: `ABCD-EFGH-…`."""
    return codes.derive(settings.CODES_KEY, purpose="document", subject=f"{kind}:{number}")


def verify_url(code: str) -> str:
    """The public address that answers for a code, printed as QR."""
    return f"{settings.PUBLIC_URL}{reverse('documents:verify-code', args=[code])}"


def plain_code(typed: str) -> str:
    """The code as it was derived, from what a person typed or read: case, signs and 0, 1, 8 do not matter."""
    return re.sub(r"[^A-Z0-9]", "", typed.upper()).translate(LOOKALIKES)


def code_digest(typed: str) -> bytes:
    """The keyed hash under which a document is found by its code."""
    return codes.digest(settings.CODES_KEY, purpose="document", typed=plain_code(typed))


def by_code(typed: str) -> IssuedDocument | None:
    return IssuedDocument.objects.filter(code_digest=code_digest(typed)).first()


def by_number(*, kind: str, number: str) -> IssuedDocument | None:
    return IssuedDocument.objects.filter(kind=kind, number=number).first()


def by_file(sha256: str) -> IssuedDocument | None:
    """The document whose signed file has this hash, in hexadecimal."""
    return IssuedDocument.objects.filter(sha256=sha256).first()


def open_document(document: IssuedDocument) -> BinaryIO:
    """The signed file, for reading; FileNotFoundError when it is gone from FILES_DIR."""
    return path_of(document.file).open("rb")


def path_of(file: str) -> Path:
    return Path(settings.FILES_DIR) / file


def answer_for_code(typed: str) -> Answer:
    """What the register of issued documents says about a code."""
    document = by_code(typed)
    if document is None:
        return Answer(outcome=Outcome.UNKNOWN)
    return Answer(outcome=Outcome.GENUINE, document=document, signed_by=_signed_by(document))


def answer_for_file(pdf: bytes) -> Answer:
    """What the register and the signature say about a file of at most signing.MAX_BYTES."""
    finding = signing.examine(pdf)
    if document := by_file(hashlib.sha256(pdf).hexdigest()):
        return Answer(outcome=Outcome.GENUINE, document=document, signed_by=finding.signed_by)
    if finding.verdict is signing.Verdict.GENUINE:
        return Answer(outcome=Outcome.UNREGISTERED)
    if document := signed_later(pdf):
        return Answer(outcome=Outcome.EXTENDED, document=document, signed_by=_signed_by(document))
    if finding.verdict is signing.Verdict.ALTERED:
        return Answer(outcome=Outcome.ALTERED)
    return Answer(outcome=Outcome.UNKNOWN)


def signed_later(pdf: bytes) -> IssuedDocument | None:
    """The document that we issued and others signed, which a file begins with or is."""
    found = IssuedDocument.objects.filter(sha256__in=signing.revisions(pdf), kind__in=SIGNED_BY_OTHERS)
    return found.first()


def _signed_by(document: IssuedDocument) -> str:
    try:
        with open_document(document) as file:
            return signing.examine(file.read()).signed_by
    except OSError:  # the register still knows that the code is genuine
        logger.exception("The file of document %s cannot be read", document.pk)
        return ""
