"""What a file is, told from its bytes alone; neither its name nor what the sender declares counts."""

import re
from collections.abc import Callable

from afilia.documents.rules.files import Refusal
from afilia.procedures.rules import Format

START = 1024  # bytes in which a PDF may begin (ISO 32000-1, annex H, note 13) and a browser looks for HTML
JPEG = b"\xff\xd8\xff"
PDF = b"%PDF-"
HARMLESS = b" \t\r\n\0\xef\xbb\xbf"  # blanks and the mark of UTF-8

HEIC = re.compile(rb"\A.{4}ftyp(hei|hev|mif1|msf1|avi)", re.DOTALL)
OTHER_IMAGE = re.compile(rb"\A(\x89PNG\r\n|GIF8|II\*\0|MM\0\*|BM.{4}\0\0\0\0|RIFF.{4}WEBP)", re.DOTALL)
OFFICE = re.compile(rb"\A(\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1|\{\\rtf)")
ARCHIVE = re.compile(rb"\A(PK\x03\x04|PK\x05\x06|Rar!|7z\xbc\xaf\x27\x1c|\x1f\x8b|BZh|\xfd7zXZ)")
EXECUTABLE = re.compile(rb"\A(MZ|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe|#!|@echo)", re.IGNORECASE)
# Long enough not to be found in noise by chance.
WEB_PAGE = re.compile(
    rb"<(!doctype|!--|\?xml|\?php|html|head|body|svg|script|iframe|img|object|embed|style|table|title)",
    re.IGNORECASE,
)
OFFICE_PARTS = (b"word/", b"xl/", b"ppt/", b"mimetypeapplication/vnd.oasis")

ZIP_END = re.compile(rb"PK\x05\x06.{16}(..)", re.DOTALL)
ZIP_END_BYTES, ZIP_COMMENT = 22, 65_535


def kind_of(content: bytes) -> Format | Refusal:
    """The kind of a file that we may take, or why it is none."""
    if not content:
        return Refusal.EMPTY
    if content.startswith(JPEG):
        return Format.JPG
    start = content[:START]
    if start.startswith(PDF):
        return Format.PDF
    for found, refusal in OTHERS:
        if found(start):
            return refusal
    if PDF in start:
        # Other programs would read what stands in front as something else.
        return (
            Format.PDF
            if not start[: start.index(PDF)].strip(b" \t\r\n\0\xef\xbb\xbf")
            else Refusal.TWO_IN_ONE
        )
    return Refusal.UNKNOWN_TYPE


def is_web_page(content: bytes) -> bool:
    """Whether a browser that does not believe the declared type may take it for HTML, SVG or XML."""
    return WEB_PAGE.search(content[:START]) is not None


def is_zip(content: bytes) -> bool:
    """Whether a program that unpacks archives would find one at the end of the file."""
    tail = content[-(ZIP_END_BYTES + ZIP_COMMENT) :]
    return any(
        found.end() + int.from_bytes(found[1], "little") >= len(tail) for found in ZIP_END.finditer(tail)
    )


def _is_office(start: bytes) -> bool:
    return OFFICE.match(start) is not None or (
        start.startswith(b"PK\x03\x04") and any(part in start for part in OFFICE_PARTS)
    )


def _matches(pattern: re.Pattern[bytes]) -> Callable[[bytes], bool]:
    return lambda start: pattern.match(start) is not None


OTHERS: tuple[tuple[Callable[[bytes], bool], Refusal], ...] = (
    (_matches(HEIC), Refusal.HEIC),
    (_matches(OTHER_IMAGE), Refusal.OTHER_IMAGE),
    (_is_office, Refusal.OFFICE),
    (_matches(ARCHIVE), Refusal.ARCHIVE),
    (_matches(EXECUTABLE), Refusal.EXECUTABLE),
    (is_web_page, Refusal.WEB_PAGE),
)
