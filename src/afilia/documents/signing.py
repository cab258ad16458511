"""The institution's signature on its documents: PAdES, with the certificate of AFILIA_SIGNING_PKCS12."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1_x509
from django.conf import settings

from afilia.documents import made_up
from afilia.kit.environment import SettingError
from afilia.kit.secret_files import write_once

if TYPE_CHECKING:
    from afilia.documents.pades import Signer

MAX_BYTES = 10 * 1024 * 1024  # of a document that somebody wants examined
FIELD = "FirmaInstitucional"
DEMO_NAME = "Afilia demo – sin valor legal"

# In a PDF a signature is a long string of hexadecimal digits; ours has at least 2,000 of them.
CONTAINER = re.compile(rb"<([0-9A-Fa-f]{2000,})>")

REVISION_END = re.compile(rb"%%EOF(?:\r\n|\r|\n)?")
MOST_REVISIONS = 20  # ours is among the first two


class Verdict(StrEnum):
    GENUINE = "genuine"  # signed by us, and the signature covers every byte
    ALTERED = "altered"  # carries our signature, but is not what we signed
    NOT_OURS = "not-ours"
    NOT_PDF = "not-pdf"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a file turned out to be, and the name in our certificate where it is genuine."""

    verdict: Verdict
    signed_by: str = ""


def sign(pdf: bytes, *, at: dt.datetime, others_sign: bool = False) -> bytes:
    """Certify the PDF with the institution's signature (PAdES B-B, ETSI.CAdES.detached), no change permitted.

    Where others sign after us it is a signature like theirs: readers refuse a visible one on a certified PDF.

    SettingError when the certificate cannot be read or is not valid at `at`.
    """
    signer = _signer()
    certificate = _certificates()[0]
    if not certificate.not_valid_before <= at <= certificate.not_valid_after:
        raise SettingError(
            f"The certificate in AFILIA_SIGNING_PKCS12 is valid from {certificate.not_valid_before:%Y-%m-%d} "
            f"to {certificate.not_valid_after:%Y-%m-%d}; set a file with a current one."
        )
    from afilia.documents import pades  # noqa: PLC0415  a third of a second for whoever never signs

    return pades.sign(
        pdf,
        signer,
        field=FIELD,
        title="Firma electrónica de la institución",
        name=_name(certificate),
        at=at,
        others_sign=others_sign,
    )


def examine(pdf: bytes) -> Finding:
    """Say whether the institution signed exactly these bytes.

    The PDF is never parsed and nothing is fetched: a signature of ours over all bytes except its own
    container proves the whole file, and the search for containers takes time linear in at most MAX_BYTES.
    """
    if len(pdf) > MAX_BYTES or not is_pdf(pdf):
        return Finding(verdict=Verdict.NOT_PDF)
    claims = [
        (container, named) for container in CONTAINER.finditer(pdf) if (named := _certificates_in(container))
    ]
    if not claims:
        return Finding(verdict=Verdict.NOT_OURS)
    # Only the last one can cover the whole file; so a file full of them costs no more than one.
    container, named = claims[-1]
    digest = hashlib.sha256(pdf[: container.start()] + pdf[container.end() :]).digest()
    for certificate in named:
        if _is_signature(_content(container), certificate, digest):
            return Finding(verdict=Verdict.GENUINE, signed_by=_name(certificate))
    return Finding(verdict=Verdict.ALTERED)


def revisions(pdf: bytes) -> set[str]:
    """The SHA-256, in hexadecimal, of what the file was before something was appended to it, with its own.

    Whoever signs a PDF appends: what was there before stays in front. The first MOST_REVISIONS count.
    """
    ends = {len(pdf)}
    for marker in islice(REVISION_END.finditer(pdf), MOST_REVISIONS):
        ends |= {marker.start() + len("%%EOF"), marker.end()}
    digest, done, found = hashlib.sha256(), 0, set()
    for end in sorted(ends):
        digest.update(pdf[done:end])
        done = end
        found.add(digest.copy().hexdigest())
    return found


def is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]  # ISO 32000-1, annex H, note 13


def fingerprints() -> frozenset[str]:
    """The SHA-256 of the institution's certificates, in hexadecimal."""
    return frozenset(certificate.sha256.hex() for certificate in _certificates())


def valid_from() -> dt.datetime:
    """Since when the certificate that signs is good; SettingError as `check`."""
    since: dt.datetime = _certificates()[0].not_valid_before
    return since


def valid_until() -> dt.datetime:
    """When the certificate that signs expires; SettingError as `check`."""
    until: dt.datetime = _certificates()[0].not_valid_after
    return until


def check() -> None:
    """Load the certificate and key, in the demo after making them; SettingError says what is wrong."""
    _signer()


def _content(container: re.Match[bytes]) -> bytes:
    digits = container[1].decode()
    return bytes.fromhex(digits + "0" * (len(digits) % 2))  # ISO 32000-1, 7.3.4.3


def _certificates_in(container: re.Match[bytes]) -> list[asn1_x509.Certificate]:
    content = _content(container)
    return [certificate for certificate in _certificates() if certificate.dump() in content]


def _is_signature(container: bytes, certificate: asn1_x509.Certificate, digest: bytes) -> bool:
    from afilia.documents import pades  # noqa: PLC0415  a third of a second for whoever never signs

    try:
        return pades.is_signature(container, certificate, digest)
    except Exception:  # noqa: BLE001  whatever breaks the parser, it is not a signature of ours
        return False


def _certificates() -> list[asn1_x509.Certificate]:
    """The institution's: the one in use, and earlier ones that the PKCS #12 file may keep beside it."""
    signer = _signer()
    return [signer.signing_cert, *(one for one in signer.cert_registry if not one.ca)]


def _name(certificate: asn1_x509.Certificate) -> str:
    return str(certificate.subject.native.get("common_name", certificate.subject.human_friendly))


def _signer() -> Signer:
    return _load(settings.SIGNING_PKCS12, settings.SIGNING_PASSWORD)


@functools.lru_cache(maxsize=4)
def _load(path: Path, password: str) -> Signer:
    from afilia.documents import pades  # noqa: PLC0415  a third of a second for whoever never signs

    if settings.DEMO and not path.exists():
        write_once(path, made_up.institution(DEMO_NAME, password=password))
    try:
        return pades.load_pkcs12(path.read_bytes(), password.encode())
    except OSError as error:
        raise SettingError(
            f"AFILIA_SIGNING_PKCS12 is {path}, which cannot be read: {error.strerror}."
        ) from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SettingError(
            f"AFILIA_SIGNING_PKCS12 is {path}, which is no PKCS #12 file with a key and a certificate "
            "that AFILIA_SIGNING_PASSWORD opens."
        ) from error
