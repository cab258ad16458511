import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import translation

from afilia.help import topics
from afilia.help.topics import Channel, Question

# Addresses that show no page of their own: what is downloaded or read by programs, and what only leads on.
DOWNLOAD = re.compile(r"\.(csv|json|xlsx|txt|pdf|ics|xml)$")
NO_PAGE = {
    *("site:security", "ops:livez", "ops:readyz", "ops:metrics", "set_language"),
    *("access:sign-out", "access:watch-session", "access:keep-session", "access:end-other-sessions"),
    *("staff:sign-out", "staff:watch-session", "staff:keep-session", "staff:end-other-sessions"),
    *("attendance:called", "novedades:format-sample", "novedades:format-template"),
    *("counter:page", "counter:original", "foreigners:legal-page", "foreigners:legal-original"),
}
QUESTIONS = [
    pytest.param(question, id=f"{topic.slug}-{question.slug}")
    for topic in topics.load().topics.values()
    for question in topic.questions
]


def addresses(
    resolver: URLResolver | None = None, space: str = "", path: str = ""
) -> Iterator[tuple[str, str]]:
    """The name and the pattern of every address; one without a name only leads on."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = f"{path}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield f"{space}{pattern.name}", here
        else:
            yield from addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else space, here)


def test_every_page_has_a_question_and_no_other_address_has() -> None:
    pages = {
        name for name, path in addresses() if name not in NO_PAGE and not DOWNLOAD.search(path.rstrip("$"))
    }
    without = pages - {*topics.load().pages}
    assert without == set(), "Name them at a question of help/data/topics/ that people ask there."
    assert {*topics.load().pages} - pages == set()


def test_every_address_without_a_page_exists() -> None:
    assert {name for name, _ in addresses()} >= NO_PAGE


@pytest.mark.parametrize("question", QUESTIONS)
def test_question_is_complete_in_both_languages_and_its_links_lead_somewhere(question: Question) -> None:
    for text in (question.ask, *question.answer, *(text for _, text in question.links)):
        assert text.es.strip()
        assert text.en.strip()
        assert text.es != text.en
    assert question.answer
    for name, _ in question.links:
        assert reverse(name).startswith("/")


def test_slugs_of_a_topic_are_different() -> None:
    for topic in topics.load().topics.values():
        slugs = [question.slug for question in topic.questions]
        assert len(slugs) == len({*slugs})


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("slug", topics.load().topics)
def test_topic_shows_its_questions_and_reads_no_database(slug: str, language: str) -> None:
    page = Client(headers={"accept-language": language}).get(f"/ayuda/{slug}/").content.decode()
    for question in topics.load().topics[slug].questions:
        assert f'id="{question.slug}"' in page
        assert question.ask.within(language) in page.replace("&#x27;", "'")


def test_unknown_topic_is_not_found() -> None:
    assert Client().get("/ayuda/nada/").status_code == 404


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("/", "/ayuda/primeros-pasos/#por-donde-empiezo"),
        ("/contacto/", "/ayuda/primeros-pasos/#como-busco"),
        ("/ayuda/nada/", "/ayuda/primeros-pasos/#como-busco"),  # not found, but an address that is known
        ("/nada/", "/ayuda/"),
    ],
)
def test_page_leads_to_its_question(page: str, question: str) -> None:
    said = Client(headers={"accept-language": "es"}).get(page).content.decode()
    assert f'href="{question}">¿Necesita ayuda con esta página?</a>' in said


@pytest.mark.parametrize("channel", topics.contact().channels, ids=lambda channel: channel.slug)
def test_channel_leads_somewhere(channel: Channel) -> None:
    assert bool(channel.page) != bool(channel.href)
    if channel.page:
        assert reverse(channel.page)


@pytest.mark.parametrize("language", ["es", "en"])
def test_contact_says_what_goes_where_and_its_source(language: str) -> None:
    page = Client(headers={"accept-language": language}).get("/contacto/").content.decode()
    contact = topics.contact()
    with translation.override(language):
        for matter in contact.matters:
            assert f'href="{reverse(matter.page)}">{matter.go.within(language)}</a>' in page
    assert 'href="tel:+59323945666"' in page
    assert 'href="mailto:atencionalusuario@iess.gob.ec"' in page
    assert reverse("transparency:complain") in page
    assert contact.source.within(language) in page
