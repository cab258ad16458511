"""All that the pages show of one request."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils import timezone

from afilia.foreigners.models import CodeRequest, ProvisionalEntry
from afilia.foreigners.queries import entries
from afilia.foreigners.queries.powers import fault_of
from afilia.foreigners.queries.requests import document_of
from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import LIVE, EntryState, State
from afilia.foreigners.texts import PROCEDURE
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.procedures.catalogue import load
from afilia.procedures.rules import (
    Applicant,
    Channel,
    Reason,
    Requirement,
    WhoComes,
    for_identity,
    requirements,
)
from afilia.registries.contracts import Contract, Field, differences
from afilia.workers.models import Employment


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A request with what follows from it today."""

    request: CodeRequest
    is_live: bool
    who_comes: WhoComes
    bring: list[Requirement]
    sut: tuple[tuple[Field, str], ...]  # what differs, and what the register has
    power_fault: PowerFault | None  # of the attorney's power, on the day of the appointment or today
    reason: Reason | None  # of a refusal or a correction
    entries: list[ProvisionalEntry]
    may_start: bool  # file an entry before the code is issued
    lacks_entry: bool  # the code is issued, and the person has not entered at this employer

    @property
    def needs_power(self) -> bool:
        """Whether an attorney comes whose power does not serve."""
        attorney = self.who_comes is WhoComes.ATTORNEY
        return attorney and (self.request.power is None or self.power_fault is not None)


def shown(request: CodeRequest, *, now: datetime) -> Shown:
    filed = list(entries.for_request(request))
    live = request.state in LIVE
    return Shown(
        request=request,
        is_live=live,
        who_comes=WhoComes(request.who_comes),
        bring=bring(request),
        sut=sut_differences(request),
        power_fault=fault_of(request.power, on=_day(request, now)) if request.power else None,
        reason=load().reasons.get(request.reason)
        if request.state in {State.REFUSED, State.CORRECTION}
        else None,
        entries=filed,
        may_start=live
        and bool(settings.FOREIGNERS.provisional_days)
        and not any(entry.state == EntryState.OPEN for entry in filed),
        lacks_entry=_lacks_entry(request),
    )


def bring(request: CodeRequest) -> list[Requirement]:
    """What to bring for exactly this case, alternatives inside."""
    asked = requirements(
        load().procedures[PROCEDURE],
        Channel.COUNTER,
        Applicant(request.applicant),
        WhoComes(request.who_comes),
    )
    return for_identity(for_identity(asked, request.document), request.comes_document or "cedula")


def contract_of(request: CodeRequest) -> Contract | None:
    """The contract that the register answered with."""
    if not request.sut:
        return None
    return Contract(
        ruc=request.employer.ruc,
        document=DocumentId(
            kind=DocumentKind(request.sut[Field.KIND]),
            country=request.sut[Field.COUNTRY],
            number=request.sut[Field.NUMBER],
        ),
        names=request.sut[Field.NAMES],
        birth_on=date.fromisoformat(request.sut[Field.BIRTH]),
        registered_on=timezone.localdate(request.sut_at),
    )


def sut_differences(request: CodeRequest) -> tuple[tuple[Field, str], ...]:
    """What a request and the contract say otherwise, and what the contract has."""
    contract = contract_of(request)
    if contract is None:
        return ()
    differ = differences(
        contract, document=document_of(request), names=request.names, birth_on=request.birth_on
    )
    return tuple((field, request.sut[field]) for field in differ)


def _lacks_entry(request: CodeRequest) -> bool:
    works = Employment.objects.filter(employer=request.employer, annulled=False)
    return request.code is not None and not works.filter(person=request.code.person_id).exists()


def _day(request: CodeRequest, now: datetime) -> date:
    return request.appointment.on if request.appointment else timezone.localdate(now)
