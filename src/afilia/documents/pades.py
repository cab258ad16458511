"""Signatures in PDFs by pyHanko, which is slow to import: `signing` does so once something is signed."""

import datetime as dt
import io

from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.signers.pdf_signer import PdfSigningSession
from pyhanko.sign.validation.generic_cms import validate_sig_integrity

Signer = signers.SimpleSigner


def load_pkcs12(content: bytes, password: bytes) -> Signer:
    """The key and the certificates of a file; ValueError, TypeError or AttributeError where it is none."""
    signer: Signer = Signer.load_pkcs12_data(content, other_certs=[], passphrase=password)
    return signer


def sign(
    pdf: bytes, signer: Signer, *, field: str, title: str, name: str, at: dt.datetime, others_sign: bool
) -> bytes:
    """Certify a PDF in an invisible field, no change permitted; where others sign, sign it like them."""
    metadata = signers.PdfSignatureMetadata(
        field_name=field,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=not others_sign,
        docmdp_permissions=fields.MDPPerm.FILL_FORMS if others_sign else fields.MDPPerm.NO_CHANGES,
        name=name,
    )
    specification = fields.SigFieldSpec(
        field,
        # PDF/UA-1, 7.18: an annotation without a tag must be hidden
        invis_sig_settings=fields.InvisSigSettings(
            set_print_flag=False, set_hidden_flag=True, box_out_of_bounds=True
        ),
        readable_field_name=title,
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signed: io.BytesIO = SignerAt(at, metadata, signer, specification).sign_pdf(writer, output=io.BytesIO())
    return signed.getvalue()


def is_signature(container: bytes, certificate: asn1_x509.Certificate, digest: bytes) -> bool:
    """Whether this is a signature with that certificate over that SHA-256; it raises anything on nonsense."""
    signed_data = cms.ContentInfo.load(container)["content"]
    (signer_info,) = signed_data["signer_infos"]
    intact, valid = validate_sig_integrity(signer_info, certificate, "data", digest)
    return bool(intact and valid)


class SignerAt(signers.PdfSigner):
    """Signs with the time of the document instead of the time of day."""

    def __init__(
        self,
        at: dt.datetime,
        metadata: signers.PdfSignatureMetadata,
        signer: signers.Signer,
        field: fields.SigFieldSpec | None,
    ) -> None:
        super().__init__(metadata, signer=signer, new_field_spec=field)
        self._at = at

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._at
        return session
