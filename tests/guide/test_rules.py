from collections.abc import Iterator, Mapping
from datetime import time
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.guide.forms import said
from afilia.guide.rules import APPLICANT, CHANNEL, WHO_COMES, Case, case_of, runs_of_days
from afilia.procedures.catalogue import load
from afilia.procedures.rules import KEY as KEY_DOCUMENT
from afilia.procedures.rules import Applicant, Procedure, WhoComes, requirements

KEY, CODE = "clave-patronal", "codigo-extranjeros"
MOST_QUESTIONS = 5


def asked(slug: str, **answers: str) -> Case:
    return case_of(load().procedures[slug], {name.replace("_", "-"): said for name, said in answers.items()})


def documents(case: Case) -> list[str]:
    assert case.question is None
    return [option.document.slug for option in case.needed]


def test_questions_come_one_at_a_time_and_only_where_there_is_a_choice() -> None:
    assert asked(KEY).question.name == APPLICANT  # type: ignore[union-attr]
    assert asked(KEY, empleador="person").question.name == CHANNEL  # type: ignore[union-attr]
    assert asked(KEY, empleador="person", canal="counter").question.name == WHO_COMES  # type: ignore[union-attr]
    # An Ecuadorian person has a cédula, and at the virtual desk nobody comes for another.
    assert asked(KEY, empleador="person", canal="virtual").question is None


@pytest.mark.parametrize(
    ("slug", "answers", "needed"),
    [
        (KEY, {"empleador": "person", "canal": "virtual"}, ["ruc", "solicitud-clave", "cedula", "acuerdo"]),
        (KEY, {"empleador": "domestic", "canal": "virtual"}, ["solicitud-clave", "cedula", "acuerdo"]),
        (
            KEY,
            {"empleador": "artisan", "canal": "counter", "viene": "authorised-third-party"},
            ["solicitud-clave", "acuerdo", "cedula", "cedula-tercero", "calificacion-artesanal"],
        ),
        (
            KEY,
            {"empleador": "company", "canal": "counter", "viene": "employer", "identidad": "visa"},
            ["solicitud-clave", "acuerdo", "visa"],
        ),
        (
            CODE,
            {"empleador": "company", "viene": "attorney", "identidad_trabajador": "visa-trabajador"},
            ["solicitud-codigo", "visa-trabajador", "contrato-sut", "poder-notarial", "turno"],
        ),
    ],
)
def test_the_list_is_that_of_the_sheet_for_the_case(
    slug: str, answers: dict[str, str], needed: list[str]
) -> None:
    assert documents(asked(slug, **answers)) == needed


def test_a_list_names_no_case_any_more() -> None:
    case = asked(KEY, empleador="artisan", canal="counter", viene="authorised-third-party")
    assert [option.only.es for option in case.needed] == [""] * len(case.needed)


@pytest.mark.parametrize(
    ("week", "runs"),
    [
        ([], []),
        ([(0, 8, 17)], [(0, 0, [(8, 17)])]),
        ([(day, 8, 17) for day in range(5)], [(0, 4, [(8, 17)])]),
        ([(0, 8, 17), (1, 8, 17), (3, 8, 17)], [(0, 1, [(8, 17)]), (3, 3, [(8, 17)])]),
        ([(0, 8, 12), (0, 13, 17), (1, 8, 12), (1, 13, 17)], [(0, 1, [(8, 12), (13, 17)])]),
        ([(0, 8, 17), (1, 10, 20), (2, 10, 20)], [(0, 0, [(8, 17)]), (1, 2, [(10, 20)])]),
    ],
)
def test_days_with_the_same_hours_are_said_together(
    week: list[tuple[int, int, int]], runs: list[tuple[int, int, list[tuple[int, int]]]]
) -> None:
    found = runs_of_days((day, time(opens), time(closes)) for day, opens, closes in week)
    assert [
        (days.first, days.last, [(opens.hour, closes.hour) for opens, closes in days.open]) for days in found
    ] == runs


def ends(procedure: Procedure, answers: Mapping[str, str] = MappingProxyType({})) -> Iterator[Case]:
    """The lists to which all the answers lead, each question answered with each of its choices."""
    case = case_of(procedure, answers)
    if case.question is None:
        yield case
        return
    assert len(case.question.choices) > 1
    shown = {said(case.question.name, choice) for choice in case.question.choices}
    assert len(shown) == len(case.question.choices)
    for choice in case.question.choices:
        yield from ends(procedure, {**case.answers, case.question.name: choice})


@pytest.mark.parametrize("slug", load().procedures)
def test_every_combination_of_answers_ends_in_the_list_of_exactly_its_case(slug: str) -> None:
    procedure = load().procedures[slug]
    found = [*ends(procedure)]
    assert len(found) == len({tuple(case.answers.items()) for case in found}) >= len(procedure.applicants)
    assert {case.answers[APPLICANT] for case in found} == {*procedure.applicants}
    assert {case.channel for case in found} == {way.channel for way in procedure.ways}
    for case in found:
        assert case.channel
        assert len(case.answers) <= MOST_QUESTIONS
        way = procedure.way(case.channel)
        assert way
        comes = WhoComes(case.answers.get(WHO_COMES, way.who_comes[0]))
        asked = requirements(procedure, case.channel, Applicant(case.answers[APPLICANT]), comes)
        assert len(case.needed) == len(asked) > 0
        for option, requirement in zip(case.needed, asked, strict=True):
            assert option.document.slug in [one.document.slug for one in requirement.options]
        assert way.needs_key == (KEY_DOCUMENT in documents(case))


def test_there_are_as_many_cases_as_the_sheets_tell_apart() -> None:
    """Of the first key, at the counter: 6 kinds with or without a third party, 3 of them with 4 documents."""
    key = [*ends(load().procedures[KEY])]
    assert len([case for case in key if case.answers[CHANNEL] == "counter"]) == 2 * (3 + 3 * 4)
    assert len([case for case in key if case.answers[CHANNEL] == "virtual"]) == 3 + 3 * 4
    # Three papers of the worker; who comes for another may have one of two.
    assert len([*ends(load().procedures[CODE])]) == 6 * 3 * (1 + 1 + 2)


@given(
    slug=st.sampled_from(sorted(load().procedures)),
    given_answers=st.dictionaries(
        st.sampled_from([APPLICANT, CHANNEL, WHO_COMES, "identidad", "x"]), st.text()
    ),
    choose=st.randoms(use_true_random=False),
)
def test_whoever_answers_what_is_asked_comes_to_a_list(
    slug: str, given_answers: dict[str, str], choose: object
) -> None:
    answers = given_answers
    for _ in range(8):
        case = case_of(load().procedures[slug], answers)
        if case.question is None:
            break
        assert len(case.question.choices) > 1
        answers = {**case.answers, case.question.name: choose.choice(case.question.choices)}  # type: ignore[attr-defined]
    assert documents(case)
    assert case_of(load().procedures[slug], case.answers) == case
