"""Before a booking: who the person is, and that they read the mail of the address they give."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from afilia.appointments.models import Appointment
from afilia.appointments.queries.finding import ahead_of_person
from afilia.appointments.rules import asking
from afilia.appointments.rules.states import Identity, PersonKind, Reason, RefusedError
from afilia.employers import queries as employers
from afilia.employers.rules import Identity as Said
from afilia.kit import addresses
from afilia.verification import actions as verification
from afilia.verification import queries as verified
from afilia.verification.models import Attempt
from afilia.verification.rules import WINDOW, Pass, SendRefusal, Verdict, pass_needed

PURPOSE = "appointments"  # of the proofs
FOR_BOOKING = "appointments-booking"  # of the attempts


def identify(*, identity: Identity, names: str, address: str, now: datetime) -> Said:
    """What the Registro Civil says of a person; only a cédula can be asked about.

    A register that is down hinders nobody. Raises RefusedError(LIMIT): names are not guessed here.
    """
    if identity.kind is not PersonKind.CEDULA:
        return Said.UNCONFIRMED
    _let_ask("names", asking.NAMES, number=identity.number, address=address, now=now)
    return employers.identity_of(identity.number, names)


@transaction.atomic
def send_code(*, email: str, address: str, solution: str, ticket: str, now: datetime) -> Attempt:
    """Send the first code to an address, with the subject of sheets 001 and 002, step 4.

    `solution` and `ticket` are what the browser brought of afilia.verification.proof. Raises
    RefusedError(PROOF, LIMIT): nothing was sent.
    """
    needed = _needed(email, address=address, now=now)
    if needed is Pass.PROOF and verification.is_proved(
        purpose=PURPOSE, solution=solution, ticket=ticket, address=address, now=now
    ):
        needed = Pass.FREE
    if needed is not Pass.FREE:  # what is not sent does not count: it goes with the transaction
        raise RefusedError(asking.REASONS[needed], until=now + WINDOW)
    return verification.open_attempt(
        purpose=FOR_BOOKING, email=email, template="appointments/mail/code.txt", facts={}, now=now
    )


@transaction.atomic
def send_another(*, attempt: Attempt, address: str, now: datetime) -> SendRefusal | None:
    """Send another code of the same attempt, which is counted like the first and needs no proof of its own.

    Raises RefusedError(LIMIT).
    """
    if _needed(attempt.email, address=address, now=now) is Pass.CLOSED:
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)
    return verification.send_code(attempt=attempt, now=now)


def prove_email(*, attempt_id: UUID, typed: str, now: datetime) -> Verdict:
    """Judge a code that was typed."""
    return verification.judge_code(attempt_id=attempt_id, typed=typed, now=now)


def consult(*, code: str, number: str, address: str, now: datetime) -> Appointment | None:
    """The booking of a person by the code of the confirmation. Raises RefusedError(LIMIT).

    Each asking is counted before it is answered, right or wrong: codes are short.
    """
    _let_ask("consult", asking.CODES_TYPED, number=number, address=address, now=now)
    return ahead_of_person(code=code, number=number, now=now)


@transaction.atomic
def _let_ask(what: str, limits: tuple[int, int, int], *, number: str, address: str, now: datetime) -> None:
    """Count a question about a person. Raises RefusedError(LIMIT), and that one does not count."""
    counts = (
        _count(what, addresses.subscriber(address), now=now),
        _count(f"{what}-near", f"{number} {addresses.neighbourhood(address)}", now=now),
        _count(f"{what}-of", number, now=now),
    )
    if any(count > limit for count, limit in zip(counts, limits, strict=True)):
        raise RefusedError(Reason.LIMIT, until=now + WINDOW)


def _needed(email: str, *, address: str, now: datetime) -> Pass:
    """Count a mail to an address, always in this order, so that nobody waits in a circle; what it takes."""
    return pass_needed(
        [
            (_count("codes", addresses.subscriber(address), now=now), asking.CODES),
            (_count("codes-of-block", addresses.neighbourhood(address), now=now), asking.CODES_OF_BLOCK),
            (_count("mails", email.casefold(), now=now), asking.MAILS),
        ]
    )


def _count(scope: str, of: str, *, now: datetime) -> int:
    return verification.tally(what=verified.tallied(f"appointments.{scope}", of=of), window=WINDOW, now=now)
