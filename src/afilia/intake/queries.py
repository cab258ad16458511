from typing import Any
from uuid import UUID

from afilia.cases.models import Case
from afilia.cases.queries import applicant
from afilia.employers.models import Registration
from afilia.kit import addresses
from afilia.verification import queries as verification

PURPOSE = "intake"  # of attempts and proofs


def registration(pk: int) -> Registration | None:
    return Registration.objects.select_related("employer__representative").filter(pk=pk).first()


def draft_of(registration: Registration, *, procedure: str) -> Case | None:
    """The draft or the case that goes on of a registered employer."""
    employer_id: Any = registration.employer_id
    going_on = applicant.going_on(employer_id, procedure=procedure)
    return going_on or applicant.last_draft(employer_id, procedure=procedure)


def case(key: UUID) -> Case | None:
    return applicant.draft(key)


def scopes(kind: str, *, of: str, address: str) -> dict[str, bytes]:
    """What a try counts for; always in this order, so that nobody waits in a circle."""
    neighbours = addresses.neighbourhood(address)
    return {
        "one": verification.tallied(f"{kind}.one", of=of),
        "pair": verification.tallied(f"{kind}.pair", of=f"{of} {neighbours}"),
        "subscriber": verification.tallied(f"{kind}.subscriber", of=addresses.subscriber(address)),
        "neighbours": verification.tallied(f"{kind}.neighbours", of=neighbours),
    }


def use(what: str, *, of: Case) -> bytes:
    """What somebody does with a case is counted under."""
    return verification.tallied(f"intake.{what}", of=of.key.hex)
