from afilia.foreigners.queries import entries, powers
from afilia.foreigners.queries.requests import (
    by_reference,
    employer_of,
    for_appointment,
    for_employer,
    of_employer,
    signer_of,
)
from afilia.foreigners.queries.showing import Shown, shown

__all__ = [
    "Shown",
    "by_reference",
    "employer_of",
    "entries",
    "for_appointment",
    "for_employer",
    "of_employer",
    "powers",
    "shown",
    "signer_of",
]
