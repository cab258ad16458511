"""Papers of our own that a process of the sandbox opens before it waits for those of strangers.

Libraries load and prepare much when they are first used. What was done before a child is forked, it finds
done: a third of what opening a file costs.
"""

import base64
import io
from datetime import UTC, datetime

import pikepdf
from PIL import ExifTags, Image
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from afilia.documents import made_up
from afilia.documents.examination import tasks
from afilia.procedures.rules import Format

NAME = "Nadie"


def open_own() -> None:
    """Open a photo, a PDF, and the same PDF with a signature that is believed; all three are made here."""
    signer = signers.SimpleSigner.load_pkcs12_data(
        made_up.institution(NAME, password=NAME), other_certs=[], passphrase=NAME.encode()
    )
    question = {
        "accept": [*Format],
        "roots": [_text(one.dump()) for one in signer.cert_registry if one.ca],
        "at": datetime.now(UTC).isoformat(),
    }
    pdf = _pdf()
    for content in (_photo(), pdf, _signed(pdf, signer)):
        tasks.examine(question, content)


def _photo() -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 1
    output = io.BytesIO()
    Image.new("RGB", (16, 16), "white").save(output, "JPEG", exif=exif)
    return output.getvalue()


def _pdf() -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    output = io.BytesIO()
    document.save(output)
    return output.getvalue()


def _signed(pdf: bytes, signer: signers.SimpleSigner) -> bytes:
    metadata = signers.PdfSignatureMetadata(field_name=NAME, subfilter=fields.SigSeedSubFilter.PADES)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    return bytes(signers.sign_pdf(writer, metadata, signer=signer).getvalue())


def _text(der: bytes) -> str:
    return base64.b64encode(der).decode("ascii")
