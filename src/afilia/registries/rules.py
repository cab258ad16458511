"""Words of the SRI's catalogue."""

from enum import StrEnum


class Standing(StrEnum):
    """The state of a taxpayer, in the words of the SRI."""

    ACTIVE = "ACTIVO"
    SUSPENDED = "SUSPENDIDO"
    CLOSED = "PASIVO"


class TaxpayerKind(StrEnum):
    """The kind of a taxpayer, in the words of the SRI."""

    COMPANY = "SOCIEDAD"  # public entities too
    PERSON = "PERSONA NATURAL"


class EstablishmentState(StrEnum):
    """The state of an establishment, in the words of the SRI."""

    OPEN = "ABI"
    CLOSED = "CER"
