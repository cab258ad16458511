"""What an official at a counter sees of a case, and when a code is issued."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import LIVE, State, SutState
from afilia.procedures.rules import Presented, Requirement

APPOINTMENT = "turno"  # the requirement that the arrival meets


class Arrival(StrEnum):
    """How who comes was received at the office."""

    BOOKED = "booked"  # the appointment is in their name (procedure sheet 002, step 1)
    WALK_IN = "walk-in"  # received without one, as priority groups are
    OTHER = "other"  # the appointment is another person's, or for another procedure
    NONE = "none"  # nobody was received who could be them


class Form(StrEnum):
    """A piece of paper of a requirement."""

    ORIGINAL = "original"
    COPY = "copy"
    EITHER = "either"  # the original or a copy


class Refusal(StrEnum):
    """Why no code is issued. Nothing was done."""

    OVER = "over"  # decided, withdrawn or expired meanwhile
    MOVED = "moved"  # another office opened it
    CHANGED = "changed"  # the employer wrote something else since the page was made
    ARRIVAL = "arrival"  # nobody was received, or somebody else
    INCOMPLETE = "incomplete"  # a paper is missing
    NUMBER = "number"  # the document says another number than the request
    NOT_EQUAL = "not-equal"  # nobody said that the rest is the same
    SUT_DOWN = "sut-down"
    SUT_DIFFERS = "sut-differs"
    NO_CONTRACT = "no-contract"
    POWER = "power"  # does not serve today
    DOUBLE = "double"  # somebody may be the same person, and nobody said that they are not
    HAS_CODE = "has-code"  # the document's owner has a number


@dataclass(frozen=True, kw_only=True)
class Item:
    """A box to tick: one piece of paper. `documents` are the slugs of its alternatives."""

    requirement: str
    form: Form
    documents: tuple[str, ...]

    @property
    def slug(self) -> str:
        return f"{self.requirement}:{self.form}"


FORMS: dict[Presented, tuple[Form, ...]] = {
    Presented.ORIGINAL: (Form.ORIGINAL,),
    Presented.COPY: (Form.COPY,),
    Presented.ORIGINAL_AND_COPY: (Form.ORIGINAL, Form.COPY),
    Presented.ORIGINAL_OR_COPY: (Form.EITHER,),
}


def checklist(asked: Iterable[Requirement]) -> list[Item]:
    """The papers that are to lie on the counter, piece by piece."""
    return [
        Item(
            requirement=requirement.slug,
            form=form,
            documents=tuple(option.document.slug for option in requirement.options),
        )
        for requirement in asked
        if requirement.slug != APPOINTMENT
        for form in FORMS[requirement.options[0].presented]
    ]


def missing(items: Iterable[Item], *, ticked: Collection[str]) -> list[Item]:
    return [item for item in items if item.slug not in ticked]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What an official saw and said. `revision` is that of the page, and so of the signed paper."""

    revision: int
    ticked: frozenset[str]  # slugs of Items
    number: str  # typed from the document, as `typed.plain` writes it
    is_equal: bool  # the rest of the document says the same as the request
    is_another: bool  # whoever may be the same person is not


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A request at a counter, as it stands."""

    state: State
    is_here: bool  # the official's office has it
    revision: int
    number: str  # of the foreigner's document
    items: tuple[Item, ...]
    arrival: Arrival
    sut: SutState
    needs_power: bool  # an attorney comes
    power: PowerFault | None
    has_power: bool
    has_doubles: bool


SUT_REFUSALS = {
    SutState.WAITING: Refusal.SUT_DOWN,
    SutState.DIFFERENT: Refusal.SUT_DIFFERS,
    SutState.NO_CONTRACT: Refusal.NO_CONTRACT,
}


def refusal(standing: Standing, compared: Compared) -> Refusal | None:
    """Why no code is issued, the first reason; None when it is."""
    power_fails = standing.needs_power and (not standing.has_power or standing.power is not None)
    checks = (
        (standing.state in LIVE, Refusal.OVER),
        (standing.is_here, Refusal.MOVED),
        (standing.revision == compared.revision, Refusal.CHANGED),
        (standing.arrival in {Arrival.BOOKED, Arrival.WALK_IN}, Refusal.ARRIVAL),
        (not power_fails, Refusal.POWER),
        (not missing(standing.items, ticked=compared.ticked), Refusal.INCOMPLETE),
        (standing.sut not in SUT_REFUSALS, SUT_REFUSALS.get(standing.sut, Refusal.SUT_DOWN)),
        (standing.number == compared.number, Refusal.NUMBER),
        (compared.is_equal, Refusal.NOT_EQUAL),
        (not standing.has_doubles or compared.is_another, Refusal.DOUBLE),
    )
    return next((reason for is_met, reason in checks if not is_met), None)
