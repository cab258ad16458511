import copy
import tomllib
from importlib.resources import files
from typing import Any

import pytest

from afilia.employers.rules import Document
from afilia.identifiers.foreign import DocumentKind
from afilia.offices.provinces import PROVINCES
from afilia.procedures.catalogue import DataError, load, read
from afilia.procedures.rules import (
    MAX_BYTES,
    Applicant,
    Catalogue,
    Channel,
    Format,
    Law,
    Procedure,
    ReasonKind,
    Requirement,
    Signature,
    UnitKind,
    WhoComes,
    coordination,
    destination,
    for_identity,
    megabytes,
    reasons,
    requirements,
)
from afilia.recovery import documents as documents_road
from afilia.registration import roads
from tests.procedures.texts import texts

KEY, CODE = "clave-patronal", "codigo-extranjeros"
SHEETS = {
    "dependientes": "000",
    KEY: "001",
    CODE: "002",
    "novedades-batch": "003",
    "recuperacion-clave": "004",
    "aviso-entrada-salida": "",
    "registro-empleador": "",
    "turnos": "",
    "ventanilla-virtual": "",
}


def raw() -> dict[str, dict[str, Any]]:
    """The data as they stand in the files, to be changed at will."""
    folder = files("afilia.procedures").joinpath("data")
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir()
    }


def asked(
    slug: str,
    channel: Channel,
    applicant: Applicant = Applicant.COMPANY,
    who_comes: WhoComes = WhoComes.EMPLOYER,
) -> dict[str, Requirement]:
    found = requirements(load().procedures[slug], channel, applicant, who_comes)
    return {requirement.slug: requirement for requirement in found}


def documents(requirement: Requirement) -> list[str]:
    return [option.document.slug for option in requirement.options]


def test_the_five_sheets_and_what_they_name_are_the_catalogue() -> None:
    assert {slug: procedure.sheet for slug, procedure in load().procedures.items()} == SHEETS


def test_every_text_is_in_both_languages() -> None:
    found = texts(load())
    assert len(found) > 150
    assert [text for text in found if bool(text.es) != bool(text.en)] == []
    assert [text for text in found if "{" in text.es + text.en] == []


def test_every_file_says_where_it_is_from_and_when_that_was_read() -> None:
    for name, content in raw().items():
        assert content["source"], name
        assert content["source_on"].isoformat() >= "2026-11-21", name


def test_every_document_and_every_reason_is_used() -> None:
    catalogue = load()
    used = {
        option.document.slug
        for procedure in catalogue.procedures.values()
        for way in procedure.ways
        for requirement in way.requirements
        for option in requirement.options
    }
    named = {
        slug
        for procedure in catalogue.procedures.values()
        for slug in procedure.refusals + procedure.corrections
    }
    assert used == set(catalogue.documents)
    assert named == set(catalogue.reasons)


def test_what_other_parts_name_is_in_the_catalogue() -> None:
    named = {roads.PROCEDURE, documents_road.RECOVERY, documents_road.FIRST_KEY}
    assert named <= set(load().procedures)
    assert load().procedures[documents_road.RECOVERY].exceptions


def test_each_kind_of_employer_has_its_words() -> None:
    assert set(load().applicants) == set(Applicant)


def test_identity_documents_are_those_that_people_are_known_by() -> None:
    named = {
        option.identity
        for procedure in load().procedures.values()
        for way in procedure.ways
        for requirement in way.requirements
        for option in requirement.options
    }
    assert named - {""} == {*map(str, Document), *map(str, DocumentKind)}


@pytest.mark.parametrize("slug", sorted(SHEETS))
def test_everybody_whom_a_procedure_is_for_is_asked_for_something(slug: str) -> None:
    procedure = load().procedures[slug]
    for way in procedure.ways:
        for applicant in procedure.applicants:
            for who_comes in way.who_comes:
                found = requirements(procedure, way.channel, applicant, who_comes)
                assert found
                assert all(requirement.options for requirement in found)
                # A document alone does not tell which of two papers it is.
                for requirement in found:
                    assert len(set(documents(requirement))) == len(requirement.options)


def test_first_key_at_the_virtual_desk_is_asked_for_what_the_sheet_lists() -> None:
    found = asked(KEY, Channel.VIRTUAL)
    assert list(found) == ["ruc", "solicitud", "identidad", "acuerdo"]
    for slug in ("solicitud", "acuerdo"):
        (option,) = found[slug].options
        assert option.signature is Signature.ELECTRONIC
        assert option.formats == (Format.PDF,)  # a picture carries no electronic signature
    for slug in ("ruc", "identidad"):
        for option in found[slug].options:
            assert option.signature is Signature.NONE
            assert option.formats == (Format.JPG, Format.PDF)
            assert option.max_bytes == MAX_BYTES == 1_048_576


