"""Help and catalogue call buttons and pages by the names that these have, in Spanish and in English."""

import re
from collections.abc import Iterator

import pytest
from django.utils import translation
from django.utils.translation import gettext

from afilia.help import topics
from afilia.procedures import catalogue
from afilia.procedures.rules import Text
from tests.procedures.texts import texts

QUOTED = {"es": re.compile("«([^»]+)»"), "en": re.compile("[“«]([^”»]+)[”»]")}
# Words of a paper, of the law and of the sheets, which no page translates.
SAID_AS_IT_IS = {"Autorización de retiro de contraseña", "Contacto para atención ciudadana", "extemporáneo"}


def all_texts() -> Iterator[Text]:
    yield from texts(topics.load())
    yield from texts(topics.contact())
    yield from texts(catalogue.load())


def test_what_is_quoted_is_the_name_of_something_shown() -> None:
    quoted = 0
    for text in all_texts():
        spanish = [name for name in QUOTED["es"].findall(text.es) if name not in SAID_AS_IT_IS]
        english = [name for name in QUOTED["en"].findall(text.en) if name not in SAID_AS_IT_IS]
        with translation.override("en"):
            shown = [gettext(name) for name in spanish]
        assert english == shown, text.es
        assert [name for name, other in zip(spanish, shown, strict=True) if name == other] == []
        quoted += len(spanish)
    assert quoted > 20


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (name, text)
        for topic in topics.load().topics.values()
        for question in topic.questions
        for name, text in question.links
    ],
)
def test_a_link_that_has_the_name_of_its_page_has_it_in_both_languages(name: str, text: Text) -> None:
    with translation.override("en"):
        shown = gettext(text.es)
    assert shown in {text.es, text.en}, name
