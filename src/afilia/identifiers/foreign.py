"""Identity documents that other countries issue. No format of their numbers is stated anywhere."""

from dataclasses import dataclass
from enum import StrEnum

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
