"""Certificates of the demo, without legal value: an authority, and whom it certifies."""

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

LIFETIME = dt.timedelta(days=3650)
OLDEST_PAPER = dt.timedelta(days=30)  # some that the demo begins with were issued before


@dataclass(frozen=True, kw_only=True)
class Authority:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, name: str, *, valid_from: dt.datetime) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _subject(name)
        builder = (
            _builder(subject, subject, key, issuer_key=key, valid_from=valid_from)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
        )
        return cls(certificate=builder.sign(key, hashes.SHA256()), key=key)

    def certify(
        self, name: str, key: ec.EllipticCurvePrivateKey, *, valid_from: dt.datetime, identification: str = ""
    ) -> x509.Certificate:
        """A certificate to sign with; `identification` has its prefix (ETSI EN 319 412-1, 5.1.3)."""
        builder = (
            _builder(
                _subject(name, identification),
                self.certificate.subject,
                key,
                issuer_key=self.key,
                valid_from=valid_from,
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
        )
        return builder.sign(self.key, hashes.SHA256())


def institution(name: str, *, password: str) -> bytes:
    """A PKCS #12 file with a certificate for the institution, its key and its authority."""
    now = dt.datetime.now(dt.UTC).replace(microsecond=0)
    valid_from = now - OLDEST_PAPER
    authority = Authority.make("Autoridad de prueba de Afilia – sin valor legal", valid_from=valid_from)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certify(name, key, valid_from=valid_from)
    encryption = serialization.BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(
        b"afilia-demo", key, certificate, [authority.certificate], encryption
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    *,
    issuer_key: ec.EllipticCurvePrivateKey,
    valid_from: dt.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(valid_from)
        .not_valid_after(valid_from + LIFETIME)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _subject(name: str, identification: str = "") -> x509.Name:
    attributes = [
        x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "EC"),
        x509.NameAttribute(x509.NameOID.COMMON_NAME, name),
    ]
    if identification:
        attributes.append(x509.NameAttribute(x509.NameOID.SERIAL_NUMBER, identification))
    return x509.Name(attributes)


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        content_commitment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
