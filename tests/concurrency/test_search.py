"""The first searches of a version come at once, and the pages are indexed once."""

from datetime import UTC, datetime
from functools import partial

import pytest

from afilia.help import sources
from afilia.help.looking import Answer, look
from afilia.help.models import Entry
from tests.concurrency.conftest import Together

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_many_first_searches_one_makes_the_index_and_all_find(together: Together) -> None:
    search = partial(look, "turno", language="es", now=datetime(2026, 11, 21, 15, tzinfo=UTC))
    answers = together(*[search] * 8)
    for answer in answers:
        assert isinstance(answer, Answer), answer
        assert answer.results[0].address == "/tramites/turnos/"
    assert Entry.objects.count() == sum(len(sources.pages(language)) for language in sources.LANGUAGES)
