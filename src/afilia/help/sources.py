"""What the search covers: the catalogue of procedures, the help and the codes of findings."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields, is_dataclass
from functools import cache

from django.urls import reverse

from afilia.help import rules, topics
from afilia.help.rules import Page
from afilia.novedades.catalogue import finding_texts
from afilia.procedures import catalogue
from afilia.procedures.rules import Text

LANGUAGES = ("es", "en")
OFFICIALS = "officials"  # their help is not what the public looks for


@cache
def pages(language: str) -> tuple[Page, ...]:
    """All that the search may lead to, in a language."""
    return (*_procedures(language), *_questions(language), _contact(language), *_findings(language))


@cache
def vocabulary(language: str) -> dict[str, str]:
    """The words of all pages in a language as they are written, by the same folded."""
    return rules.vocabulary(pages(language))


@cache
def named(language: str) -> dict[tuple[str, ...], Page]:
    """The page with exactly these words as its title or, of a finding, as its code; procedures go first."""
    return {
        tuple(rules.words(name)): page
        for page in reversed(pages(language))
        for name in (page.title, page.words if page.kind == "finding" else "")
        if name
    }


@cache
def digest() -> str:
    """Of all pages in all languages: another when anything of them is another."""
    content = [[asdict(page) for page in pages(language)] for language in LANGUAGES]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _procedures(language: str) -> Iterator[Page]:
    for slug, procedure in catalogue.load().procedures.items():
        said = dict.fromkeys(text.within(language) for text in _texts(procedure))
        said.pop(procedure.name.within(language), None)
        yield Page(
            kind="procedure",
            address=reverse("guide:page", args=[slug]),
            title=procedure.name.within(language),
            text=" ".join(filter(None, said)),
        )


def _questions(language: str) -> Iterator[Page]:
    for topic in topics.load().topics.values():
        for question in topic.questions if topic.audience != OFFICIALS else ():
            yield Page(
                kind="help",
                address=f"{reverse('help:topic', args=[topic.slug])}#{question.slug}",
                title=question.ask.within(language),
                words=f"{question.words} {topic.title.within(language)}",
                text=" ".join(paragraph.within(language) for paragraph in question.answer),
            )


def _contact(language: str) -> Page:
    contact = topics.contact()
    return Page(
        kind="help",
        address=reverse("help:contact"),
        title=contact.title.within(language),
        words=contact.words,
        text=" ".join(
            f"{channel.name.within(language)}. {channel.say} {channel.about.within(language)}"
            for channel in contact.channels
        ),
    )


def _findings(language: str) -> Iterator[Page]:
    for code, text in finding_texts(language).items():
        yield Page(
            kind="finding",
            address=reverse("novedades:finding", args=[code]),
            title=text.title,
            words=code,
            text=text.meaning,
        )


def _texts(part: object) -> Iterator[Text]:
    """The texts in a procedure, in their order."""
    if isinstance(part, Text):
        yield part
    elif is_dataclass(part):
        for field in fields(part):
            yield from _texts(getattr(part, field.name))
    elif isinstance(part, Mapping):
        for value in part.values():
            yield from _texts(value)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from _texts(one)
