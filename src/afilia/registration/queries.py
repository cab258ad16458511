import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import override

from afilia.documents import queries as documents
from afilia.documents.models import Kind as DocumentKind
from afilia.documents.requests import BranchLine, RequestFacts, Signatory
from afilia.employers.models import Branch, Employer, Registration, Representative
from afilia.employers.rules import Document, Kind
from afilia.kit import countries, sealing
from afilia.offices.provinces import PROVINCES
from afilia.registration.models import Draft
from afilia.registration.roads import roads
from afilia.registration.rules import Answers, Step
from afilia.registries import sri

SEAL = "registration.draft"


class Paper(StrEnum):
    """A document that a registration results in; the value stands in its address."""

    REQUEST = "solicitud"
    AGREEMENT = "acuerdo"


KINDS = {Paper.REQUEST: DocumentKind.KEY_REQUEST, Paper.AGREEMENT: DocumentKind.AGREEMENT}


@dataclass(frozen=True, kw_only=True)
class AtTheSri:
    """What the SRI says of an employer today."""

    standing: sri.Standing | None  # None: it knows no such RUC, or gave no answer
    answered: bool


def draft(draft_id: UUID) -> Draft | None:
    return Draft.objects.select_related("registration").filter(pk=draft_id).first()


def answers(draft: Draft) -> Answers:
    """What was answered so far, by step; nothing once the employer is registered."""
    if draft.sealed is None:
        return {}
    text = sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=draft.sealed)
    return {Step(step): answer for step, answer in json.loads(text).items()}


def digest(answers: Answers) -> str:
    """A text that is the same for the same answers, and another for others."""
    return hashlib.sha256(json.dumps(answers, sort_keys=True).encode()).hexdigest()


def registration_of(pk: int, *, number: str) -> Registration | None:
    """The registration with that key, where it has that number."""
    found = Registration.objects.select_related("employer", "employer__representative").filter(pk=pk).first()
    return found if found and found.number == number else None


def representative(employer: Employer) -> Representative | None:
    return Representative.objects.filter(employer=employer).first()


def branches(employer: Employer, *, numbers: Collection[str] | None) -> list[Branch]:
    """The employer's branches in the order of their numbers, or those with `numbers` alone."""
    found = employer.branches.order_by("number")
    return list(found if numbers is None else found.filter(number__in=numbers))


def at_the_sri(employer: Employer) -> AtTheSri | None:
    """Ask the SRI about an employer, for two seconds at most; None for a domestic one."""
    if employer.kind == Kind.DOMESTIC:
        return None
    try:
        taxpayer = sri.look_up(employer.ruc, seconds=2.0)
    except sri.RegisterDownError:
        return AtTheSri(standing=None, answered=False)
    return AtTheSri(standing=taxpayer.standing if taxpayer else None, answered=True)


def code_of(registration: Registration, paper: Paper) -> str:
    return documents.code_of(kind=KINDS[paper], number=registration.number)


def facts(registration: Registration, paper: Paper) -> RequestFacts:
    """All that the request for the key or the agreement says, in Spanish."""
    employer, person = registration.employer, registration.employer.representative
    code = code_of(registration, paper)
    with override("es"):
        return RequestFacts(
            number=registration.number,
            issued_at=registration.registered_at,
            registered_at=registration.registered_at,
            employer_name=employer.name,
            ruc=employer.ruc,
            kind=str(employer.get_kind_display()),
            standing=registration.standing,
            address=", ".join(
                part for part in (employer.street, employer.canton, PROVINCES.get(employer.province)) if part
            ),
            phone=employer.phone,
            email=employer.email,
            branches=tuple(
                BranchLine(number=branch.number, name=branch.name, address=branch.address)
                for branch in employer.branches.order_by("number")
            ),
            signatory=Signatory(
                names=person.names,
                document=str(person.get_document_display()),
                number=person.number,
                country=countries.name(person.country),
            ),
            collector_number=registration.collector_number,
            collector_names=registration.collector_names,
            code=code,
            verify_url=documents.verify_url(code),
        )


def roads_of(registration: Registration) -> list[dict[str, Any]]:
    """The roads to the key for this employer, with what to bring."""
    employer = registration.employer
    return roads(
        document=Document(employer.representative.document),
        kind=Kind(employer.kind),
        third_party=bool(registration.collector_number),
    )
