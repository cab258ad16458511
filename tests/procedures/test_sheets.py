"""What the official sheets say is what the catalogue says, in other words."""

from collections.abc import Iterator

import pytest

from afilia.procedures.catalogue import load
from afilia.procedures.rules import MAX_BYTES, Channel, Format, Option, Procedure, Signature, Way
from tests.procedures.texts import texts
from tests.sheets import ITEM, fold, needs_sheets, places, read, words

pytestmark = needs_sheets
SHEETS = {one.sheet: one for one in load().procedures.values() if one.sheet}
EVERY_SHEET = pytest.mark.parametrize("number", sorted(SHEETS))
# How the sheets call the documents that they ask for, from the beginning of the line.
DOCUMENTS = {
    "acuerdo de responsabilidad": "acuerdo",
    "autorizacion a terceros": "autorizacion-tercero",
    "calificacion artesanal": "calificacion-artesanal",
    "cedula": "cedula",
    "clave de empleador": "clave-patronal",
    "clave patronal": "clave-patronal",
    "codigo de identificacion para extranjeros": "codigo-extranjero",
    "codigo de identificacion para extranjero:": "codigo-extranjero",
    "documento de identificacion del pais de origen": "documento-pais-origen",
    "pasaporte:": "pasaporte",
    "pasaporte del pais de origen": "pasaporte-trabajador",
    "poder notarial": "poder-notarial",
    "registro sut": "contrato-sut",
    "registro unico de contribuyentes": "ruc",
    "solicitud de emision de codigo": "solicitud-codigo",
    "solicitud de entrega de clave": "solicitud-clave",
    "turno de atencion": "turno",
    "visa:": "visa",
    "visa, en caso": "visa-trabajador",
}
# Documents that are asked for and stand in no list: of who comes for another, in the steps of sheet 002 and a
# note of sheet 001.
IN_STEPS = {"cedula-tercero", "codigo-extranjero-tercero", "cedula-empleador"}
SMALL = {"de", "del", "la", "y", "el", "para", "c", "d", "cd", "resolucion"}
MISREAD = "atencionalusuari@iess.gob.ec"  # the digitised sheet 000 lacks a letter
COPIED = 9  # words in a row that are a sentence, and no name


def options(procedure: Procedure) -> Iterator[Option]:
    for way in procedure.ways:
        for requirement in way.requirements:
            yield from requirement.options


def way(procedure: Procedure, channel: Channel) -> Way:
    found = procedure.way(channel)
    assert found
    return found


def runs(text: str) -> set[tuple[str, ...]]:
    """All stretches of COPIED words."""
    said = words(text)
    return {tuple(said[start : start + COPIED]) for start in range(len(said) - COPIED + 1)}


@EVERY_SHEET
def test_name_institution_and_whom_it_is_for(number: str) -> None:
    sheet, procedure, catalogue = read(number), SHEETS[number], load()
    assert fold(sheet.field("Nombre Trámite")) == fold(procedure.name.es)
    assert fold(sheet.field("Institución")) == fold(catalogue.institution)
    assert sheet.addressees == {fold(catalogue.addressees[one].es) for one in procedure.addressees}
    assert "beneficio o servicio" in sheet.text
    assert "beneficio o servicio" in catalogue.kind_of_result.es


@EVERY_SHEET
def test_each_document_that_the_sheet_lists_is_asked_for_and_no_other(number: str) -> None:
    listed = set()
    for line in read(number).needed:
        named = {slug for start, slug in DOCUMENTS.items() if fold(line).startswith(start)}
        assert len(named) == 1, line
        listed |= named
    asked = {option.document.slug for option in options(SHEETS[number])}
    assert asked - IN_STEPS == listed


@EVERY_SHEET
def test_channels_hours_and_cost(number: str) -> None:
    sheet, procedure, catalogue = read(number), SHEETS[number], load()
    channels = sheet.between("Canales de atención:", "¿Cuál es el costo del trámite?")
    hours = sheet.between("¿Dónde y cuál es el horario de atención?", "Base Legal")
    assert ("En línea" in channels) == any(one.channel is not Channel.COUNTER for one in procedure.ways)
    counter = procedure.way(Channel.COUNTER)
    assert ("Presencial" in channels) == bool(counter)
    assert "El trámite no tiene costo" in sheet.text
    assert procedure.cost == 0
    assert ("24 horas" in hours) == (not counter)
    if counter:
        opening = catalogue.channels[Channel.COUNTER].opening
        assert "lunes a viernes de 8:00 a 17:00" in hours.replace("08:00", "8:00")
        assert "De lunes a viernes, de 8:00 a 17:00" in counter.hours.es
        assert (opening.days, opening.opens, opening.closes) == ((1, 2, 3, 4, 5), "08:00", "17:00")
        assert ("centros comerciales" in hours) == ("centros comerciales" in counter.hours.es)
    else:
        assert procedure.ways[0].hours.es == "Las 24 horas."
        opening = catalogue.channels[Channel.ONLINE].opening
        assert (len(opening.days), opening.opens, opening.closes) == (7, "00:00", "23:59")


