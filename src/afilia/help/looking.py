"""A search from the words that somebody typed to what the page shows."""

from dataclasses import dataclass
from datetime import datetime

from afilia.help import actions, queries, rules, sources
from afilia.help.rules import Piece


@dataclass(frozen=True, kw_only=True)
class Result:
    kind: str
    address: str
    title: tuple[Piece, ...]
    excerpt: tuple[Piece, ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    results: tuple[Result, ...] = ()
    instead: str = ""  # the words that were looked for because no page has those typed
    some_words: bool = False  # no page has all the words; these have some


def look(typed: str, *, language: str, now: datetime) -> Answer:
    """The pages that fit the words typed; where none does, those that fit the words most like them.

    The entries are made before, where those of this version's data are not there yet.
    """
    pages = [(of, page) for of in sources.LANGUAGES for page in sources.pages(of)]
    digest = sources.digest()
    if not queries.is_indexed(digest):
        actions.index(digest=digest, pages=pages, now=now)
    words = rules.typed_words(typed)
    stems = queries.stems(words, language=language)
    instead = rules.mended(words, sources.vocabulary(language), stems)
    if instead:
        stems = queries.stems(rules.typed_words(instead), language=language)
    for all_words in (True, False):
        if found := queries.search(stems, digest=digest, language=language, all_words=all_words):
            break
    if named := sources.named(language).get(tuple(rules.words(typed))):
        found = [named, *(page for page in found if page.address != named.address)]
    beginnings = {beginning for word, of_word in stems.items() if of_word for beginning in (word, *of_word)}
    return Answer(
        results=tuple(
            Result(
                kind=page.kind,
                address=page.address,
                title=rules.marked(page.title, beginnings),
                excerpt=rules.excerpt(page.text, beginnings),
            )
            for page in found
        ),
        instead=instead,
        some_words=not all_words and not named,
    )
