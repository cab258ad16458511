"""What a page in English still says in Spanish.

What has no English stands in an element with `lang="es"`, which a screen reader needs too. A name may stand
in an English sentence of the data, where there are no elements: of places, of what NAMES lists, of what
“quotes” mark. What the people of the demo wrote and its offices are called is their own.
"""

import csv
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from afilia.site import translations

PACKAGE = Path(translations.__file__).parents[1]
# Words that no English text has; in lower case only, since names of people and firms are in capitals.
WORDS = re.compile(
    r"(?<![\w./@-])(?:[Dd]el?|[Ll]as?|[Ll]os|[Ee]l|[Uu]na?|[Qq]ue|[Pp]ara|[Pp]or|[Cc]on|[Ss]us?|[Ss]e|[Aa]l|y|lo"
    r"|más|está|están|[Uu]sted|[Ee]st[ae]|hay|días?|sin|desde|hasta|según|puede|debe|cada|como|también"
    r"|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?![\w./@-])"
)
QUOTED = re.compile("“[^”]*”")
NAMES = (
    *("Centros de Atención Universal", "Centro de Atención Universal", "Atención al Ciudadano"),
    *("Instituto Ecuatoriano de Seguridad Social", "Ley de Seguridad Social", "El Salvador"),
)
SILENT = {"script", "style", "textarea"}
VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SAID = {"alt", "aria-label", "title", "placeholder", "data-label", "content"}
LETTERS = re.compile(r"[^\W\d_]")


def left_in(html: str) -> list[str]:
    """The texts of a page in Spanish which no `lang="es"` declares to be so, each once."""
    reader = _Reader()
    reader.feed(html)
    return [*dict.fromkeys(text for text in reader.texts if _is_spanish(text))]


def _is_spanish(text: str) -> bool:
    return text in known() or bool(WORDS.search(names().sub("", QUOTED.sub("", text))))


@cache
def names() -> re.Pattern[str]:
    """The proper names that stand in English sentences as they are."""
    provinces = tomllib.loads((PACKAGE / "offices" / "data" / "provinces.toml").read_text("utf-8"))
    demo = PACKAGE / "ops" / "demo"
    with (demo / "offices.csv").open(encoding="utf-8") as offices:
        places = [
            office[field] for office in csv.DictReader(offices) for field in ("nombre", "ciudad", "direccion")
        ]
    said = {
        *NAMES,
        *(province["name"] for province in provinces["provinces"].values()),
        *places,
        *(text for path in demo.glob("*.toml") for text in _texts(tomllib.loads(path.read_text("utf-8")))),
    }
    return re.compile("|".join(map(re.escape, sorted(said, key=len, reverse=True))))


def _texts(value: Any) -> Iterator[str]:
    """The strings of several words."""
    if isinstance(value, str):
        yield from [value] if " " in value else []
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)


@cache
def known() -> frozenset[str]:
    """The sentences of the catalogue and of the data that are different in English."""
    catalogue = translations.read(PACKAGE / "locale" / "en" / "LC_MESSAGES" / "django.po")
    pairs = [
        pair
        for message in catalogue
        if message.id
        for pair in zip(_strings(message.id), _strings(message.string), strict=False)
    ]
    for path in PACKAGE.rglob("*.toml"):
        pairs += _pairs(tomllib.loads(path.read_text("utf-8")))
    english = {_plain(en) for _, en in pairs}
    return frozenset(
        plain for es, en in pairs if (plain := _plain(es)) != _plain(en) and plain not in english
    )


def _strings(said: str | tuple[str, ...]) -> tuple[str, ...]:
    return (said,) if isinstance(said, str) else said


def _pairs(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("es"), str) and isinstance(value.get("en"), str):
            yield value["es"], value["en"]
        for inner in value.values():
            yield from _pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _pairs(inner)


def _plain(text: str) -> str:
    return " ".join(text.split())


class _Reader(HTMLParser):
    """Collects what a page says outside `lang="es"`, with names for which an attribute stands."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []  # element, whether what it says counts

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        counts = self._open[-1][1] if self._open else True
        if "lang" in said:
            counts = said["lang"] != "es"
        if tag in SILENT:
            counts = False
        if counts:
            self._add(*(said[name] for name in SAID & said.keys()))
        if tag not in VOID:
            self._open.append((tag, counts))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if not self._open or self._open[-1][1]:
            self._add(data)

    def _add(self, *texts: str) -> None:
        self.texts += (plain for text in texts if LETTERS.search(plain := _plain(text)))
