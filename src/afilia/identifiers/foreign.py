"""Identity documents that other countries issue. No format of their numbers is stated anywhere."""

import re
from dataclasses import dataclass
from enum import StrEnum

from afilia.identifiers.typed import plain

LONGEST_NUMBER = 20  # characters, as `typed.plain` leaves them


class DocumentKind(StrEnum):
    """With what a person without a cédula proves who they are (procedure sheet 002, step 4)."""

    PASSPORT = "passport"
    VISA = "visa"
    HOME = "home-document"  # the identity document of the country of origin


@dataclass(frozen=True, kw_only=True)
class DocumentId:
    """One document; two are the same only with the country that issued it.

    `country` is ISO 3166, two letters; `number` as `typed.plain` leaves it.
    """

    kind: DocumentKind
    country: str
    number: str


def document_number(typed: str) -> str | None:
    """The number of a document as it is kept; None when it is not 4 to 20 letters and digits."""
    number = plain(typed)
    return number if re.fullmatch(rf"[A-Z0-9]{{4,{LONGEST_NUMBER}}}", number, re.ASCII) else None
