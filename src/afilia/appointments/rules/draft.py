"""A booking while it is being written: what is asked before a place is chosen. An answer is JSON."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from afilia.employers.rules import same_email

Answer = Mapping[str, Any]
Answers = Mapping["Step", Answer]


class Step(StrEnum):
    """A page of the booking; the value stands in its address."""

    PERSON = "persona"
    CONTACT = "contacto"
    CODE = "codigo"
    PROCEDURE = "tramite"
    CASE = "caso"


ORDER = tuple(Step)
# What another answer makes void.
VOID: Mapping[Step, frozenset[Step]] = {Step.PROCEDURE: frozenset({Step.CASE})}


def next_step(answers: Answers) -> Step | None:
    """The first step without an answer; None when a place can be chosen."""
    return next((step for step in ORDER if step not in answers), None)


def may_be_shown(step: Step, answers: Answers) -> bool:
    """Whether all steps before this one have an answer, a procedure chosen ahead of them or not."""
    return all(earlier in answers for earlier in ORDER[: ORDER.index(step)])


def step_before(step: Step | None, answers: Answers) -> Step | None:
    """The page to go back to: the last one before this one that asks something that is not settled."""
    earlier = ORDER[: ORDER.index(step)] if step else ORDER
    shown = [one for one in earlier if one is not Step.CODE]
    return shown[-1] if shown and answers else None


def with_answer(answers: Answers, step: Step, answer: Answer) -> dict[Step, Answer]:
    """The answers with this one; where it says something new, without those that it makes void."""
    void = VOID.get(step, frozenset()) if answers.get(step) != answer else frozenset()
    return {**{known: said for known, said in answers.items() if known not in void}, step: answer}


def with_contact(answers: Answers, answer: Answer) -> dict[Step, Answer]:
    """The answers with an e-mail and a phone; another e-mail than the one proved has to be proved."""
    proved = answers.get(Step.CODE)
    kept: dict[Step, Answer] = {step: said for step, said in answers.items() if step != Step.CODE}
    if proved and same_email(proved["email"], answer["email"]):
        kept[Step.CODE] = proved
    return {**kept, Step.CONTACT: answer}
