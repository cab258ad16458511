"""Identity documents of people without a cédula: no format of their numbers is stated anywhere."""

import re
from dataclasses import dataclass
from enum import StrEnum

from afilia.identifiers.typed import plain

NUMBER = re.compile(r"[A-Z0-9]{4,20}", re.ASCII)


class DocumentKind(StrEnum):
    """In the order in which procedure sheet 002 takes them: each only where the person lacks those before."""

    PASSPORT = "passport"
    VISA = "visa"
    HOME_DOCUMENT = "home-document"  # identity document of the country of origin


@dataclass(frozen=True, kw_only=True)
class DocumentId:
    """Which document it is: a number is one's own only together with its kind and its country."""

    kind: DocumentKind
    country: str  # ISO 3166, two letters
    number: str  # as `plain` writes it


def document_number(typed: str) -> str | None:
    """The number in the form in which it is kept; None when it is not 4 to 20 letters and digits."""
    number = plain(typed)
    return number if NUMBER.fullmatch(number) else None
