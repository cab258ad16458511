"""A request as an official of an office sees and judges it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from afilia.appointments.models import Appointment
from afilia.documents import queries as documents
from afilia.documents.models import IssuedDocument, Kind
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries.powers import fault_of
from afilia.foreigners.queries.requests import (
    WITH,
    by_number,
    by_reference,
    document_of,
    is_for,
    numbers_of_comer,
)
from afilia.foreigners.queries.showing import bring, sut_differences
from afilia.foreigners.references import BYTES
from afilia.foreigners.rules import deciding
from afilia.foreigners.rules.deciding import Arrival, Standing
from afilia.foreigners.rules.states import LIVE, State, SutState
from afilia.foreigners.texts import PROCEDURE
from afilia.identifiers.typed import plain
from afilia.procedures import rules as procedures
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Option, Reason, ReasonKind, WhoComes
from afilia.registries.contracts import Field
from afilia.workers import queries as workers
from afilia.workers.queries import Double

SHOWN = 30  # requests of an office


def find(typed: str) -> CodeRequest | None:
    """The request by what an official types or a reader of codes reads: address, reference or number."""
    said = typed.strip()
    reference = said.rstrip("/").rpartition("/")[2].lower()
    if len(reference) == 2 * BYTES:
        return by_reference(reference)
    return by_number(said)


def for_office(office_id: int | None, *, key: UUID) -> CodeRequest | None:
    """A request that the office opened."""
    return _of_office(office_id).filter(key=key).first()


def opened_at_office(office_id: int | None) -> list[CodeRequest]:
    """The requests that the office opened and nobody decided, and the latest it decided."""
    return list(_of_office(office_id).order_by("-opened_at", "-pk")[:SHOWN])


def doubles(request: CodeRequest) -> list[Double]:
    """Who may be the foreigner already, with the reasons; nobody once the request is over."""
    if request.state not in LIVE:
        return []
    return workers.likely_doubles(
        names=request.names, birth_on=request.birth_on, document=document_of(request)
    )


@dataclass(frozen=True, kw_only=True)
class Row:
    """One field of the identity; `sut` is None where the register of contracts has not answered."""

    field: Field
    ours: str
    sut: str | None

    @property
    def is_different(self) -> bool:
        return self.sut is not None and self.sut != self.ours


def comparison(request: CodeRequest) -> list[Row]:
    """What the request says beside what the SUT says; the same words in another order count as the same."""
    ours = {
        Field.KIND: request.document,
        Field.COUNTRY: request.country,
        Field.NUMBER: request.number,
        Field.NAMES: request.names,
        Field.BIRTH: request.birth_on.isoformat(),
    }
    differ = dict(sut_differences(request))
    return [
        Row(field=field, ours=said, sut=differ.get(field, said) if request.sut else None)
        for field, said in ours.items()
    ]


def contents(request: CodeRequest) -> list[Option]:
    """The papers of which the procedure says what must be written in them."""
    return [option for requirement in bring(request) for option in requirement.options if option.contents]


def standing(request: CodeRequest, *, office_id: int | None, arrival: Arrival, now: datetime) -> Standing:
    """A request as the rules judge it, today."""
    power = request.power
    return Standing(
        state=State(request.state),
        is_here=request.office_id is not None and request.office_id == office_id,
        revision=request.revision,
        number=request.number,
        items=tuple(deciding.checklist(bring(request))),
        arrival=arrival,
        sut=SutState(request.sut_state),
        needs_power=request.who_comes == WhoComes.ATTORNEY,
        has_power=power is not None,
        power=fault_of(power, on=timezone.localdate(now)) if power else None,
        has_doubles=bool(doubles(request)),
    )


def arrival_of(
    request: CodeRequest, *, procedure: str, appointment: Appointment | None, identification: str
) -> Arrival:
    """How a visit stands to who is to come; `identification` is of one without an appointment."""
    if procedure != PROCEDURE:
        return Arrival.OTHER
    if appointment is not None:
        return Arrival.BOOKED if is_for(request, appointment) else Arrival.OTHER
    is_other = bool(identification) and plain(identification) not in numbers_of_comer(request)
    return Arrival.OTHER if is_other else Arrival.WALK_IN


def reasons_for(kind: ReasonKind) -> Sequence[Reason]:
    """The reasons from which an official chooses."""
    return procedures.reasons(load(), load().procedures[PROCEDURE], kind)


def reason(slug: str) -> Reason:
    return load().reasons[slug]


def sheet_of(request: CodeRequest) -> IssuedDocument | None:
    """The sheet with the code, once the job has made it."""
    return documents.by_number(kind=Kind.FOREIGNER_CODE, number=request.request_number)


def issued(pk: int) -> CodeRequest:
    """A request whose code was issued, with all that its sheet says. Raises CodeRequest.DoesNotExist."""
    rows = CodeRequest.objects.select_related(*WITH, "office", "code")
    return rows.get(pk=pk, state=State.ISSUED)


def _of_office(office_id: int | None) -> QuerySet[CodeRequest]:
    rows = CodeRequest.objects.select_related(*WITH, "office", "by", "code", "sheet", "appointment__office")
    return rows.filter(office_id=office_id) if office_id is not None else rows.none()
