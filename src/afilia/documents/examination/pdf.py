"""PDFs: opened without repairing, searched for everything that acts, and written anew unless signed."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pikepdf

from afilia.documents.examination import content as contents
from afilia.documents.examination import jpeg, limits
from afilia.documents.examination.errors import FileRefusedError
from afilia.documents.rules.files import Refusal

# ISO 32000-1, tables 198 and 194, and what came later: an action that leaves the document is refused whatever
# starts it. Going to a page or to an address that the reader clicks is no harm.
ACTIONS = {
    "/JavaScript": Refusal.SCRIPT,
    "/Rendition": Refusal.MEDIA,
    "/Sound": Refusal.MEDIA,
    "/Movie": Refusal.MEDIA,
    "/RichMediaExecute": Refusal.MEDIA,
    "/GoTo3DView": Refusal.MEDIA,
    "/Launch": Refusal.ACTION,
    "/SubmitForm": Refusal.ACTION,
    "/ImportData": Refusal.ACTION,
    "/GoToR": Refusal.ACTION,
    "/GoToE": Refusal.EMBEDDED_FILES,
}
KEYS = {
    "/JavaScript": Refusal.SCRIPT,
    "/JS": Refusal.SCRIPT,
    "/XFA": Refusal.XFA,
    "/EmbeddedFiles": Refusal.EMBEDDED_FILES,
    "/EF": Refusal.EMBEDDED_FILES,
    "/AF": Refusal.EMBEDDED_FILES,
    "/Collection": Refusal.EMBEDDED_FILES,
    "/RichMediaContent": Refusal.MEDIA,
    "/3DD": Refusal.MEDIA,
}
TYPES = {
    "/EmbeddedFile": Refusal.EMBEDDED_FILES,
    "/FileAttachment": Refusal.EMBEDDED_FILES,
    "/RichMedia": Refusal.MEDIA,
    "/3D": Refusal.MEDIA,
    "/Movie": Refusal.MEDIA,
    "/Sound": Refusal.MEDIA,
    "/Screen": Refusal.MEDIA,
}
DEEPEST = 100  # dictionaries and arrays within one another
PICTURES = {"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"}
PHOTOS = (pikepdf.Name.DCTDecode, pikepdf.Array([pikepdf.Name.DCTDecode]))
BLANKS = b" \t\r\n\0\x0c"
LAST_MARK = b"%%EOF"


@dataclass(frozen=True, kw_only=True)
class Pdf:
    """A harmless PDF: what to keep of it."""

    content: bytes
    pages: int
    signed: bool  # somebody's signature is in it, so that it is kept byte for byte


def opened(content: bytes) -> Pdf:
    """Open and search a PDF; one without signatures is written anew without what nobody sees.

    Raises FileRefusedError.
    """
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=limits.MOST_EXPANDED,
        png_max_memory=limits.MOST_EXPANDED,
        tiff_max_memory=limits.MOST_EXPANDED,
        run_length_max_memory=limits.MOST_EXPANDED,
        parser_max_nesting=DEEPEST,
        max_stream_filters=3,
        doc_max_warnings=100,
    )
    try:
        with pikepdf.open(io.BytesIO(content), attempt_recovery=False) as pdf:
            if pdf.is_encrypted:
                raise FileRefusedError(Refusal.ENCRYPTED)
            pages = _pages(pdf)
            signed = _search(pdf)
            if signed:
                _check_alone(content)
                return Pdf(content=content, pages=pages, signed=True)
            return Pdf(content=_written(pdf), pages=pages, signed=False)
    except pikepdf.PasswordError as error:
        raise FileRefusedError(Refusal.ENCRYPTED) from error
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise FileRefusedError(Refusal.DAMAGED_PDF) from error


def _pages(pdf: pikepdf.Pdf) -> int:
    count = len(pdf.pages)
    if not count:
        raise FileRefusedError(Refusal.DAMAGED_PDF)
    if count > limits.MOST_PAGES:
        raise FileRefusedError(Refusal.TOO_MANY_PAGES)
    for page in pdf.pages:
        if not isinstance(page.obj.get("/MediaBox", pikepdf.Array()), pikepdf.Array):
            raise FileRefusedError(Refusal.DAMAGED_PDF)
    return count


def _search(pdf: pikepdf.Pdf) -> bool:
    """Go through every object; whether one is a signature. Raises FileRefusedError for what acts."""
    if len(pdf.objects) > limits.MOST_OBJECTS:
        raise FileRefusedError(Refusal.TOO_COMPLEX)
    signed, expanded = False, 0
    for thing in pdf.objects:
        for dictionary in _dictionaries(thing, DEEPEST):
            _check(dictionary)
            signed = signed or "/ByteRange" in dictionary
        if isinstance(thing, pikepdf.Stream):
            expanded += _expanded(thing)
            if expanded > limits.MOST_EXPANDED_IN_ALL:
                raise FileRefusedError(Refusal.TOO_COMPLEX)
    return signed


def _dictionaries(thing: object, depth: int) -> Iterator[pikepdf.Object]:
    """The dictionaries of one object, those within others too; references are objects of their own."""
    if not depth:
        raise FileRefusedError(Refusal.TOO_COMPLEX)
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inner: list[object] = [value for _key, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        inner = list(thing)
    else:
        return
    for value in inner:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _dictionaries(value, depth - 1)


def _check(dictionary: pikepdf.Object) -> None:
    for key, refusal in KEYS.items():
        if key in dictionary:
            raise FileRefusedError(refusal)
    for key, words in (("/S", ACTIONS), ("/Type", TYPES), ("/Subtype", TYPES)):
        value = dictionary.get(key)
        if isinstance(value, pikepdf.Name) and (acts := words.get(str(value))):
            raise FileRefusedError(acts)
    if dictionary.get("/Subtype") == pikepdf.Name.Image:
        width, height = dictionary.get("/Width", 0), dictionary.get("/Height", 0)
        if int(width) * int(height) > limits.MOST_PIXELS:
            raise FileRefusedError(Refusal.TOO_MANY_PIXELS)


def _expanded(stream: pikepdf.Object) -> int:
    """How many bytes a stream comes to when it is unpacked; pictures are bounded by their pixels."""
    filters = stream.get("/Filter", pikepdf.Array())
    names = {str(name) for name in filters} if isinstance(filters, pikepdf.Array) else {str(filters)}
    if "/Crypt" in names:
        raise FileRefusedError(Refusal.ENCRYPTED)
    if names & PICTURES:
        return 0
    try:
        return len(stream.read_bytes())
    except pikepdf.PdfError as error:
        too_large = "limit" in str(error) or "memory" in str(error)
        raise FileRefusedError(Refusal.TOO_COMPLEX if too_large else Refusal.DAMAGED_PDF) from error


def _check_alone(content: bytes) -> None:
    """Refuse a PDF that is kept byte for byte and that other programs could read as something else."""
    end = content.rfind(LAST_MARK)
    after = content[end + len(LAST_MARK) :].strip(BLANKS)
    if (
        after
        or contents.is_web_page(content)
        or contents.is_zip(content)
        or not content.startswith(contents.PDF)
    ):
        raise FileRefusedError(Refusal.TWO_IN_ONE)


def _written(pdf: pikepdf.Pdf) -> bytes:
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Stream) and thing.get("/Filter") in PHOTOS:
            how = thing.get("/DecodeParms")
            thing.write(
                jpeg.without_notes(thing.read_raw_bytes()),
                filter=pikepdf.Name.DCTDecode,
                decode_parms=how if isinstance(how, pikepdf.Dictionary | pikepdf.Array) else None,
            )
    if "/Metadata" in pdf.Root:
        del pdf.Root.Metadata
    if "/Info" in pdf.trailer:
        del pdf.trailer.Info
    output = io.BytesIO()
    pdf.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()
