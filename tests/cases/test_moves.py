from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from afilia.cases.rules.moves import (
    ENDED,
    OF_THE_ASSIGNEE,
    OPEN,
    PARTIES,
    RUNNING,
    TABLE,
    WITH_REASON,
    Fault,
    Move,
    Party,
    State,
    after,
    fault,
    moves_from,
)

EVERYBODY = frozenset(Party)


@pytest.mark.parametrize(
    ("state", "move", "to"),
    [
        (State.DRAFT, Move.SUBMIT, State.SUBMITTED),
        (State.SUBMITTED, Move.TAKE_UP, State.UNDER_REVIEW),
        (State.UNDER_REVIEW, Move.ASK_CORRECTION, State.CORRECTION_ASKED),
        (State.CORRECTION_ASKED, Move.CORRECT, State.UNDER_REVIEW),
        (State.UNDER_REVIEW, Move.ASK_LEGAL, State.LEGAL_REVIEW),
        (State.LEGAL_REVIEW, Move.GIVE_OPINION, State.UNDER_REVIEW),
        (State.UNDER_REVIEW, Move.APPROVE, State.APPROVED),
        (State.CORRECTION_ASKED, Move.REFUSE, State.REFUSED),
        (State.APPROVED, Move.DELIVER, State.DELIVERED),
        (State.SUBMITTED, Move.APPROVE, None),
        (State.SUBMITTED, Move.REFUSE, None),
        (State.LEGAL_REVIEW, Move.APPROVE, None),
        (State.APPROVED, Move.WITHDRAW, None),
        (State.DRAFT, Move.DELIVER, None),
    ],
)
def test_the_table_leads_where_the_procedure_does(state: State, move: Move, to: State | None) -> None:
    assert after(state, move) is to


def test_every_state_can_be_reached_and_every_one_but_the_ended_can_be_left() -> None:
    assert set(TABLE.values()) | {State.DRAFT} == set(State)
    assert {state for state, _ in TABLE} == set(State) - ENDED


def test_every_open_state_has_an_end_within_reach() -> None:
    for start in State:
        seen, todo = {start}, [start]
        while todo:
            at = todo.pop()
            todo += [to for (state, _), to in TABLE.items() if state is at and to not in seen]
            seen |= set(todo)
        assert seen & ENDED, start


def test_nothing_but_a_delivery_comes_of_an_approval() -> None:
    assert [move for state, move in TABLE if state is State.APPROVED] == [Move.DELIVER]


def test_the_clock_runs_only_where_somebody_of_ours_has_to_act() -> None:
    assert {State.CORRECTION_ASKED} == OPEN - RUNNING
    assert RUNNING.isdisjoint(ENDED)


@pytest.mark.parametrize("move", sorted(Move))
def test_a_move_is_of_one_party_alone(move: Move) -> None:
    state = next(state for state, known in TABLE if known is move)
    for party in Party:
        found = fault(
            state, move, parties=frozenset({party}), is_assignee=True, has_reason=True, is_checked=True
        )
        assert found is (None if party is PARTIES[move] else Fault.PARTY)


@pytest.mark.parametrize("move", sorted(OF_THE_ASSIGNEE))
def test_who_does_not_have_the_case_decides_nothing(move: Move) -> None:
    state = next(state for state, known in TABLE if known is move)
    assert fault(state, move, parties=EVERYBODY, is_assignee=False, has_reason=True) is Fault.ASSIGNEE


@pytest.mark.parametrize("move", sorted(WITH_REASON))
def test_a_refusal_and_a_correction_need_a_reason(move: Move) -> None:
    state = next(state for state, known in TABLE if known is move)
    assert fault(state, move, parties=EVERYBODY, is_assignee=True, has_reason=False) is Fault.REASON


def test_an_approval_needs_every_document_to_be_good() -> None:
    asked = partial(fault, State.UNDER_REVIEW, Move.APPROVE, parties=EVERYBODY, is_assignee=True)
    assert asked(has_reason=False, is_checked=False) is Fault.CHECKLIST
    assert asked(has_reason=False, is_checked=True) is None


@given(st.sampled_from(State), st.sampled_from(Move))
def test_what_the_table_does_not_know_is_refused_to_everybody(state: State, move: Move) -> None:
    found = fault(state, move, parties=EVERYBODY, is_assignee=True, has_reason=True)
    assert (found is Fault.STATE) is ((state, move) not in TABLE)


@given(st.sampled_from(State), st.sampled_from(Party))
def test_moves_offered_are_moves_allowed(state: State, party: Party) -> None:
    for move in Move:
        found = fault(
            state, move, parties=frozenset({party}), is_assignee=True, has_reason=True, is_checked=True
        )
        assert (move in moves_from(state, party)) is (found is None)


class Cases(RuleBasedStateMachine):
    """Anybody tries anything: a case is only ever where the table led it, and stays at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.states = [State.DRAFT]

    @initialize()
    def submit(self) -> None:
        self.states.append(TABLE[State.DRAFT, Move.SUBMIT])

    @rule(
        move=st.sampled_from(Move),
        parties=st.frozensets(st.sampled_from(Party)),
        is_assignee=st.booleans(),
        said=st.fixed_dictionaries({"has_reason": st.booleans(), "is_checked": st.booleans()}),
    )
    def try_a_move(
        self, move: Move, parties: frozenset[Party], is_assignee: bool, said: dict[str, bool]
    ) -> None:
        state = self.states[-1]
        if fault(state, move, parties=parties, is_assignee=is_assignee, **said) is None:
            assert PARTIES[move] in parties
            self.states.append(TABLE[state, move])

    @invariant()
    def never_leaves_an_end(self) -> None:
        assert not any(state in ENDED for state in self.states[:-1])

    @invariant()
    def is_never_a_draft_again(self) -> None:
        assert State.DRAFT not in self.states[1:]

    @invariant()
    def is_delivered_only_after_an_approval(self) -> None:
        if self.states[-1] is State.DELIVERED:
            assert self.states[-2] is State.APPROVED


TestCases = Cases.TestCase
