"""The life of a comparison."""

from enum import StrEnum


class State(StrEnum):
    WORKING = "working"  # the list is being read, or compared
    ASKING = "asking"  # which column is which
    REFUSED = "refused"  # it cannot be read
    COMPARED = "compared"


class Refusal(StrEnum):
    """Why a list cannot be read."""

    EMPTY = "empty"
    NOT_A_TABLE = "not-a-table"  # neither text nor a workbook that opens
    TOO_LARGE = "too-large"
    OTHER_NOVEDAD = "other-novedad"  # batch lines of a type that does not say who works
