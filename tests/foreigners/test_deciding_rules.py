"""What the checklist holds, and when a code is issued."""

from dataclasses import replace
from typing import Any

import pytest

from afilia.foreigners.rules.deciding import (
    Arrival,
    Compared,
    Form,
    Refusal,
    Standing,
    checklist,
    missing,
    refusal,
)
from afilia.foreigners.rules.powers import PowerFault
from afilia.foreigners.rules.states import State, SutState
from afilia.foreigners.texts import PROCEDURE
from afilia.procedures.catalogue import load
from afilia.procedures.rules import Applicant, Channel, WhoComes, for_identity, requirements


def items_for(who_comes: WhoComes, *, document: str = "passport", comes: str = "cedula") -> list[str]:
    asked = requirements(load().procedures[PROCEDURE], Channel.COUNTER, Applicant.COMPANY, who_comes)
    return [item.slug for item in checklist(for_identity(for_identity(asked, document), comes))]


OWN = [
    "solicitud:original",
    "identidad-trabajador:original",
    "identidad-trabajador:copy",
    "contrato-sut:original",
]


def test_each_piece_of_paper_of_the_case_has_its_box_and_the_appointment_none() -> None:
    assert items_for(WhoComes.EMPLOYER) == OWN
    assert items_for(WhoComes.ATTORNEY) == [*OWN, "poder-notarial:copy"]
    assert items_for(WhoComes.AUTHORISED_THIRD_PARTY) == [
        *OWN,
        "autorizacion-tercero:original",
        "identidad-tercero:original",
        "cedula-empleador:either",
    ]


@pytest.mark.parametrize(
    ("document", "slug"),
    [
        ("passport", "pasaporte-trabajador"),
        ("visa", "visa-trabajador"),
        ("home-document", "documento-pais-origen"),
    ],
)
def test_of_identity_documents_the_one_in_the_request_is_asked_for(document: str, slug: str) -> None:
    asked = requirements(load().procedures[PROCEDURE], Channel.COUNTER, Applicant.COMPANY, WhoComes.EMPLOYER)
    [original, copy] = [
        item
        for item in checklist(for_identity(asked, document))
        if item.requirement == "identidad-trabajador"
    ]
    assert (original.documents, copy.documents) == ((slug,), (slug,))
    assert (original.form, copy.form) == (Form.ORIGINAL, Form.COPY)


ITEMS = tuple(
    checklist(
        requirements(
            load().procedures[PROCEDURE],
            Channel.COUNTER,
            Applicant.COMPANY,
            WhoComes.AUTHORISED_THIRD_PARTY,
        )
    )
)
GOOD = Standing(
    state=State.PREPARED,
    is_here=True,
    revision=2,
    number="AX123456",
    items=ITEMS,
    arrival=Arrival.BOOKED,
    sut=SutState.EQUAL,
    needs_power=False,
    has_power=False,
    power=None,
    has_doubles=False,
)
SAID = Compared(
    revision=2,
    ticked=frozenset(item.slug for item in ITEMS),
    number="AX123456",
    is_equal=True,
    is_another=False,
)
ATTORNEY = {"needs_power": True, "has_power": True}


@pytest.mark.parametrize(
    ("standing", "said", "reason"),
    [
        ({}, {}, None),
        ({"state": State.CORRECTION}, {}, None),
        ({"arrival": Arrival.WALK_IN}, {}, None),
        ({"sut": SutState.NOT_ASKED}, {}, None),
        (ATTORNEY, {}, None),
        ({"has_doubles": True}, {"is_another": True}, None),
        *(
            ({"state": state}, {}, Refusal.OVER)
            for state in (State.ISSUED, State.REFUSED, State.WITHDRAWN, State.EXPIRED)
        ),
        ({"is_here": False}, {}, Refusal.MOVED),
        ({}, {"revision": 1}, Refusal.CHANGED),
        ({"arrival": Arrival.NONE}, {}, Refusal.ARRIVAL),
        ({"arrival": Arrival.OTHER}, {}, Refusal.ARRIVAL),
        ({"needs_power": True}, {}, Refusal.POWER),
        *((ATTORNEY | {"power": fault}, {}, Refusal.POWER) for fault in PowerFault),
        ({}, {"ticked": SAID.ticked - {"identidad-tercero:original"}}, Refusal.INCOMPLETE),
        ({}, {"ticked": SAID.ticked - {"identidad-trabajador:copy"}}, Refusal.INCOMPLETE),
        ({"sut": SutState.WAITING}, {}, Refusal.SUT_DOWN),
        ({"sut": SutState.DIFFERENT}, {}, Refusal.SUT_DIFFERS),
        ({"sut": SutState.NO_CONTRACT}, {}, Refusal.NO_CONTRACT),
        ({}, {"number": "AX12345"}, Refusal.NUMBER),
        ({}, {"is_equal": False}, Refusal.NOT_EQUAL),
        ({"has_doubles": True}, {}, Refusal.DOUBLE),
    ],
)
def test_a_code_is_issued_or_the_first_reason_is_said(
    standing: dict[str, Any], said: dict[str, Any], reason: Refusal | None
) -> None:
    assert refusal(replace(GOOD, **standing), replace(SAID, **said)) is reason


def test_the_third_partys_document_is_missing_by_name() -> None:
    ticked = SAID.ticked - {"identidad-tercero:original"}
    [item] = missing(ITEMS, ticked=ticked)
    assert item.documents == ("cedula-tercero", "codigo-extranjero-tercero")
