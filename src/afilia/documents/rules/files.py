"""What a received file may be, and why one is not taken."""

from enum import StrEnum

from afilia.procedures.rules import Format

LONGEST_STEM, LONGEST_ENDING = 100, 5  # characters
NAMELESS = "documento"
CONTENT_TYPES = {Format.JPG: "image/jpeg", Format.PDF: "application/pdf"}


class ScanState(StrEnum):
    """What the virus scanner said about a received file."""

    PENDING = "pending"
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not-scanned"  # there is no scanner


OPENABLE = frozenset({ScanState.CLEAN, ScanState.NOT_SCANNED})


class Refusal(StrEnum):
    """Why a file is not taken."""

    EMPTY = "empty"
    TOO_LARGE = "too-large"
    NOT_ASKED = "not-asked"  # a JPEG where a PDF is asked, or the reverse
    HEIC = "heic"
    OTHER_IMAGE = "other-image"
    OFFICE = "office"
    ARCHIVE = "archive"
    EXECUTABLE = "executable"
    WEB_PAGE = "web-page"  # HTML, SVG, XML, scripts
    UNKNOWN_TYPE = "unknown-type"
    DAMAGED_IMAGE = "damaged-image"
    TOO_MANY_PIXELS = "too-many-pixels"
    DAMAGED_PDF = "damaged-pdf"
    TWO_IN_ONE = "two-in-one"  # a file that is also one of another type
    ENCRYPTED = "encrypted"
    SCRIPT = "script"
    ACTION = "action"  # opens a program or a file, sends or fetches data
    EMBEDDED_FILES = "embedded-files"
    XFA = "xfa"
    MEDIA = "media"  # sound, film, 3D
    TOO_MANY_PAGES = "too-many-pages"
    UNREADABLE_SIGNATURE = "unreadable-signature"
    TOO_COMPLEX = "too-complex"  # asks for more time or memory than a document may


def shown_name(name: str, kind: Format) -> str:
    """The name of a file for showing and saving: no folders, no signs that act, the ending of its kind."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*%;').strip(" .")
    stem, dot, ending = clean.rpartition(".")
    kept = stem if dot and len(ending) <= LONGEST_ENDING else clean
    return f"{kept.strip(' .')[:LONGEST_STEM] or NAMELESS}.{kind}"
