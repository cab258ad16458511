"""What the register of contracts says of a request. It is asked outside of transactions."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from afilia.audit import actions as audit
from afilia.foreigners.actions import telling
from afilia.foreigners.asking import contract_fields
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries.requests import document_of, locked, waiting_for_sut
from afilia.foreigners.rules.states import LIVE, SutState
from afilia.foreigners.texts import PROCEDURE
from afilia.identifiers.foreign import DocumentId
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Channel
from afilia.registries import sut
from afilia.registries.contracts import Contract, Field, differences, nearest

CONTRACT = "contrato-sut"  # the requirement of the procedure


@dataclass(frozen=True, kw_only=True)
class Answer:
    state: SutState
    contract: Contract | None = None
    differences: tuple[Field, ...] = ()

    def fields(self, *, now: datetime) -> dict[str, Any]:
        """The columns of models.CodeRequest."""
        answered = self.state not in {SutState.NOT_ASKED, SutState.WAITING}
        return {
            "sut_state": self.state,
            "sut": contract_fields(self.contract) if self.contract else {},
            "sut_at": now if answered else None,
        }


def ask(*, ruc: str, document: DocumentId, names: str, birth_on: date) -> Answer:
    """Compare an identity with the contract that the employer registered; a register that is down waits."""
    way = load().procedures[PROCEDURE].way(Channel.COUNTER)
    if way is None or CONTRACT not in {requirement.slug for requirement in way.requirements}:
        return Answer(state=SutState.NOT_ASKED)
    try:
        contracts = sut.look_up(ruc=ruc, number=document.number, birth_on=birth_on)
    except sut.RegisterDownError:
        return Answer(state=SutState.WAITING)
    found = nearest(contracts, document=document, names=names, birth_on=birth_on)
    if found is None:
        return Answer(state=SutState.NO_CONTRACT)
    differ = differences(found, document=document, names=names, birth_on=birth_on)
    return Answer(state=SutState.DIFFERENT if differ else SutState.EQUAL, contract=found, differences=differ)


def ask_again(*, request: CodeRequest, now: datetime) -> CodeRequest:
    """Ask about a live request that has no equal answer yet; the employer is told of a difference."""
    answer = ask(
        ruc=request.employer.ruc,
        document=document_of(request),
        names=request.names,
        birth_on=request.birth_on,
    )
    with transaction.atomic():
        row = locked(request.pk)
        if row.state not in LIVE or row.revision != request.revision or answer.state == row.sut_state:
            return row
        for name, value in answer.fields(now=now).items():
            setattr(row, name, value)
        row.save(update_fields=["sut_state", "sut", "sut_at"])
        if answer.state in {SutState.DIFFERENT, SutState.NO_CONTRACT}:
            telling.sut_differs(row, differences=answer.differences, now=now)
        audit.record(
            "foreigners.sut-answered",
            actor="system",
            subject=f"code-request:{row.pk}",
            at=now,
            facts={"state": answer.state, "procedure": PROCEDURE},
        )
    return row


def ask_waiting(*, now: datetime) -> None:
    """Ask about all that wait for the register; stops at the first that it does not answer for."""
    for request in waiting_for_sut():
        if ask_again(request=request, now=now).sut_state == SutState.WAITING:
            break
