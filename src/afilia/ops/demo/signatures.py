"""The electronic signatures of the demo's people, by a made-up authority that only the demo believes."""

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from django.conf import settings

from afilia.documents import actions
from afilia.documents.made_up import Authority
from afilia.kit.secret_files import write_once

NAME = "Entidad de certificación de la demo – sin valor legal"
FIELD = "FirmaElectronica"
VALID_SINCE = timedelta(days=365)  # before it is made: some papers of the demo are some days old


def install(*, now: datetime) -> None:
    """Believe the authority, which is made if there is none yet."""
    pem = _authority(now=now).certificate.public_bytes(serialization.Encoding.PEM)
    actions.add_trust_roots(content=pem, actor="system", now=now)


def sign(pdf: bytes, *, number: str, names: str, at: datetime) -> bytes:
    """The PDF with the signature of whoever has that cédula, as FirmaEC writes it (ETSI.CAdES.detached)."""
    # A third of a second, which only the first start of a demo has to pay.
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter  # noqa: PLC0415
    from pyhanko.sign import fields, signers  # noqa: PLC0415
    from pyhanko_certvalidator.registry import SimpleCertificateStore  # noqa: PLC0415

    from afilia.documents.pades import SignerAt  # noqa: PLC0415

    authority = _authority(now=at)
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = authority.certify(
        names, key, valid_from=authority.certificate.not_valid_before_utc, identification=f"IDCEC-{number}"
    )
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register(_asn1(authority.certificate))
    signer = signers.SimpleSigner(
        signing_cert=_asn1(certificate), signing_key=_private(key), cert_registry=store
    )
    metadata = signers.PdfSignatureMetadata(
        field_name=f"{FIELD}{number}",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        name=names,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed: io.BytesIO = SignerAt(at, metadata, signer, None).sign_pdf(writer, output=io.BytesIO())
    return signed.getvalue()


def _authority(*, now: datetime) -> Authority:
    path: Path = settings.DATA_DIR / "demo-authority.p12"
    if not path.exists():
        made = Authority.make(NAME, valid_from=now.astimezone(UTC).replace(microsecond=0) - VALID_SINCE)
        none = serialization.NoEncryption()
        write_once(
            path,
            pkcs12.serialize_key_and_certificates(b"afilia-demo", made.key, made.certificate, None, none),
        )
    key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or certificate is None:
        raise ValueError(f"{path} is not the authority of a demo; delete it and start again.")
    return Authority(certificate=certificate, key=key)


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _private(key: ec.EllipticCurvePrivateKey) -> keys.PrivateKeyInfo:
    return keys.PrivateKeyInfo.load(
        key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
