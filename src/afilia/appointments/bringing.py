"""What to bring to an office, for exactly one case."""

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import PersonKind
from afilia.procedures.catalogue import load
from afilia.procedures.rules import (
    Applicant,
    Channel,
    Requirement,
    WhoComes,
    for_identity,
    requirements,
)


def what_to_bring(
    procedure: str, *, applicant: str, who_comes: str, document: PersonKind | str
) -> list[Requirement]:
    """What the person who comes brings, alternatives inside; nothing where the case is not known.

    Only who comes for themselves shows the identity document that was typed: of others, whose document is
    asked for is somebody else's.
    """
    found = load().procedures.get(procedure)
    if found is None:
        return []
    try:
        asked = requirements(found, Channel.COUNTER, Applicant(applicant), WhoComes(who_comes))
    except (KeyError, ValueError):
        return []
    return for_identity(asked, str(document)) if who_comes == WhoComes.EMPLOYER else asked


def bring_to(row: Appointment | WaitingEntry) -> list[Requirement]:
    """What the person of a booking, or of an entry of the waiting list, brings."""
    return what_to_bring(row.procedure, applicant=row.applicant, who_comes=row.who_comes, document=row.kind)
