"""Asks certification authorities whether certificates are revoked; the sandbox judges what they answer."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

TIMEOUT = 5.0  # seconds for one address
BUDGET = 20.0  # seconds for one file
MOST_BYTES = 10 * 1024 * 1024  # of a list of revoked certificates
OCSP_HEADERS = {"Content-Type": "application/ocsp-request"}
MOST_ADDRESSES = 2  # of a kind and a certificate


@dataclass
class Answers:
    """What authorities answered, in DER."""

    ocsps: list[bytes] = field(default_factory=list)
    crls: list[bytes] = field(default_factory=list)


def ask(paths: Sequence[Sequence[bytes]]) -> Answers:
    """Ask about each certificate of each chain, which goes from a trust root down to a signer's, in DER.

    The addresses are those in the certificates, so give only chains that are trusted. No answer is no error.
    """
    answers, until = Answers(), time.monotonic() + BUDGET
    pairs = {(issuer, subject) for path in paths for issuer, subject in pairwise(path)}
    with httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client:
        for issuer, subject in sorted(pairs):
            _ask_about(client, issuer, subject, answers, until)
    return answers


def _ask_about(client: httpx.Client, issuer: bytes, subject: bytes, answers: Answers, until: float) -> None:
    try:
        certificate = x509.load_der_x509_certificate(subject)
        authority = x509.load_der_x509_certificate(issuer)
        request = ocsp.OCSPRequestBuilder().add_certificate(certificate, authority, hashes.SHA1()).build()  # noqa: S303  names the certificate (RFC 6960, 4.1.1), proves nothing
        question = request.public_bytes(serialization.Encoding.DER)
        responders, lists = _responders(certificate), _lists(certificate)
    except (ValueError, UnsupportedAlgorithm):
        return
    for address in responders:
        if answer := _fetch(client, "POST", address, until, content=question, headers=OCSP_HEADERS):
            answers.ocsps.append(answer)
            return
    for address in lists:
        if answer := _fetch(client, "GET", address, until):
            answers.crls.append(answer)
            return


def _fetch(client: httpx.Client, method: str, address: str, until: float, **more: Any) -> bytes:
    """The body of a good answer, within time and size; empty when there is none."""
    parts, size = [], 0
    if time.monotonic() > until:
        return b""
    try:
        with client.stream(method, address, **more) as response:
            if response.status_code != httpx.codes.OK:
                return b""
            for part in response.iter_bytes():
                parts.append(part)
                size += len(part)
                if size > MOST_BYTES or time.monotonic() > until:
                    return b""
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        return b""
    return b"".join(parts)


def _responders(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        return []
    return _addresses(
        one.access_location for one in access if one.access_method == AuthorityInformationAccessOID.OCSP
    )


def _lists(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return []
    return _addresses(name for point in points for name in point.full_name or [])


def _addresses(names: Iterable[x509.GeneralName]) -> list[str]:
    found = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return [address for address in found if urlsplit(address).scheme in {"http", "https"}][:MOST_ADDRESSES]
