"""«¿Qué necesito?»: which question comes next, and the exact list once there is none; a week in few words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import time

from afilia.procedures.rules import (
    NOTHING,
    Applicant,
    Channel,
    Option,
    Procedure,
    WhoComes,
    requirements,
)

APPLICANT, CHANNEL, WHO_COMES = "empleador", "canal", "viene"


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: one of the three above, or the slug of a requirement with several documents."""

    name: str
    choices: tuple[str, ...]  # values; of a requirement the slugs of documents


@dataclass(frozen=True, kw_only=True)
class Case:
    """What was answered so far, in the order of the questions, and what follows from it."""

    answers: Mapping[str, str]
    question: Question | None  # None: the list is complete
    channel: Channel | None = None  # of the list
    needed: tuple[Option, ...] = ()


def case_of(procedure: Procedure, given: Mapping[str, str]) -> Case:
    """Follow the questions of a procedure through what was given.

    A question with one possible answer is not asked, and an answer that is none counts as not given.
    """
    answers: dict[str, str] = {}

    def answer(name: str, choices: Sequence[str]) -> str | None:
        if len(choices) == 1:
            return choices[0]
        if (said := given.get(name)) in choices:
            answers[name] = str(said)
            return said
        return None

    found: dict[str, str] = {}
    for name in (APPLICANT, CHANNEL, WHO_COMES):
        choices = _choices(procedure, name, found)
        said = answer(name, choices)
        if said is None:
            return Case(answers=answers, question=Question(name=name, choices=choices))
        found[name] = said
    channel = Channel(found[CHANNEL])
    needed = []
    asked = requirements(procedure, channel, Applicant(found[APPLICANT]), WhoComes(found[WHO_COMES]))
    for requirement in asked:
        documents = tuple(option.document.slug for option in requirement.options)
        said = answer(requirement.slug, documents)
        if said is None:
            return Case(answers=answers, question=Question(name=requirement.slug, choices=documents))
        option = requirement.options[documents.index(said)]
        needed.append(replace(option, only=NOTHING))
    return Case(answers=answers, question=None, channel=channel, needed=tuple(needed))


@dataclass(frozen=True, kw_only=True)
class Days:
    """Weekdays in a row (0 is Monday) with the same hours."""

    first: int
    last: int
    open: tuple[tuple[time, time], ...]


def runs_of_days(stretches: Iterable[tuple[int, time, time]]) -> list[Days]:
    """The hours of a week, whose stretches come in their order, the days that have the same put together."""
    week: dict[int, list[tuple[time, time]]] = {}
    for weekday, opens, closes in stretches:
        week.setdefault(weekday, []).append((opens, closes))
    runs: list[Days] = []
    for weekday, hours in sorted(week.items()):
        if runs and runs[-1].last == weekday - 1 and runs[-1].open == tuple(hours):
            runs[-1] = replace(runs[-1], last=weekday)
        else:
            runs.append(Days(first=weekday, last=weekday, open=tuple(hours)))
    return runs


def _choices(procedure: Procedure, name: str, found: Mapping[str, str]) -> tuple[str, ...]:
    if name == APPLICANT:
        return procedure.applicants
    if name == CHANNEL:
        return tuple(way.channel for way in procedure.ways)
    way = procedure.way(Channel(found[CHANNEL]))
    return way.who_comes if way else ()
