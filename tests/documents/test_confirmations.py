"""The confirmation of an appointment on paper."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pytest

from afilia.documents.confirmations import ConfirmationFacts, ToBring, render_confirmation
from tests.documents.builders import text_of
from tests.documents.test_rendering import INJECTIONS

URL = "https://portal.example.org/turnos/t/4f6c0d9f0b0d4d2cba7d1f6e3b9ac712/"
FACTS = ConfirmationFacts(
    confirmed_at=datetime(2026, 11, 21, 15, tzinfo=UTC),
    code="KM7",
    url=URL,
    day="Jueves 26 de noviembre de 2026",
    time="10:20, hora de Galápagos",
    office="Centro de Atención Universal Puerto Baquerizo Moreno",
    address="Av. Charles Darwin y Española",
    procedure="Generación de clave patronal",
    rows=(("Nombres y apellidos", "MARÍA ÑANDÚ TOAPANTA"), ("Cédula", "1710034065")),
    bring=(
        ToBring(options=(("Acuerdo", "Impreso y firmado a mano."),)),
        ToBring(options=(("Pasaporte", "Original."), ("Visa", ""))),
    ),
    notes=("Llegue diez minutos antes.",),
)


def make(**changes: Any) -> bytes:
    return render_confirmation(replace(FACTS, **changes))


def test_it_is_an_accessible_pdf_whose_qr_has_words() -> None:
    with pikepdf.open(io.BytesIO(make())) as pdf:
        assert pdf.open_metadata()["pdfuaid:part"] == "1"
        assert pdf.Root.Lang == "es-EC"
        assert pdf.docinfo["/Title"] == "Confirmación del Turno en Línea KM7"
        elements = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary)]
        figures = [str(item.get("/Alt")) for item in elements if item.get("/S") == "/Figure"]
        assert [URL in alt for alt in figures] == [True]


def test_it_says_when_where_who_and_what_to_bring() -> None:
    text = text_of(make())
    for part in (
        "Jueves26denoviembrede2026",
        "10:20,horadeGalápagos",
        "PuertoBaquerizoMoreno",
        "KM7",
        "MARÍAÑANDÚTOAPANTA",
        "1710034065",
        "Acuerdo:Impresoyfirmadoamano.",
        "Pasaporte:Original.obienVisa",
        "Lleguediezminutosantes.",
        URL,
    ):
        assert part in text


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_people_wrote_is_text_and_nothing_else(text: str) -> None:
    plain = text_of(make(rows=(("Nombres y apellidos", text),), procedure=text, notes=(text,)))
    assert plain.count("".join(text.split())) >= 3


def test_the_same_facts_give_the_same_bytes() -> None:
    assert make() == make()
