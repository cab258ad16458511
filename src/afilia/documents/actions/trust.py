from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from django.db import transaction

from afilia.audit import actions as audit
from afilia.documents.models import TrustRoot

LONGEST_NAME = 200  # characters


class NotARootError(Exception):
    """A file has no certificate of an authority that can be trusted; the text says why."""


def add_trust_roots(*, content: bytes, actor: str, now: datetime) -> list[TrustRoot]:
    """Believe the certificates of authorities in a file, PEM or DER; those that were not believed before.

    A subordinate authority may be added too: its chain then ends there. Raises NotARootError; then none is.
    """
    found = {_fingerprint(one): one for one in _certificates(content)}
    for certificate in found.values():
        _check(certificate, now=now)
    with transaction.atomic():
        known = set(TrustRoot.objects.filter(pk__in=found).values_list("pk", flat=True))
        added = TrustRoot.objects.bulk_create(
            [
                TrustRoot(
                    fingerprint=fingerprint,
                    name=_name(certificate),
                    certificate=certificate.public_bytes(serialization.Encoding.DER),
                    valid_until=certificate.not_valid_after_utc,
                    added_at=now,
                )
                for fingerprint, certificate in found.items()
                if fingerprint not in known
            ]
        )
        for root in added:
            audit.record("trust-root.added", actor=actor, subject=f"trust-root:{root.pk}", at=now)
    return added


@transaction.atomic
def remove_trust_root(*, fingerprint: str, actor: str, now: datetime) -> TrustRoot:
    """Believe an authority no more; what was found out about documents before stays as it is.

    `fingerprint` may be its beginning. Raises TrustRoot.DoesNotExist, TrustRoot.MultipleObjectsReturned.
    """
    start = fingerprint.lower().replace(":", "")
    root = TrustRoot.objects.select_for_update().get(fingerprint__startswith=start)
    TrustRoot.objects.filter(pk=root.pk).delete()
    audit.record("trust-root.removed", actor=actor, subject=f"trust-root:{root.pk}", at=now)
    return root


def _certificates(content: bytes) -> list[x509.Certificate]:
    try:
        if b"-----BEGIN CERTIFICATE-----" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError as error:
        raise NotARootError("no tiene ningún certificado en PEM o DER.") from error


def _check(certificate: x509.Certificate, *, now: datetime) -> None:
    name = _name(certificate)
    try:
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        authority = False
    if not authority:
        raise NotARootError(f"«{name}» no es el certificado de una entidad: no puede emitir otros.")
    if certificate.not_valid_after_utc < now.astimezone(UTC):
        raise NotARootError(f"«{name}» caducó el {certificate.not_valid_after_utc:%Y-%m-%d}.")


def _fingerprint(certificate: x509.Certificate) -> str:
    return certificate.fingerprint(hashes.SHA256()).hex()


def _name(certificate: x509.Certificate) -> str:
    common = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    name = str(common[0].value) if common else certificate.subject.rfc4514_string()
    return name[:LONGEST_NAME]
