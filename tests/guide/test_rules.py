import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.guide.rules import APPLICANT, CHANNEL, WHO_COMES, Case, case_of
from afilia.procedures.catalogue import load

KEY, CODE = "clave-patronal", "codigo-extranjeros"


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
