"""Reads the help from `data/`: topics with their questions, what each page asks, and how to reach people."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from afilia.procedures.rules import Text

DATA = files("afilia.help").joinpath("data")


@dataclass(frozen=True, kw_only=True)
class Question:
    slug: str
    ask: Text
    answer: tuple[Text, ...]  # paragraphs
    links: tuple[tuple[str, Text], ...]  # name of the address, text
    words: str  # that people type and the texts do not use


@dataclass(frozen=True, kw_only=True)
class Topic:
    slug: str
    audience: str  # everybody, employers, officials
    title: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class Help:
    topics: Mapping[str, Topic]
    pages: Mapping[str, tuple[str, str]]  # topic and question, by the name of the address


@dataclass(frozen=True, kw_only=True)
class Channel:
    slug: str
    name: Text
    say: str  # a number or an address; empty where `page` leads there
    href: str
    page: str  # name of an address
    about: Text


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What somebody wants, and the channel for it."""

    ask: Text
    page: str
    go: Text


@dataclass(frozen=True, kw_only=True)
class Contact:
    title: Text
    words: str
    source: Text
    source_on: date
    channels: tuple[Channel, ...]
    matters: tuple[Matter, ...]


@cache
def load() -> Help:
    """Raises KeyError or ValueError when the data do not fit together."""
    links = {name: Text(**text) for name, text in _read("links.toml").items()}
    topics, pages = {}, {}
    for file in sorted(DATA.joinpath("topics").iterdir(), key=lambda file: file.name):
        raw = tomllib.loads(file.read_text("utf-8"))
        topics[raw["slug"]] = Topic(
            slug=raw["slug"],
            audience=raw["for"],
            title=Text(**raw["title"]),
            questions=tuple(_question(question, links) for question in raw["question"]),
        )
        for question in raw["question"]:
            for page in question.get("pages", []):
                if page in pages:
                    raise ValueError(f"{page} has two questions")
                pages[page] = (raw["slug"], question["slug"])
    return Help(topics=topics, pages=pages)


@cache
def contact() -> Contact:
    raw = _read("contact.toml")
    return Contact(
        title=Text(**raw["title"]),
        words=raw["words"],
        source=Text(**raw["source"]),
        source_on=raw["source_on"],
        channels=tuple(
            Channel(
                slug=slug,
                name=Text(**channel["name"]),
                about=Text(**channel["about"]),
                **{part: channel.get(part, "") for part in ("say", "href", "page")},
            )
            for slug, channel in raw["channel"].items()
        ),
        matters=tuple(
            Matter(ask=Text(**matter["ask"]), page=matter["page"], go=Text(**matter["go"]))
            for matter in raw["matter"]
        ),
    )


def _question(raw: dict[str, Any], links: Mapping[str, Text]) -> Question:
    return Question(
        slug=raw["slug"],
        ask=Text(**raw["ask"]),
        answer=tuple(Text(**paragraph) for paragraph in raw["answer"]),
        links=tuple((name, links[name]) for name in raw.get("links", [])),
        words=raw.get("words", ""),
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(DATA.joinpath(name).read_text("utf-8"))
