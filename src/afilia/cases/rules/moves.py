"""How a case moves: a table of states and moves, and who may make each."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    UNDER_REVIEW = "under-review"
    CORRECTION_ASKED = "correction-asked"
    LEGAL_REVIEW = "legal-review"
    APPROVED = "approved"  # what was asked for waits to be handed over
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DELIVERED = "delivered"


class Move(StrEnum):
    SUBMIT = "submit"
    TAKE_UP = "take-up"
    ASK_CORRECTION = "ask-correction"
    CORRECT = "correct"
    ASK_LEGAL = "ask-legal"
    GIVE_OPINION = "give-opinion"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    DELIVER = "deliver"


class Party(StrEnum):
    """In what capacity somebody moves a case."""

    APPLICANT = "applicant"
    OFFICIAL = "official"  # of the unit that decides
    LEGAL = "legal"
    COUNTER = "counter"


class Fault(StrEnum):
    """Why somebody cannot move a case so."""

    STATE = "state"  # it is not in a state for that
    PARTY = "party"  # it is not theirs to do
    ASSIGNEE = "assignee"  # another official has it
    REASON = "reason"  # it needs a reason of the procedure, and a correction an item
    CHECKLIST = "checklist"  # nobody found every document to be good


TABLE: Mapping[tuple[State, Move], State] = {
    (State.DRAFT, Move.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Move.TAKE_UP): State.UNDER_REVIEW,
    (State.UNDER_REVIEW, Move.ASK_CORRECTION): State.CORRECTION_ASKED,
    (State.CORRECTION_ASKED, Move.CORRECT): State.UNDER_REVIEW,
    (State.UNDER_REVIEW, Move.ASK_LEGAL): State.LEGAL_REVIEW,
    (State.LEGAL_REVIEW, Move.GIVE_OPINION): State.UNDER_REVIEW,
    (State.UNDER_REVIEW, Move.APPROVE): State.APPROVED,
    (State.UNDER_REVIEW, Move.REFUSE): State.REFUSED,
    (State.CORRECTION_ASKED, Move.REFUSE): State.REFUSED,
    (State.SUBMITTED, Move.WITHDRAW): State.WITHDRAWN,
    (State.UNDER_REVIEW, Move.WITHDRAW): State.WITHDRAWN,
    (State.CORRECTION_ASKED, Move.WITHDRAW): State.WITHDRAWN,
    (State.LEGAL_REVIEW, Move.WITHDRAW): State.WITHDRAWN,
    (State.APPROVED, Move.DELIVER): State.DELIVERED,
}
PARTIES: Mapping[Move, Party] = {
    Move.SUBMIT: Party.APPLICANT,
    Move.TAKE_UP: Party.OFFICIAL,
    Move.ASK_CORRECTION: Party.OFFICIAL,
    Move.CORRECT: Party.APPLICANT,
    Move.ASK_LEGAL: Party.OFFICIAL,
    Move.GIVE_OPINION: Party.LEGAL,
    Move.APPROVE: Party.OFFICIAL,
    Move.REFUSE: Party.OFFICIAL,
    Move.WITHDRAW: Party.APPLICANT,
    Move.DELIVER: Party.COUNTER,
}
OF_THE_ASSIGNEE = frozenset({Move.ASK_CORRECTION, Move.ASK_LEGAL, Move.APPROVE, Move.REFUSE})
WITH_REASON = frozenset({Move.ASK_CORRECTION, Move.REFUSE})
CHECKED = frozenset({Move.APPROVE})

ENDED = frozenset({State.REFUSED, State.WITHDRAWN, State.DELIVERED})
RUNNING = frozenset({State.SUBMITTED, State.UNDER_REVIEW, State.LEGAL_REVIEW})  # the clock does
OPEN = RUNNING | {State.CORRECTION_ASKED}  # for somebody to decide


def after(state: State, move: Move) -> State | None:
    """The state that a move leads to; None where the table has no such move."""
    return TABLE.get((state, move))


def moves_from(state: State, party: Party) -> tuple[Move, ...]:
    """What somebody in a capacity may do with a case in a state, in the order of the table."""
    return tuple(move for at, move in TABLE if at is state and PARTIES[move] is party)


def fault(
    state: State,
    move: Move,
    *,
    parties: frozenset[Party],
    is_assignee: bool,
    has_reason: bool,
    is_checked: bool = False,
) -> Fault | None:
    """Why somebody cannot move a case, the first of the reasons; None when they can.

    `is_checked` says that every document of the checklist was found to be good.
    """
    if after(state, move) is None:
        return Fault.STATE
    if PARTIES[move] not in parties:
        return Fault.PARTY
    if move in OF_THE_ASSIGNEE and not is_assignee:
        return Fault.ASSIGNEE
    if move in CHECKED and not is_checked:
        return Fault.CHECKLIST
    return Fault.REASON if move in WITH_REASON and not has_reason else None
