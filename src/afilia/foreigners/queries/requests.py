"""Requests: of an employer, of an appointment, or by what their papers carry."""

import re
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from afilia.appointments.models import Appointment
from afilia.employers.models import Employer, Representative
from afilia.employers.rules import Document
from afilia.foreigners.asking import Signer
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.references import digest_of
from afilia.foreigners.rules.states import LIVE, State, SutState
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.identifiers.typed import plain
from afilia.workers import queries as workers

NUMBER = re.compile(r"E?([0-9]{4})([0-9]{7,18})", re.ASCII)  # as `plain` writes E-2026-0000123
AT_ONCE = 200  # requests about which the SUT is asked in one round


def for_employer(employer: Employer, *, by_number: str | None = None) -> QuerySet[CodeRequest]:
    """The requests of an employer, the latest first; with `by_number` those that this person prepared."""
    found = employer.code_requests.select_related(*WITH).order_by("-pk")
    return found if by_number is None else found.filter(prepared_by=by_number)


def of_employer(employer: Employer, *, key: UUID, by_number: str | None = None) -> CodeRequest | None:
    return for_employer(employer, by_number=by_number).filter(key=key).first()


def signer_of(employer: Employer) -> Signer | None:
    """Who represents an employer by law; None where the institution does not know."""
    person = Representative.objects.filter(employer=employer).first()
    if person is None:
        return None
    return Signer(
        document=Document(person.document),
        number=person.number,
        names=person.names,
        country=person.country,
    )


def employer_of(ruc: str) -> Employer | None:
    return Employer.objects.filter(ruc=ruc).first()


def for_appointment(appointment: Appointment) -> QuerySet[CodeRequest]:
    """The requests that are brought to an appointment, the first one first."""
    return CodeRequest.objects.select_related(*WITH).filter(appointment=appointment).order_by("pk")


def by_reference(reference: str) -> CodeRequest | None:
    """The request whose papers carry the reference in their QR."""
    return CodeRequest.objects.select_related(*WITH).filter(digest=digest_of(reference)).first()


def by_number(typed: str) -> CodeRequest | None:
    """The request with a number as it stands on its papers; not for people who may guess."""
    match = NUMBER.fullmatch(plain(typed))
    if match is None:
        return None
    found = CodeRequest.objects.select_related(*WITH).filter(pk=int(match[2])).first()
    return found if found and timezone.localtime(found.prepared_at).year == int(match[1]) else None


def live_twin(request: CodeRequest) -> CodeRequest | None:
    """The live request of the same employer for the same document."""
    rows = CodeRequest.objects.select_related(*WITH).filter(state__in=LIVE, employer=request.employer)
    return rows.filter(document=request.document, country=request.country, number=request.number).first()


def locked(pk: int) -> CodeRequest:
    """The request, locked until the transaction ends."""
    rows = CodeRequest.objects.select_related(*WITH).select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


def live_before(before: datetime) -> list[int]:
    """The live requests that nobody changed since."""
    rows = CodeRequest.objects.filter(state__in=LIVE, changed_at__lt=before)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def came_to_nothing(before: datetime) -> QuerySet[CodeRequest]:
    """The requests that ended before without a decision, and with which no entry was filed."""
    over = CodeRequest.objects.filter(state__in=[State.EXPIRED, State.WITHDRAWN], ended_at__lt=before)
    return over.filter(decided_at=None, entries=None)


def waiting_for_sut() -> list[CodeRequest]:
    """The live requests about which the register of contracts has not answered, the oldest first."""
    rows = CodeRequest.objects.select_related(*WITH).filter(state__in=LIVE, sut_state=SutState.WAITING)
    return list(rows.order_by("pk")[:AT_ONCE])


def document_of(request: CodeRequest) -> DocumentId:
    """The foreigner's document in a request."""
    return DocumentId(kind=DocumentKind(request.document), country=request.country, number=request.number)


def numbers_of_comer(request: CodeRequest) -> frozenset[str]:
    """All the numbers with which who is to come may be received."""
    comes = request.comes_number or request.signer_number
    return workers.numbers_of(comes) | ({request.comes_passport} - {""})


def is_for(request: CodeRequest, appointment: Appointment) -> bool:
    """Whether an appointment is in the name of who comes with a request (procedure sheet 002, step 1)."""
    return appointment.number in numbers_of_comer(request)


WITH = ("employer", "power", "appointment__office")