@pytest.mark.parametrize(
    ("applicant", "more", "less"),
    [
        (Applicant.ARTISAN, {"calificacion-artesanal"}, set()),
        (Applicant.DOMESTIC, set(), {"ruc"}),
        (Applicant.PUBLIC, set(), set()),
    ],
)
def test_requirements_differ_by_applicant(applicant: Applicant, more: set[str], less: set[str]) -> None:
    company = set(asked(KEY, Channel.VIRTUAL))
    assert set(asked(KEY, Channel.VIRTUAL, applicant)) == company - less | more


@pytest.mark.parametrize(
    ("applicant", "options"),
    [
        (Applicant.FOREIGN_PERSON, ["cedula", "codigo-extranjero", "pasaporte", "visa"]),
        (Applicant.COMPANY, ["cedula", "codigo-extranjero", "pasaporte", "visa"]),
        (Applicant.PERSON, ["cedula"]),
        (Applicant.DOMESTIC, ["cedula"]),
    ],
)
def test_foreigners_alone_have_another_document_for_the_cedula(
    applicant: Applicant, options: list[str]
) -> None:
    for channel in (Channel.COUNTER, Channel.VIRTUAL):
        assert documents(asked(KEY, channel, applicant)["identidad"]) == options


@pytest.mark.parametrize(
    ("identity", "document"), [("passport", "pasaporte"), ("visa", "visa"), ("cedula", "cedula")]
)
def test_a_known_identity_document_leaves_one_alternative(identity: str, document: str) -> None:
    found = for_identity(asked(KEY, Channel.VIRTUAL).values(), identity)
    assert [documents(one) for one in found if one.slug == "identidad"] == [[document]]
    assert len(found) == 4


def test_a_third_party_brings_the_authorisation_and_an_original() -> None:
    own = asked(KEY, Channel.COUNTER)
    third = asked(KEY, Channel.COUNTER, who_comes=WhoComes.AUTHORISED_THIRD_PARTY)
    assert set(third) - set(own) == {"identidad-tercero"}
    assert "Autorización de retiro" in third["solicitud"].options[0].how.es
    assert "Autorización de retiro" not in own["solicitud"].options[0].how.es


def test_foreigner_code_takes_passport_else_visa_else_document_of_the_home_country() -> None:
    found = asked(CODE, Channel.COUNTER)
    assert documents(found["identidad-trabajador"]) == [
        "pasaporte-trabajador",
        "visa-trabajador",
        "documento-pais-origen",
    ]
    assert found["solicitud"].options[0].signature is Signature.FORBIDDEN


@pytest.mark.parametrize(
    ("who_comes", "more"),
    [
        (WhoComes.ATTORNEY, {"poder-notarial"}),
        (
            WhoComes.AUTHORISED_THIRD_PARTY,
            {"autorizacion-tercero", "identidad-tercero", "cedula-empleador"},
        ),
    ],
)
def test_foreigner_code_asks_more_of_who_comes_for_the_employer(who_comes: WhoComes, more: set[str]) -> None:
    assert set(asked(CODE, Channel.COUNTER, who_comes=who_comes)) - set(asked(CODE, Channel.COUNTER)) == more


def test_power_of_attorney_is_validated_by_the_legal_unit_first() -> None:
    found = asked(CODE, Channel.COUNTER, who_comes=WhoComes.ATTORNEY)
    assert [slug for slug, one in found.items() if one.options[0].validated_by_legal] == ["poder-notarial"]


@pytest.mark.parametrize(
    ("slug", "channel", "who_comes"),
    [
        (CODE, Channel.VIRTUAL, WhoComes.EMPLOYER),
        (KEY, Channel.VIRTUAL, WhoComes.AUTHORISED_THIRD_PARTY),
        (KEY, Channel.COUNTER, WhoComes.ATTORNEY),
    ],
)
def test_a_way_that_no_sheet_knows_is_none(slug: str, channel: Channel, who_comes: WhoComes) -> None:
    with pytest.raises(KeyError):
        asked(slug, channel, who_comes=who_comes)


def test_the_virtual_desk_takes_the_first_key_alone() -> None:
    assert [procedure.slug for procedure in load().on(Channel.VIRTUAL)] == [KEY]


