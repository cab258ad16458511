"""The way to a request by its reference, which is not to be guessed."""

from datetime import datetime

from django.db import transaction

from afilia.appointments.rules.states import Reason, RefusedError
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries.requests import by_reference
from afilia.kit import addresses
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.rules import WINDOW

WRONG = 30  # references within WINDOW, from one address


@transaction.atomic
def find(*, reference: str, address: str, now: datetime) -> CodeRequest | None:
    """The request with a reference; the right one is always found, as 128 bits are not guessed.

    Wrong ones are counted. Raises RefusedError(LIMIT).
    """
    found = by_reference(reference)
    if found is None:
        what = verified.tallied("foreigners.wrong", of=addresses.subscriber(address))
        if verification.tally(what=what, window=WINDOW, now=now) > WRONG:
            raise RefusedError(Reason.LIMIT, until=now + WINDOW)
    return found
