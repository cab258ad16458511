"""The work on cases as an official's pages show it. Every read begins with who asks."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from afilia.cases.models import Case, Correction, Paper, Trace
from afilia.cases.models import Move as MoveRow
from afilia.cases.queries import calendar, desk, facts
from afilia.cases.queries.desk import Filters
from afilia.cases.queries.facts import Slot
from afilia.cases.rules import sight
from afilia.cases.rules import signatures as case_signatures
from afilia.cases.rules.moves import OPEN, Move, Party, State
from afilia.counter.queries import keys
from afilia.counter.rules import working
from afilia.counter.rules.handing import PROCEDURE, Standing
from afilia.counter.rules.working import Due, Owner, Urgency
from afilia.documents import queries as documents
from afilia.documents.rules.files import OPENABLE
from afilia.documents.rules.signatures import SignatureFacts, SignatureReason, signature_verdict
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures import rules as procedures
from afilia.procedures.catalogue import load
from afilia.procedures.rules import ReasonKind
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff

PAGE = 25  # cases on one page of the queue


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an official wants to see of the queue; nothing said means what waits for somebody to decide."""

    state: State | None = None
    is_all: bool = False
    procedure: str = ""
    owner: Owner | None = None
    urgency: Urgency | None = None
    older: int = 0  # days since it was submitted
    province: str = ""  # code; of who sees several
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case in the queue, with how old it is in days and how its clock stands."""

    case: Case
    age: int
    due: Due


@dataclass(frozen=True, kw_only=True)
class Item:
    """A slot of the checklist, as officials see it: what its signatures say, and whether it may be opened."""

    slot: Slot
    faults: Sequence[SignatureReason]
    may_open: bool


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a case: a move or the hands that it went through."""

    at: datetime
    move: MoveRow | None = None
    trace: Trace | None = None
    asked: Sequence[Correction] = ()  # with the move that asked for them


def queue(staff: Staff, asked: Asked, *, now: datetime) -> QuerySet[Case]:
    """The cases that an official asks for, the first that are due first."""
    states = [asked.state] if asked.state else [] if asked.is_all else sorted(_waiting_for(staff))
    found = desk.queue(
        staff,
        Filters(
            states=states,
            procedure=asked.procedure,
            mine=asked.owner is Owner.MINE,
            unassigned=asked.owner is Owner.NOBODY,
            text=asked.text,
        ),
    )
    if asked.province:
        found = found.filter(province=asked.province)
    if asked.older:
        found = found.filter(submitted_at__lte=now - timedelta(days=asked.older))
    return found.filter(_urgent(asked.urgency, now=now)) if asked.urgency else found


def rows(cases: Sequence[Case], *, now: datetime) -> list[Row]:
    return [Row(case=case, age=age(case, now=now), due=due(case, now=now)) for case in cases]


def age(case: Case, *, now: datetime) -> int:
    """Whole days since a case was submitted."""
    return (now - (case.submitted_at or now)).days


def due(case: Case, *, now: datetime) -> Due:
    return working.due(
        due_on=case.due_on,
        days_left=case.days_left,
        today=calendar.today(case.province, now),
        is_working=calendar.working_days(case.unit_province),
    )


def provinces(staff: Staff) -> dict[str, str]:
    """The provinces between which an official may choose; none for who sees one alone."""
    return {} if staff.province or staff.office_id is not None else dict(PROVINCES)


def colleagues(staff: Staff) -> list[StaffMember]:
    """To whom a supervisor gives cases of the queue: who decides them where the supervisor answers for."""
    if Role.SUPERVISOR not in staff.roles or staff.office_id is not None:
        return []
    return [
        member
        for member in staff_queries.team(staff)
        if Role.COORDINATION in member.roles or (Role.SUPERVISOR in member.roles and not member.office_id)
    ]


def checklist(case: Case) -> list[Item]:
    """Each requirement of a case with its document, and what speaks against its signatures."""
    items = []
    for slot in facts.slots(case):
        paper = slot.paper
        items.append(
            Item(
                slot=slot,
                faults=_faults(case, slot, paper) if paper else (),
                may_open=paper is not None and paper.file.scan in OPENABLE,
            )
        )
    return items