def test_reasons_are_those_of_the_procedure_and_of_their_kind() -> None:
    procedure = load().procedures[KEY]
    refusals = {reason.slug for reason in reasons(load(), procedure, ReasonKind.REFUSAL)}
    corrections = {reason.slug for reason in reasons(load(), procedure, ReasonKind.CORRECTION)}
    assert "ya-tiene-clave" in refusals
    assert "ilegible" in corrections
    assert not refusals & corrections


@pytest.mark.parametrize("province", sorted(PROVINCES))
def test_first_key_goes_to_the_coordination_of_its_province(province: str) -> None:
    found = destination(load(), procedure=KEY, province=province)
    assert found.unit == coordination(province)
    assert found.unit.slug == f"coordinacion-{province}"
    assert found.route.slug == "clave-por-provincia"


def test_what_no_line_names_goes_to_the_directorate_by_default() -> None:
    found = destination(load(), procedure="otro", province="17")
    assert found.unit.kind is UnitKind.DIRECTORATE
    assert found.unit.slug in load().directorates
    assert found.route.slug == "por-defecto"


def test_the_first_line_that_fits_counts() -> None:
    data = raw()
    galapagos = {
        "slug": "insular",
        "provinces": ["20"],
        "to": "direccion-nacional",
        "why": {"es": "a", "en": "b"},
    }
    data["routing"]["route"].insert(0, galapagos)
    found = read(data)
    assert destination(found, procedure=KEY, province="20").route.slug == "insular"
    assert destination(found, procedure=KEY, province="17").route.slug == "clave-por-provincia"


def changed(path: list[str | int], value: Any) -> dict[str, dict[str, Any]]:
    data = copy.deepcopy(raw())
    node: Any = data
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([KEY, "refusals"], ["ilegible"]),
        ([KEY, "corrections"], ["no-corregido"]),
        (["routing", "route", 0, "to"], "direccion-que-no-hay"),
        (["routing", "route", 0, "procedures"], ["tramite-que-no-hay"]),
        (["routing", "route", 1, "provinces"], ["17"]),
        ([KEY, "way", 1, "requirement", 1, "slug"], "ruc"),
        ([KEY, "related"], ["tramite-que-no-hay"]),
        (["portal", "order"], [KEY, CODE]),
    ],
    ids=["refusal", "correction", "directorate", "procedure", "no-default", "slot", "related", "order"],
)
def test_data_that_do_not_fit_together_are_refused(path: list[str | int], value: Any) -> None:
    with pytest.raises(DataError):
        read(changed(path, value))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ([KEY, "way", 1, "requirement", 0, "option", 0, "document"], "papel-que-no-hay"),
        ([KEY, "refusals"], ["motivo-que-no-hay"]),
        ([KEY, "way", 1, "requirement", 0, "option", 0, "signature"], "a veces"),
        ([KEY, "applicants"], ["nadie"]),
    ],
    ids=["document", "reason", "signature", "applicant"],
)
def test_a_name_that_is_nowhere_is_refused(path: list[str | int], value: Any) -> None:
    with pytest.raises((KeyError, ValueError)):
        read(changed(path, value))


def test_another_limit_of_a_procedure_reaches_its_documents_and_its_words() -> None:
    catalogue: Catalogue = read(changed([KEY, "way", 1, "max_bytes"], 3 * MAX_BYTES))
    procedure: Procedure = catalogue.procedures[KEY]
    way = procedure.way(Channel.VIRTUAL)
    assert way
    assert {option.max_bytes for one in way.requirements for option in one.options} == {3 * MAX_BYTES}
    assert any("3 MB" in step.es for step in way.steps)


@pytest.mark.parametrize(("size", "said"), [(1_048_576, "1 MB"), (10_485_760, "10 MB")])
def test_a_limit_is_said_in_megabytes(size: int, said: str) -> None:
    assert megabytes(size) == said


def test_a_limit_that_nobody_could_be_told_is_refused() -> None:
    with pytest.raises(ValueError, match="megabytes"):
        megabytes(1_000_000)


@pytest.mark.parametrize(
    ("articles", "cited"),
    [
        ("73", "Ley, art. 73"),
        ("16; 247.1", "Ley, arts. 16; 247.1"),
        ("disposición general segunda", "Ley, disposición general segunda"),
    ],
)
def test_a_law_is_cited_with_its_articles(articles: str, cited: str) -> None:
    assert Law(norm="Ley", articles=articles).cited == cited
