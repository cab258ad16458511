"""The request for a foreigner's code, the authorisation, and the sheet with the code."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from afilia.documents.confirmations import ToBring
from afilia.documents.foreigner_papers import (
    CodeRequestFacts,
    CodeSheetFacts,
    render_code_authorisation,
    render_code_request,
    render_code_sheet,
)
from afilia.documents.requests import Signatory
from tests.documents.builders import CODE, EMPLOYER, RUC, text_of
from tests.documents.test_rendering import INJECTIONS
from tests.documents.test_requests import is_accessible

NOW = datetime(2026, 11, 21, 15, tzinfo=UTC)
URL = "https://portal.example.ec/extranjeros/s/4f6c0d9f0b0d4d2cba7d1f6e3b9ac712/"
SIGNER = Signatory(names="NARANJO EJEMPLO CARMEN", document="Cédula", number="1716500019")
WORKER = Signatory(names="PRADA EJEMPLO LUCÍA", document="Pasaporte", number="AX123456", country="Colombia")
FACTS = CodeRequestFacts(
    number="E-2026-0000123",
    revision=2,
    prepared_at=NOW,
    url=URL,
    employer_name=EMPLOYER,
    ruc=RUC,
    signer=SIGNER,
    who_comes="Una tercera persona autorizada",
    comes=Signatory(names="VACA EJEMPLO DIEGO", document="Cédula", number="1716500027"),
    power="",
    worker=WORKER,
    birth_on=date(1991, 4, 2),
    account="Trabajará como bodeguera.\n\nEmpieza el lunes.",
    bring=(ToBring(options=(("Pasaporte del trabajador", "Original y copia simple."),)),),
)
SHEET = CodeSheetFacts(
    number="E-2026-0000123",
    issued_at=NOW,
    foreigner_code="6100000017",
    worker=WORKER,
    birth_on=date(1991, 4, 2),
    employer_name=EMPLOYER,
    ruc=RUC,
    office="CAU Quito Norte",
    code=CODE,
    verify_url=f"https://portal.example.ec/verificar/{CODE}/",
)


def test_all_three_are_accessible_pdfs_and_always_the_same() -> None:
    request, authorisation, sheet = (
        render_code_request(FACTS),
        render_code_authorisation(FACTS),
        render_code_sheet(SHEET),
    )
    assert is_accessible(request, "Solicitud de código de identificación para extranjero E-2026-0000123")
    assert is_accessible(authorisation, "Autorización a un tercero E-2026-0000123")
    assert is_accessible(sheet, "Código de identificación para extranjero, solicitud E-2026-0000123")
    assert render_code_request(FACTS) == request
    assert render_code_sheet(SHEET) == sheet


def test_the_request_has_what_the_sheet_asks_for_and_the_list_to_bring() -> None:
    text = text_of(render_code_request(FACTS))
    for part in (
        SIGNER.names,
        SIGNER.number,
        EMPLOYER,
        WORKER.names,
        WORKER.number,
        "Colombia",
        "2 de abril de 1991",
        "Trabajará como bodeguera.",
        "Empieza el lunes.",
        "versión 2",
        "VACA EJEMPLO DIEGO",
        "No se reciben solicitudes con firma electrónica",
        "Pasaporte del trabajador: Original y copia simple.",
    ):
        assert "".join(part.split()) in text


def test_the_employer_who_comes_is_not_named_twice_and_a_power_is_told() -> None:
    text = text_of(render_code_request(replace(FACTS, comes=None, power="Notaría 3 de Quito")))
    assert "VACA" not in text
    assert "Notaría3deQuito" in text


def test_the_authorisation_has_what_the_sheet_asks_for() -> None:
    text = text_of(render_code_authorisation(FACTS))
    for part in (SIGNER.names, SIGNER.number, "VACA EJEMPLO DIEGO", "1716500027", "autoriza a la persona"):
        assert "".join(part.split()) in text
    with pytest.raises(ValueError, match="nobody"):
        render_code_authorisation(replace(FACTS, comes=None))


def test_the_sheet_says_the_code_and_whose_it_is() -> None:
    text = text_of(render_code_sheet(SHEET))
    for part in ("6100000017", WORKER.names, "AX123456", "Colombia", EMPLOYER, "CAU Quito Norte", CODE):
        assert "".join(part.split()) in text


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_what_people_wrote_is_text_and_nothing_else(hostile: str) -> None:
    changes: dict[str, Any] = {
        "worker": replace(WORKER, names=hostile),
        "account": hostile,
        "who_comes": hostile,
    }
    plain = text_of(render_code_request(replace(FACTS, **changes)))
    assert plain.count("".join(hostile.split())) >= 3
