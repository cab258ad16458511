"""What a request for a foreigner code, a notarial power and a provisional entry can be."""

from enum import StrEnum


class State(StrEnum):
    """Of a request."""

    PREPARED = "prepared"  # the employer may change it until an official decides
    CORRECTION = "correction"  # an official asked the employer to mend it
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"  # nobody came with it


LIVE = frozenset({State.PREPARED, State.CORRECTION})
OVER = frozenset(State) - LIVE


class SutState(StrEnum):
    """What the register of contracts says of the identity in a request."""

    NOT_ASKED = "not-asked"  # the procedure does not ask for the contract
    WAITING = "waiting"  # the register did not answer; it is asked again
    EQUAL = "equal"
    DIFFERENT = "different"
    NO_CONTRACT = "no-contract"


class PowerState(StrEnum):
    """Of a notarial power, which the legal unit of a province judges."""

    SUBMITTED = "submitted"
    VALIDATED = "validated"
    REFUSED = "refused"


class EntryState(StrEnum):
    """Of an entry filed before the worker has a code."""

    OPEN = "open"
    DEFINITE = "definite"  # registered in the labour history
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"  # the request ended without a code
