"""Cases as officials may see them: every read starts from who asks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q, QuerySet

from afilia.cases.models import Case, Paper
from afilia.cases.queries import facts
from afilia.cases.rules import sight
from afilia.cases.rules.moves import OF_THE_ASSIGNEE, OPEN, Move, Party, State, moves_from
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What an official wants to see of the queue; nothing said means all."""

    states: Collection[State] = ()
    procedure: str = ""
    mine: bool = False
    unassigned: bool = False
    overdue_on: date | None = None  # the clock ran out before this day
    text: str = ""  # in the number, the RUC or the employer's name


def visible(staff: Staff) -> QuerySet[Case]:
    """The cases that exist for an official; the same as `sight.parties` says of each."""
    wanted = Q(pk=None)
    decides = Role.COORDINATION in staff.roles or Role.LEGAL in staff.roles
    supervises = Role.SUPERVISOR in staff.roles and staff.office_id is None
    if decides or supervises:
        wanted |= Q(unit_province=staff.province)
    if supervises and not staff.province:
        return _cases().exclude(state=State.DRAFT)
    if staff.office_id is not None and not staff.roles.isdisjoint({Role.COUNTER, Role.SUPERVISOR}):
        wanted |= Q(office=staff.office_id, state__in=sight.HANDED_OVER)
    return _cases().filter(wanted).exclude(state=State.DRAFT)


def queue(staff: Staff, filters: Filters) -> QuerySet[Case]:
    """The cases that an official asks for, the first that are due first, those without a clock last."""
    found = visible(staff)
    if filters.states:
        found = found.filter(state__in=filters.states)
    if filters.procedure:
        found = found.filter(procedure=filters.procedure)
    if filters.mine:
        found = found.filter(assignee=staff.id)
    if filters.unassigned:
        found = found.filter(assignee=None, state__in=OPEN)
    if filters.overdue_on:
        found = found.filter(due_on__lt=filters.overdue_on)
    if filters.text:
        text = filters.text.strip()
        found = found.filter(
            Q(number__iexact=text) | Q(employer__ruc=text) | Q(employer__name__icontains=text)
        )
    return found.order_by("due_on", "submitted_at", "pk")


def counts(staff: Staff) -> dict[State, int]:
    """How many cases an official sees in each state."""
    rows = visible(staff).order_by().values_list("state").annotate(count=Count("pk"))
    return {State(state): count for state, count in rows}


def case(staff: Staff, number: str) -> Case | None:
    """The case with that number, when it exists for the official."""
    return visible(staff).filter(number=number).first()


def paper(staff: Staff, number: str, paper_id: int) -> Paper | None:
    """A document of a case, retired or not, when the case exists for the official."""
    return (
        Paper.objects.select_related("file", "case")
        .filter(pk=paper_id, case__in=visible(staff).filter(number=number).values("pk"))
        .first()
    )


def moves(staff: Staff, case: Case) -> tuple[Move, ...]:
    """What the official can do with a case now; what only its assignee does is there for that one alone."""
    parties = sight.parties(staff, facts.place(case))
    return tuple(
        move
        for party in Party
        if party in parties
        for move in moves_from(State(case.state), party)
        if move not in OF_THE_ASSIGNEE or case.assignee_id == staff.id
    )


def assignable(staff: Staff, case: Case) -> list[StaffMember]:
    """The officials to whom a case can be given, by their names."""
    place = facts.place(case)
    members = StaffMember.objects.select_related("office").filter(ended_at=None).order_by("names", "pk")
    if Party.OFFICIAL not in sight.parties(staff, place):
        return []
    return [member for member in members if sight.may_have(staff_queries.staff(member), place)]


def _cases() -> QuerySet[Case]:
    return Case.objects.select_related("employer__representative", "assignee", "office")
