"""What there is to know about a case, whoever asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext

from afilia.cases.models import Case, Correction, Paper, Trace
from afilia.cases.rules.moves import Move as MoveKind
from afilia.cases.rules.moves import Party, State, moves_from
from afilia.cases.rules.sight import Place
from afilia.documents import queries as documents
from afilia.documents.rules import signatures
from afilia.documents.rules.files import ScanState
from afilia.employers.models import Representative
from afilia.offices.provinces import PROVINCES
from afilia.procedures import rules as procedures
from afilia.procedures.catalogue import load
from afilia.procedures.rules import (
    Applicant,
    Channel,
    Option,
    Procedure,
    Requirement,
    Unit,
    UnitKind,
    WhoComes,
)
from afilia.procedures.speaking import spoken

KIND = "case"  # of the receipt among the issued documents
DRAFT_LIFETIME = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A requirement of a case, and what was put into it; `correction` while it is asked for again."""

    requirement: Requirement
    paper: Paper | None
    correction: Correction | None

    @property
    def slug(self) -> str:
        return self.requirement.slug

    @property
    def option(self) -> Option:
        """The alternative that was put, or the preferred one."""
        chosen = self.requirement.option(self.paper.document) if self.paper else None
        return chosen or self.requirement.options[0]

    @property
    def is_infected(self) -> bool:
        """Whether the scanner found a virus in it, so that nobody will ever open it."""
        return self.paper is not None and self.paper.file.scan == ScanState.INFECTED

    @property
    def is_done(self) -> bool:
        """Whether nothing has to be sent: it is there and clean, and where it was asked for again, anew."""
        if self.paper is None or self.is_infected:
            return False
        return self.correction is None or self.correction.replacement_id is not None

    @property
    def is_open(self) -> bool:
        """Whether it was asked for again."""
        return self.correction is not None


def procedure(case: Case) -> Procedure:
    return load().procedures[case.procedure]


def requirements(case: Case) -> list[Requirement]:
    """What this case needs; of identity documents only the representative's, where that is known."""
    asked = procedures.requirements(
        procedure(case), Channel(case.channel), Applicant(case.applicant), WhoComes(case.who_comes)
    )
    person = representative(case)
    return procedures.for_identity(asked, person.document) if person else asked


def representative(case: Case) -> Representative | None:
    """Who acts for the employer by law; None where the employer was not registered through the portal."""
    return getattr(case.employer, "representative", None)


def registration_number(case: Case) -> str:
    """The number of the employer's registration, which its papers carry; empty without one."""
    registration = getattr(case.employer, "registration", None)
    return registration.number if registration else ""


def requirement(case: Case, slot: str) -> Requirement | None:
    return next((one for one in requirements(case) if one.slug == slot), None)


def papers(case: Case) -> dict[str, Paper]:
    """The papers in force, by their slots."""
    found = case.papers.filter(retired_at=None).select_related("file")
    return {paper.slot: paper for paper in found}


def open_corrections(case: Case) -> dict[str, Correction]:
    """What the applicant was asked to send again, by its slot; nothing of a draft was ever looked at."""
    if case.state == State.DRAFT:
        return {}
    return {one.slot: one for one in case.corrections.filter(closed_at=None)}


def slots(case: Case) -> list[Slot]:
    """The checklist of a case, in the order of the procedure."""
    put, asked = papers(case), open_corrections(case)
    return [
        Slot(requirement=one, paper=put.get(one.slug), correction=asked.get(one.slug))
        for one in requirements(case)
    ]


def missing(case: Case) -> list[str]:
    """The slots of a case for which a document has still to be sent."""
    return [slot.slug for slot in slots(case) if not slot.is_done]


def unseen(case: Case) -> list[str]:
    """The slots of a case whose documents nobody found to be good."""
    return [slot.slug for slot in slots(case) if slot.paper is None or slot.paper.is_good is not True]


def signer(case: Case) -> signatures.Applicant:
    """Who must sign the documents of a case."""
    person = representative(case)
    numbers = frozenset({person.number} if person else ())
    return signatures.Applicant(numbers=numbers, ruc=case.employer.ruc)


def place(case: Case) -> Place:
    return Place(state=State(case.state), unit_province=case.unit_province, office_id=case.office_id)


def may(case: Case, move: MoveKind, party: Party) -> bool:
    """Whether the state of a case allows a move of somebody in a capacity."""
    return move in moves_from(State(case.state), party)


def units() -> list[Unit]:
    """All who decide cases: the coordinations by the names of their provinces, then the directorates."""
    directorates = [Unit(slug=slug, kind=UnitKind.DIRECTORATE) for slug in load().directorates]
    return [*map(procedures.coordination, PROVINCES), *directorates]


def name_of(unit: str, province: str) -> str:
    """A unit in words, by its slug and the province of a coordination."""
    if not province:
        return spoken(load().directorates[unit])
    return gettext("Coordinación provincial de %(province)s") % {"province": PROVINCES[province]}


def unit_name(case: Case) -> str:
    """Who decides, in words; nothing of a draft."""
    return name_of(case.unit, case.unit_province) if case.unit else ""


def why_here(case: Case) -> str:
    """Why a case is with its unit, in words: the table sent it there, or another unit did."""
    if case.traces.filter(why=Trace.Why.SENT_ON).exists():
        return str(Trace.Why.SENT_ON.label)
    route = next((route for route in load().routes if route.slug == case.route), None)
    return spoken(route.why) if route else ""


def reason_text(slug: str) -> str:
    """A reason of the catalogue in words; the slug itself where it is no longer in it."""
    reason = load().reasons.get(slug)
    return spoken(reason.text) if reason else slug


def document_names(case: Case, named: Iterable[str]) -> list[str]:
    """Some slots of a case in words, as the documents in them or the preferred ones are called."""
    wanted = set(named)
    return [spoken(slot.option.document.name) for slot in slots(case) if slot.slug in wanted]


def correction_due_on(case: Case) -> date | None:
    """The last day for what was asked for again."""
    return min((one.due_on for one in open_corrections(case).values()), default=None)


def code_of(case: Case) -> str:
    """The code with which a case is followed and its receipt verified."""
    return documents.code_of(kind=KIND, number=str(case.number))


def draft_ends_at(case: Case) -> datetime:
    """When a draft is thrown away."""
    return case.begun_at + DRAFT_LIFETIME