def item_of(items: Sequence[Item], paper_id: int | None) -> Item | None:
    """The slot of the checklist in which a document lies."""
    return next((one for one in items if one.slot.paper and one.slot.paper.pk == paper_id), None)


def signatures(paper: Paper) -> Sequence[SignatureFacts]:
    return documents.signatures_of(paper.file)


def unseen(case: Case) -> list[str]:
    """The documents that nobody found to be good, in words: with them there is no approval."""
    return facts.document_names(case, facts.unseen(case))


def retired(case: Case) -> list[Paper]:
    """The documents that others took the place of."""
    return list(case.papers.exclude(retired_at=None).select_related("file").order_by("-retired_at"))


def history(case: Case) -> list[Event]:
    """All that happened to a case, the latest first."""
    asked = defaultdict(list)
    for one in case.corrections.all():
        asked[one.asked_at].append(one)
    moves = [
        Event(at=one.at, move=one, asked=asked[one.at] if one.kind == Move.ASK_CORRECTION else ())
        for one in case.moves.select_related("by")
    ]
    traces = [Event(at=one.at, trace=one) for one in case.traces.select_related("by", "to")]
    return sorted(moves + traces, key=lambda one: one.at, reverse=True)


def may_take(staff: Staff, case: Case) -> bool:
    return case.assignee_id is None and sight.may_have(staff, facts.place(case))


def may_release(staff: Staff, case: Case) -> bool:
    """Whether an official may give a case back, or on to another."""
    is_theirs = case.assignee_id == staff.id or Role.SUPERVISOR in staff.roles
    return is_theirs and sight.may_have(staff, facts.place(case))


def other_units(case: Case) -> list[procedures.Unit]:
    """Where a case may be sent: all units but its own."""
    return [unit for unit in facts.units() if unit.slug != case.unit]


def decisions(staff: Staff, case: Case) -> list[Move]:
    """What an official may decide about a case now; taking it up and handing over have pages of their own."""
    apart = {Move.TAKE_UP, Move.DELIVER}
    return [move for move in desk.moves(staff, case) if move not in apart]


def may_write(staff: Staff, case: Case) -> bool:
    """Whether an official writes to the applicant: not who only hands over."""
    return not sight.parties(staff, facts.place(case)) <= {Party.COUNTER}


def key_standing(case: Case) -> Standing | None:
    """How it stands with the key that a case asks for; None where it asks for something else."""
    if case.procedure != PROCEDURE:
        return None
    return keys.standing(case.employer, number=case.employer.representative.number)


def reasons(case: Case, kind: ReasonKind) -> list[procedures.Reason]:
    """The reasons from which an official chooses."""
    return procedures.reasons(load(), facts.procedure(case), kind)


def offices(case: Case, *, on: date) -> list[Office]:
    """Where what was asked for may be handed over: the open offices of the case's province, or all."""
    opened = Office.objects.filter(open_from__lte=on).filter(Q(open_to=None) | Q(open_to__gte=on))
    near = list(opened.filter(province=case.province).order_by("name"))
    return near or list(opened.order_by("name"))


def _waiting_for(staff: Staff) -> set[State]:
    """The states in which a case waits for an official with these roles."""
    if staff.roles == {Role.LEGAL}:
        return {State.LEGAL_REVIEW}
    decides = Role.COORDINATION in staff.roles or staff.office_id is None
    return set(OPEN) if decides else {State.APPROVED}


def _urgent(urgency: Urgency, *, now: datetime) -> Q:
    today = timezone.localdate(now)
    match urgency:
        case Urgency.LATE:
            return Q(due_on__lt=today)
        case Urgency.SOON:
            return Q(due_on__range=(today, today + timedelta(days=2)))
        case Urgency.STOPPED:
            return Q(days_left__isnull=False)


def _faults(case: Case, slot: Slot, paper: Paper) -> Sequence[SignatureReason]:
    return signature_verdict(
        case_signatures.policy(slot.option),
        documents.signatures_of(paper.file),
        facts.signer(case),
        at=paper.put_at,
    )
