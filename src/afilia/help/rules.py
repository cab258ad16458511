"""Words as people type them, and the part of a text that answers them."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

MOST_TYPED = 100  # characters
MOST_WORDS = 10
EXCERPT = 200  # characters, more or less: words are not cut
BEFORE = 60  # of them before the first word found
ALIKE = 0.8  # how much a word must be like another to be taken for it, of 1
WORD = re.compile(r"\w+")


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the search may lead to."""

    kind: str
    address: str
    title: str
    text: str
    words: str = ""  # that the page does not use and people do; of a finding its code


@dataclass(frozen=True)
class Piece:
    text: str
    marked: bool = False


def fold(text: str) -> str:
    """In small letters and without accents, so that nobody has to type them."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def words(text: str) -> list[str]:
    """The words of a text, folded; a code as `id.check-digit` is three."""
    return WORD.findall(fold(text))


def typed_words(text: str) -> list[str]:
    """The words that are looked for: each once, at most MOST_WORDS."""
    return list(dict.fromkeys(words(text[:MOST_TYPED])))[:MOST_WORDS]


def vocabulary(pages: Iterable[Page]) -> dict[str, str]:
    """The words of the pages as they are written, by the same folded."""
    return {
        fold(word): word.lower()
        for page in pages
        for text in (page.words, page.title, page.text)
        for word in WORD.findall(text)
        if not word.isdigit()
    }


def mended(typed: Iterable[str], known: Mapping[str, str], stems: Mapping[str, Collection[str]]) -> str:
    """The words typed, and for each that no page has the one most like it; "" when there is nothing to mend.

    `stems` has the stems of each word typed; a word without stems says nothing and is left out.
    """
    said, changed = [], False
    for word in typed:
        if not stems[word]:
            continue
        if any(one.startswith((word, *stems[word])) for one in known):
            said.append(known.get(word, word))
        elif alike := get_close_matches(word, known, n=1, cutoff=ALIKE):
            said.append(known[alike[0]])
            changed = True
    return " ".join(said) if changed else ""


def excerpt(text: str, beginnings: Collection[str]) -> tuple[Piece, ...]:
    """The part of a text around the first word with one of these beginnings, with all such words marked."""
    found = _found(text, beginnings)
    first = found[0].start() if found else 0
    start = 0 if first <= BEFORE else text.find(" ", first - BEFORE) + 1
    end = len(text)
    if end > start + EXCERPT:
        end = max(text.rfind(" ", start, start + EXCERPT), start + BEFORE)
    shown = _pieces(text, [match for match in found if match.end() <= end], start, end)
    return (*[Piece("… ")] * (start > 0), *shown, *[Piece(" …")] * (end < len(text)))


def marked(text: str, beginnings: Collection[str]) -> tuple[Piece, ...]:
    """A whole text, with the words marked that have one of these beginnings."""
    return tuple(_pieces(text, _found(text, beginnings), 0, len(text)))


def _found(text: str, beginnings: Collection[str]) -> list[re.Match[str]]:
    return [match for match in WORD.finditer(text) if fold(match[0]).startswith(tuple(beginnings))]


def _pieces(text: str, found: Iterable[re.Match[str]], start: int, end: int) -> Iterator[Piece]:
    for match in found:
        if start < match.start():
            yield Piece(text[start : match.start()])
        yield Piece(match[0], marked=True)
        start = match.end()
    if start < end:
        yield Piece(text[start:end])
