"""Which cases an official sees, and in what capacity."""

from dataclasses import dataclass

from afilia.cases.rules.moves import OPEN, Party, State
from afilia.staff.rules import Role, Staff

HANDED_OVER = frozenset({State.APPROVED, State.DELIVERED})


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a case stands; `unit_province` is the code of the coordination's, empty for a directorate."""

    state: State
    unit_province: str
    office_id: int | None = None  # where what was asked for is handed over


def parties(staff: Staff, place: Place) -> frozenset[Party]:
    """In what capacities an official may act on a case; none: it does not exist for them."""
    return frozenset(
        party for role in staff.roles if (party := _party(staff, role)) and _sees(staff, role, party, place)
    )


def _party(staff: Staff, role: Role) -> Party:
    match role:
        case Role.LEGAL:
            return Party.LEGAL
        case Role.COORDINATION:
            return Party.OFFICIAL
        case Role.COUNTER:
            return Party.COUNTER
        case Role.SUPERVISOR:  # who answers for an office decides nothing for its province
            return Party.OFFICIAL if staff.office_id is None else Party.COUNTER


def _sees(staff: Staff, role: Role, party: Party, place: Place) -> bool:
    """Whether a role shows an official a case.

    A draft is nobody's but the applicant's. An office sees what it hands over; a province what its
    coordination decides, and its legal officials that too; the national officials what the directorates
    decide, and the national supervisor all.
    """
    if place.state is State.DRAFT:
        return False
    if party is Party.COUNTER:
        return (
            place.state in HANDED_OVER and staff.office_id is not None and place.office_id == staff.office_id
        )
    if role is Role.SUPERVISOR and not staff.province:
        return True
    return place.unit_province == staff.province


def may_have(staff: Staff, place: Place) -> bool:
    """Whether a case can be given to an official to decide."""
    return place.state in OPEN and Party.OFFICIAL in parties(staff, place)
