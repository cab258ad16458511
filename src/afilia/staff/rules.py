"""What an official may be and do: roles, and who answers for whom."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    COUNTER = "counter"  # attends people at an office
    COORDINATION = "coordination"  # decides the cases of a province, or the national ones
    LEGAL = "legal"  # gives the legal review of a province, or the national one
    SUPERVISOR = "supervisor"  # answers for the accounts of an office, of a province, or of all


OF_AN_OFFICE = frozenset({Role.COUNTER, Role.SUPERVISOR})


class Fault(StrEnum):
    """Why somebody cannot have these roles there."""

    NO_ROLE = "no-role"
    NO_OFFICE = "no-office"  # a counter stands in an office
    BEYOND = "beyond"  # not the supervisor's to give


@dataclass(frozen=True, kw_only=True)
class Staff:
    """An official: what a view behind `staff_required` knows of who asks."""

    id: int
    names: str
    email: str
    roles: frozenset[Role]
    office_id: int | None  # None: of no office
    office: str  # its name; empty without one
    province: str  # code, of the office where there is one; empty: national

    @property
    def actor(self) -> str:
        """How the ledger names the official."""
        return f"staff:{self.id}"


def may_enter(staff: Staff, roles: Collection[Role]) -> bool:
    """Whether an official has one of the roles; with none named, whoever it is."""
    return not roles or not staff.roles.isdisjoint(roles)


def grantable(by: Staff) -> frozenset[Role]:
    """The roles that a supervisor may give: who answers for one office decides nothing for its province."""
    if Role.SUPERVISOR not in by.roles:
        return frozenset()
    return frozenset(Role) if by.office_id is None else OF_AN_OFFICE


def reaches(by: Staff, *, office_id: int | None, province: str) -> bool:
    """Whether a place is the supervisor's: the own office, the own province with its offices, or all."""
    if by.office_id is not None:
        return office_id == by.office_id
    return not by.province or province == by.province


def manages(by: Staff, member: Staff) -> bool:
    """Whether a supervisor answers for the account of another; nobody does for the own."""
    return (
        by.id != member.id
        and member.roles <= grantable(by)
        and reaches(by, office_id=member.office_id, province=member.province)
    )


def place_fault(roles: Collection[Role], *, office_id: int | None) -> Fault | None:
    """Why nobody can have these roles in a place; None when somebody can."""
    if not roles:
        return Fault.NO_ROLE
    return Fault.NO_OFFICE if Role.COUNTER in roles and office_id is None else None


def grant_fault(by: Staff, roles: Collection[Role], *, office_id: int | None, province: str) -> Fault | None:
    """Why a supervisor cannot give these roles there; None when it is theirs to do."""
    if fault := place_fault(roles, office_id=office_id):
        return fault
    is_own = frozenset(roles) <= grantable(by) and reaches(by, office_id=office_id, province=province)
    return None if is_own else Fault.BEYOND
