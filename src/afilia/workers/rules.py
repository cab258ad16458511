"""When two people may be one."""

from enum import StrEnum


class DoubleReason(StrEnum):
    """Why somebody may be the person who is asked about."""

    DOCUMENT = "document"  # the same document
    NUMBER = "number"  # the same number on a document of another kind or country
    BIRTH_AND_NAMES = "birth-and-names"
