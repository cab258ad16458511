"""The way back to a booking: by the reference of a link, or by a mail with the links."""

from datetime import datetime

from django.db import transaction

from afilia.appointments.actions import telling
from afilia.appointments.actions.limits import PURPOSE
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.queries import rows
from afilia.appointments.rules.states import Reason, RefusedError
from afilia.kit import addresses
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.rules import WINDOW

WRONG = 30  # references within WINDOW, from one address; mistyped ones are few, as they come in links
MAILS = 3  # with links, within WINDOW, to one e-mail; and from one address ten times as many


def find(*, reference: str, address: str, now: datetime) -> Appointment | WaitingEntry | None:
    """The booking or the entry of the waiting list with a reference.

    The right one is always found: no neighbour's guesses shut anybody out, and 128 bits are not guessed.
    Wrong ones are counted. Raises RefusedError with LIMIT when there were too many from that address.
    """
    found = rows.by_reference(reference) or rows.waiting_by_reference(reference)
    if found is None and _times("wrong", addresses.subscriber(address), now=now) > WRONG:
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)
    return found


def send_links(*, email: str, address: str, now: datetime) -> None:
    """Send the links of all that is alive for an e-mail, to that e-mail; nobody learns whether there is any.

    Raises RefusedError with LIMIT when they were asked for too often.
    """
    mails = _times("links", email.lower(), now=now)
    if mails > MAILS or _times("links-from", addresses.subscriber(address), now=now) > 10 * MAILS:
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)
    appointments, entries = rows.live_of_email(email, now=now)
    with transaction.atomic():
        telling.links(email, appointments=appointments, entries=entries, now=now)


@transaction.atomic
def _times(scope: str, of: str, *, now: datetime) -> int:
    return verification.tally(what=verified.tallied(f"{PURPOSE}.{scope}", of=of), window=WINDOW, now=now)
