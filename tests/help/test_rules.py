import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.help.rules import (
    EXCERPT,
    MOST_WORDS,
    Page,
    excerpt,
    fold,
    marked,
    mended,
    typed_words,
    vocabulary,
    words,
)

LONG = "Nada se registra todavía. " * 20 + "La afiliación vence mañana. " + "Nada se registra todavía. " * 20


@pytest.mark.parametrize(
    ("text", "folded"), [("Afiliación", "afiliacion"), ("AÑO", "ano"), ("pingüino", "pinguino"), ("½", "1⁄2")]
)
def test_accents_and_capitals_do_not_count(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_a_code_is_the_words_that_it_is_made_of() -> None:
    assert words("id.check-digit") == ["id", "check", "digit"]


@given(st.text())
def test_words_typed_are_few_and_each_once(text: str) -> None:
    found = typed_words(text)
    assert len(found) == len({*found}) <= MOST_WORDS


@given(st.text(), st.lists(st.text(min_size=1), max_size=3))
def test_a_whole_text_is_kept_when_it_is_marked(text: str, beginnings: list[str]) -> None:
    assert "".join(piece.text for piece in marked(text, beginnings)) == text


@given(st.text(max_size=600), st.lists(st.text(min_size=1, max_size=3), max_size=3))
def test_an_excerpt_is_a_part_of_its_text(text: str, beginnings: list[str]) -> None:
    shown = "".join(piece.text for piece in excerpt(text, beginnings))
    assert shown.removeprefix("… ").removesuffix(" …") in text or len(text) > EXCERPT
    assert len(shown) <= EXCERPT + 4


def test_an_excerpt_is_around_the_word_found_and_marks_it_with_its_accent() -> None:
    pieces = excerpt(LONG, {"afiliacion"})
    assert [piece.text for piece in pieces if piece.marked] == ["afiliación"]
    assert pieces[0].text == "… "
    assert pieces[-1].text == " …"


def page(text: str) -> Page:
    return Page(kind="help", address="/", title="", words="", text=text)


@pytest.mark.parametrize(
    ("typed", "instead"),
    [
        ({"clabe": ["clab"]}, "clave"),
        ({"afilliacion": ["afilli"]}, "afiliación"),
        ({"clabe": ["clab"], "de": []}, "clave"),
        ({"clave": ["clav"]}, ""),
        ({"cla": ["cla"]}, ""),
        ({"claves": ["clav"]}, ""),
        ({"xyzxyz": ["xyzxyz"]}, ""),
    ],
)
def test_a_word_that_no_page_has_is_taken_for_the_one_most_like_it(
    typed: dict[str, list[str]], instead: str
) -> None:
    assert mended(typed, vocabulary([page("La clave de la afiliación")]), typed) == instead