@EVERY_SHEET
def test_every_norm_with_all_its_articles_in_their_order(number: str) -> None:
    sheet, procedure = read(number), SHEETS[number]
    said = [({*words(law.norm)} - SMALL, places(law.articles)) for law in procedure.legal]
    assert said == [({*words(norm)} - SMALL, places(articles)) for norm, articles in sheet.laws]
    assert bool(said) == ("Art." in sheet.text)


@EVERY_SHEET
def test_contact(number: str) -> None:
    sheet, contact = read(number), SHEETS[number].contact
    assert contact["office"] in sheet.text
    assert contact["phone"] in sheet.text
    assert {email for email in sheet.emails if email != MISREAD} <= {contact["email"]}
    assert bool(contact["email"]) == bool(sheet.emails)


@EVERY_SHEET
def test_no_sentence_is_copied(number: str) -> None:
    procedure = SHEETS[number]
    facts = {procedure.name, *(option.document.name for option in options(procedure))}
    facts |= {one.hours for one in procedure.ways}
    copied = {run for text in texts(procedure) if text not in facts for run in runs(text.es)}
    assert copied & runs(read(number).text) == set()


def test_first_key_has_the_signatures_and_sizes_of_its_sheet() -> None:
    sheet, procedure = read("001"), SHEETS["001"]
    assert sheet.text.count("suscripción del documento de forma manuscrita es imprescindible") == 2
    assert sheet.text.count("suscripción del documento de forma electrónica es imprescindible") == 2
    for channel, signature in (
        (Channel.COUNTER, Signature.BY_HAND),
        (Channel.VIRTUAL, Signature.ELECTRONIC),
    ):
        asked = way(procedure, channel).requirements
        signed = {one.slug for one in asked if {option.signature for option in one.options} == {signature}}
        assert signed == {"solicitud", "acuerdo"}
    assert "JPG o PDF (peso máximo 1MB)" in sheet.text
    sent = [option for one in way(procedure, Channel.VIRTUAL).requirements for option in one.options]
    assert {option.max_bytes for option in sent} == {MAX_BYTES}
    assert {form for option in sent for form in option.formats} == {Format.JPG, Format.PDF}


@pytest.mark.parametrize("number", ["001", "002"])
def test_subject_of_the_mail_of_a_booking(number: str) -> None:
    subject = "Verificar IESS turno online"
    assert subject in read(number).text
    assert any(subject in step.es for step in way(SHEETS[number], Channel.COUNTER).steps)


def test_foreigner_code_has_the_contents_and_exemptions_of_its_sheet() -> None:
    sheet, procedure = read("002"), SHEETS["002"]
    lists = {option.document.slug: len(option.contents) for option in options(procedure) if option.contents}

    def listed(part: str) -> int:
        return sum(line.startswith("- ") for line in part.splitlines())

    assert lists == {
        "solicitud-codigo": listed(sheet.between("que debe contener:", "NOTAS:")),
        "autorizacion-tercero": listed(sheet.between("que contenga:", "Además, el tercero")),
    }
    assert "(personas de tercera edad, con\n\ndiscapacidad, mujeres embarazadas)" in sheet.text
    exempt = [fold(one.es) for one in way(procedure, Channel.COUNTER).without_appointment]
    assert exempt == ["personas de la tercera edad", "personas con discapacidad", "mujeres embarazadas"]
    assert "No se recibirán solicitudes con firma electrónica" in sheet.text
    forbidden = {one.document.slug for one in options(procedure) if one.signature is Signature.FORBIDDEN}
    assert forbidden == {"solicitud-codigo"}


def test_recovery_has_the_times_subject_and_cases_of_its_sheet() -> None:
    sheet, procedure = read("004"), SHEETS["004"]
    steps = " ".join(step.es for step in way(procedure, Channel.ONLINE).steps)
    assert sheet.text.count("vigencia de tres minutos") == steps.count("tres minutos") == 2
    for said in ("Validar", "Recuperación Clave para RUC"):
        assert said in sheet.text
        assert f"«{said}»" in steps
    cases = len(ITEM.findall(sheet.between("siguientes condiciones", "Si no es posible validar")))
    assert len(procedure.exceptions) == cases == 3
    assert procedure.instead == SHEETS["001"].slug
    (ruc,) = [option for option in options(procedure) if option.document.slug == "ruc"]
    assert "seguido de 000" in sheet.text
    assert "seguida de 000 y la sucursal 0001" in ruc.how.es
