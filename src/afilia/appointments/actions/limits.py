"""How often places may be asked for, against those who hoard and resell them."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from afilia.appointments import policy
from afilia.appointments.booking import Who
from afilia.appointments.rules.asking import MOVES
from afilia.appointments.rules.states import Reason, RefusedError
from afilia.kit import addresses
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.rules import WINDOW, Pass, pass_needed

PURPOSE = "appointments"  # of the proofs of work


def count(*, who: Who, address: str, solution: str, ticket: str, now: datetime) -> None:
    """Count that a place is asked for, in the transaction that takes it; nothing that fails is counted.

    Until it ends whoever else asks with one of these waits, in one order; so call it before all other locks.
    `solution` and `ticket` are what the browser brought of afilia.verification.proof, or empty. Raises
    RefusedError with PROOF when one is due, with LIMIT when it is too much for now.
    """
    identity = who.identity
    asked = {
        "person": f"{identity.kind} {identity.country} {identity.number}",
        "email": who.email.lower(),
        "phone": who.phone,
        "address": addresses.subscriber(address),
        "block": addresses.neighbourhood(address),
    }
    limits = policy.limits()
    whats = [verified.tallied(f"{PURPOSE}.{scope}", of=of) for scope, of in asked.items()]
    times = verification.tally_all(whats=whats, window=WINDOW, now=now)
    needed = pass_needed(zip(times, (limits[scope] for scope in asked), strict=True))
    if needed is Pass.PROOF and not verification.is_proved(
        purpose=PURPOSE, solution=solution, ticket=ticket, address=address, now=now
    ):
        raise RefusedError(Reason.PROOF)
    if needed is Pass.CLOSED:
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)


@transaction.atomic
def count_move(*, appointment_id: UUID, now: datetime) -> bytes:
    """Count that a booking is moved by its link; the result can be taken back.

    Raises RefusedError with LIMIT. Each move offers a place to people who wait and sends mails.
    """
    what = verified.tallied(f"{PURPOSE}.moves", of=str(appointment_id))
    if verification.tally(what=what, window=WINDOW, now=now) > MOVES:
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)
    return what
