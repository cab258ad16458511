"""A made-up certification authority, its certificates, and what people sign with them."""

import asyncio
import io
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import pikepdf
from asn1crypto import core, keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import AuthorityInformationAccessOID
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.stamp import TextStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from afilia.documents import actions, pades

PKCS7 = "adbe.pkcs7.detached"
PADES = "ETSI.CAdES.detached"
SECURITY_DATA = "1.3.6.1.4.1.37746.3"
CEDULA, RUC = "1710034065", "1790012345001"
OTHER_CEDULA = "0102030400"
DAY = timedelta(days=1)

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(kw_only=True)
class Authority:
    """A root, and below it the authority that issues certificates to people."""

    now: datetime
    name: str = "Autoridad de prueba"
    root_key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    key: Key = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def make(cls, *, now: datetime, name: str = "Autoridad de prueba") -> "Authority":
        return cls(now=now, name=name)

    @cached_property
    def root(self) -> x509.Certificate:
        name = _subject(f"{self.name} – raíz")
        return _authority(name, name, self.root_key, self.root_key, self.now)

    @cached_property
    def certificate(self) -> x509.Certificate:
        return _authority(_subject(self.name), self.root.subject, self.key, self.root_key, self.now)

    @property
    def pem(self) -> bytes:
        return self.root.public_bytes(serialization.Encoding.PEM)

    def trust(self, *, now: datetime | None = None) -> None:
        """Add the root to those that the portal believes."""
        actions.add_trust_roots(content=self.pem, actor="test", now=now or self.now)

    def issue(
        self,
        *,
        cedula: str = CEDULA,
        ruc: str = "",
        name: str = "PERSONA DE PRUEBA",
        arc: str = SECURITY_DATA,
        elsewhere: bool = False,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
        ocsp_url: str = "",
        crl_url: str = "",
        usage: str = "sign",
        subject: tuple[x509.NameAttribute, ...] = (),
        stated: dict[str, str] | None = None,
        key: Key | None = None,
    ) -> "Signer":
        """A certificate of a person, with the numbers as extensions of `arc`, or among the other names.

        `stated` are object identifiers and texts in their place.
        """
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_subject(name, *subject))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(valid_from or self.now - 30 * DAY)
            .not_valid_after(valid_until or self.now + 365 * DAY)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs=usage == "sign"), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
        )
        stated = stated or {f"{arc}.1": cedula, f"{arc}.11": ruc}
        for extension in _identity({oid: text for oid, text in stated.items() if text}, elsewhere=elsewhere):
            builder = builder.add_extension(extension, critical=False)
        if ocsp_url:
            access = x509.AccessDescription(
                AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(ocsp_url)
            )
            builder = builder.add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        if crl_url:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(crl_url)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return Signer(authority=self, certificate=builder.sign(self.key, hashes.SHA256()), key=key)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A person with a certificate."""

    authority: Authority
    certificate: x509.Certificate
    key: Key

    def sign(
        self,
        pdf: bytes,
        *,
        at: datetime | None = None,
        sub_filter: str = PADES,
        field_name: str = "Signature1",
        hash_name: str = "sha256",
        **metadata: Any,
    ) -> bytes:
        """The PDF with this person's signature, invisible, whose clock said `at`."""
        claims = signers.PdfSignatureMetadata(
            field_name=field_name,
            md_algorithm=hash_name,
            subfilter=fields.SigSeedSubFilter(f"/{sub_filter}"),
            **metadata,
        )
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        signer = pades.SignerAt(at or self.authority.now, claims, self.simple, None)
        return signer.sign_pdf(writer, output=io.BytesIO()).getvalue()

    def sign_visibly(self, pdf: bytes, text: str) -> bytes:
        """The PDF with this person's signature and a stamp on its first page, as FirmaEC puts one."""
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        fields.append_signature_field(writer, fields.SigFieldSpec("Visible", box=(100, 300, 400, 400)))
        metadata = signers.PdfSignatureMetadata(field_name="Visible")
        signer = signers.PdfSigner(metadata, self.simple, stamp_style=TextStampStyle(stamp_text=text))
        return signer.sign_pdf(writer, output=io.BytesIO()).getvalue()

    @cached_property
    def simple(self) -> signers.SimpleSigner:
        store = SimpleCertificateStore()
        store.register(_asn1(self.authority.certificate))
        return signers.SimpleSigner(
            signing_cert=_asn1(self.certificate),
            signing_key=keys.PrivateKeyInfo.load(
                self.key.private_bytes(
                    serialization.Encoding.DER,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            ),
            cert_registry=store,
        )

    def sign_partly(self, pdf: bytes, *, left_out: int = 40) -> bytes:
        """A signature that is right about what it covers, and does not cover the end of the file."""
        signed = self.sign(pdf, sub_filter=PKCS7)
        found = re.search(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\]", signed)
        first, second = int(found[2]), int(found[4]) - left_out
        written = found[0].replace(found[4], str(second).encode().ljust(len(found[4])))
        signed = signed[: found.start()] + written + signed[found.end() :]
        covered = signed[:first] + signed[int(found[3]) : int(found[3]) + second]
        digest = hashes.Hash(hashes.SHA256())
        digest.update(covered)
        content = asyncio.run(self.simple.async_sign(digest.finalize(), "sha256"))
        container = content.dump().hex().encode()
        room = int(found[3]) - first - 2
        return signed[: first + 1] + container.ljust(room, b"0") + signed[int(found[3]) - 1 :]


def altered(pdf: bytes) -> bytes:
    """The signed PDF with one number of what is written on its first page changed."""
    found = re.search(rb"\d(?= ?\) ?Tj)", pdf)
    at = found.start() if found else 200
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def changed_later(pdf: bytes) -> bytes:
    """The signed PDF with its first page turned over, appended as an editor would."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0].get_object()
    page["/Rotate"] = generic.NumberObject(180)
    writer.update_container(page)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def set_form(pdf: bytes, text: str) -> bytes:
    """The signed PDF with another text in its form, appended."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    (field_, *_) = writer.root["/AcroForm"]["/Fields"]
    field_.get_object()["/V"] = generic.pdf_string(text)
    writer.mark_update(field_)
    output = io.BytesIO()
    writer.write(output)
    return output.getvalue()


def fill_form(pdf: bytes) -> bytes:
    """The PDF with a field of a form, for signatures that come before it is filled."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        text = document.make_indirect(
            pikepdf.Dictionary(
                FT=pikepdf.Name.Tx, T="sueldo", V="100", Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget
            )
        )
        text.Rect = pikepdf.Array([10, 10, 100, 30])
        document.pages[0].obj.Annots = pikepdf.Array([text])
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([text]))
        output = io.BytesIO()
        document.save(output)
        return output.getvalue()


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _subject(name: str, *more: x509.NameAttribute) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "EC"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, name),
            *more,
        ]
    )


def _identity(stated: dict[str, str], *, elsewhere: bool) -> list[x509.ExtensionType]:
    written = {oid: core.UTF8String(text).dump() for oid, text in stated.items()}
    if elsewhere and written:
        return [
            x509.SubjectAlternativeName(
                [x509.OtherName(x509.ObjectIdentifier(oid), value) for oid, value in written.items()]
            )
        ]
    return [x509.UnrecognizedExtension(x509.ObjectIdentifier(oid), value) for oid, value in written.items()]


def _authority(
    name: x509.Name, issuer: x509.Name, key: Key, issuer_key: Key, now: datetime
) -> x509.Certificate:
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3650 * DAY)
        .not_valid_after(now + 3650 * DAY)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_usage(signs=False, authority=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _usage(*, signs: bool, authority: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_cert_sign=authority,
        crl_sign=authority,
        key_encipherment=not signs and not authority,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
