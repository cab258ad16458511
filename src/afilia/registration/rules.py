"""The steps of a registration, and the application that comes of the answers. An answer is JSON."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from afilia.employers.rules import Application, Document, Kind, Person, Place
from afilia.registries.rules import Standing

Answer = Mapping[str, Any]
Answers = Mapping["Step", Answer]

DRAFT_LIFETIME = timedelta(days=1)
WINDOW = timedelta(hours=1)  # in which uses are counted
ASKS_PER_REGISTRATION = 6  # how many times as often one may look up a RUC or ask for a code


class Step(StrEnum):
    """A page of the registration; the value stands in its address."""

    KIND = "clase"
    RUC = "ruc"
    TAXPAYER = "contribuyente"  # what the SRI said, to be agreed to
    OWNER = "persona"  # of a domestic employer
    DOCUMENT = "documento"
    REPRESENTATIVE = "representante"
    BRANCHES = "sucursales"
    ADDRESS = "direccion"
    PHONE = "telefono"
    EMAIL = "correo"
    CODE = "codigo"
    COLLECTOR = "retiro"
    CHECK = "revisar"


class Use(StrEnum):
    """What is counted for each network address, and MAIL for each recipient."""

    REGISTRATION = "registration"
    LOOK_UP = "look-up"
    CODE = "code"
    MAIL = "mail"


LAST = (Step.ADDRESS, Step.PHONE, Step.EMAIL, Step.CODE, Step.COLLECTOR)
WITH_SRI = (
    Step.KIND,
    Step.RUC,
    Step.TAXPAYER,
    Step.DOCUMENT,
    Step.REPRESENTATIVE,
    Step.BRANCHES,
    *LAST,
)
IN_PERSON = frozenset({Kind.PERSON, Kind.ARTISAN})  # the RUC names who acts: cédula and 001
OWN_RUC = tuple(step for step in WITH_SRI if step not in {Step.DOCUMENT, Step.REPRESENTATIVE})
DOMESTIC = (Step.KIND, Step.OWNER, *LAST)

# What another answer makes void.
OF_THE_EMPLOYER = frozenset(
    {Step.RUC, Step.TAXPAYER, Step.OWNER, Step.DOCUMENT, Step.REPRESENTATIVE, Step.BRANCHES}
)
VOID: Mapping[Step, frozenset[Step]] = {
    Step.KIND: OF_THE_EMPLOYER,
    Step.RUC: OF_THE_EMPLOYER - {Step.RUC},
    Step.DOCUMENT: frozenset({Step.REPRESENTATIVE}),
    Step.EMAIL: frozenset({Step.CODE}),
}


def kind_of(answers: Answers) -> Kind | None:
    answer = answers.get(Step.KIND)
    return Kind(answer["kind"]) if answer else None


def steps(answers: Answers) -> tuple[Step, ...]:
    """The steps of this registration in their order, the check of all answers left out."""
    kind = kind_of(answers)
    if kind is Kind.DOMESTIC:
        return DOMESTIC
    return OWN_RUC if kind in IN_PERSON else WITH_SRI


def next_step(answers: Answers) -> Step:
    """The first step without an answer; the check when all have one."""
    return next((step for step in steps(answers) if step not in answers), Step.CHECK)


def may_be_shown(step: Step, answers: Answers) -> bool:
    """Whether all steps before this one have an answer."""
    if step is Step.CHECK:
        return next_step(answers) is Step.CHECK
    order = steps(answers)
    return step in order and all(earlier in answers for earlier in order[: order.index(step)])


def step_before(step: Step, answers: Answers) -> Step | None:
    order = (*steps(answers), Step.CHECK)
    at = order.index(step)
    return order[at - 1] if at else None


def with_answer(answers: Answers, step: Step, answer: Answer) -> dict[Step, Answer]:
    """The answers with this one; where it says something new, without those that it makes void."""
    void = VOID.get(step, frozenset()) if answers.get(step) != answer else frozenset()
    return {**{known: said for known, said in answers.items() if known not in void}, step: answer}


def application(answers: Answers) -> Application:
    """What registers the employer. KeyError where an answer is missing."""
    kind = Kind(answers[Step.KIND]["kind"])
    address = answers[Step.ADDRESS]
    if kind is Kind.DOMESTIC:
        owner = answers[Step.OWNER]
        ruc, name, standing = owner["ruc"], owner["names"], None
        representative = _person(owner, Document.CEDULA)
        branches: tuple[Place, ...] = (
            Place(name="DOMICILIO", address=f"{address['street']}, {address['canton']}"),
        )
    else:
        taxpayer = answers[Step.RUC]
        ruc, name, standing = taxpayer["ruc"], taxpayer["name"], Standing(taxpayer["standing"])
        representative = _representative(answers)
        branches = tuple(
            Place(name=place["name"], address=place["address"]) for place in answers[Step.BRANCHES]["places"]
        )
    collector = answers[Step.COLLECTOR]
    return Application(
        kind=kind,
        ruc=ruc,
        name=name,
        standing=standing,
        representative=representative,
        branches=branches,
        province=address["province"],
        canton=address["canton"],
        street=address["street"],
        phone=answers[Step.PHONE]["phone"],
        email=answers[Step.EMAIL]["email"],
        email_verified_at=datetime.fromisoformat(answers[Step.CODE]["verified_at"]),
        collector=_person(collector, Document.CEDULA) if collector["number"] else None,
    )


def proposed_places(taxpayer: Answer) -> list[dict[str, str]]:
    """A branch for each open establishment, in the order of the SRI's numbers; one where none is open."""
    places = [
        {
            "name": (establishment["name"] or taxpayer["name"])[:300],
            "address": ", ".join(
                establishment[part] for part in ("parish", "canton", "province") if establishment[part]
            ),
        }
        for establishment in taxpayer["establishments"]
        if establishment["open"]
    ]
    return places or [{"name": taxpayer["name"][:300], "address": ""}]


def is_within(count: int, *, limit: int) -> bool:
    """Whether a use is allowed, `count` being those of the last hour, this one included."""
    return count <= limit


def _representative(answers: Answers) -> Person:
    if Kind(answers[Step.KIND]["kind"]) in IN_PERSON:
        taxpayer = answers[Step.RUC]
        return Person(
            document=Document.CEDULA,
            number=taxpayer["ruc"][:10],
            names=taxpayer["name"],
            confirmed=taxpayer["confirmed"],
        )
    return _person(answers[Step.REPRESENTATIVE], Document(answers[Step.DOCUMENT]["document"]))


def _person(answer: Answer, document: Document) -> Person:
    return Person(
        document=document,
        number=answer["number"],
        names=answer["names"],
        country=answer.get("country", ""),
        confirmed=answer.get("confirmed", False),
    )
