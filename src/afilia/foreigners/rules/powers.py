"""Whether a notarial power lets its attorney come on a day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from afilia.foreigners.rules.states import PowerState


class PowerFault(StrEnum):
    SUBMITTED = "submitted"  # the legal unit has not judged it
    REFUSED = "refused"
    SCOPE = "scope"  # it is for something else
    NOT_YET = "not-yet"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a power is good for; `valid_until` is its last day, None for one without an end."""

    state: PowerState
    serves: bool  # its scope covers the procedure
    valid_from: date
    valid_until: date | None


def fault(terms: Terms, *, on: date) -> PowerFault | None:
    """Why a power does not serve on a day, the first reason; None when it does (sheet 002, step 6)."""
    if terms.state is PowerState.SUBMITTED:
        return PowerFault.SUBMITTED
    if terms.state is PowerState.REFUSED:
        return PowerFault.REFUSED
    if not terms.serves:
        return PowerFault.SCOPE
    if on < terms.valid_from:
        return PowerFault.NOT_YET
    if terms.valid_until and on > terms.valid_until:
        return PowerFault.EXPIRED
    return None
