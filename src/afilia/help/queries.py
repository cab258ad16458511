from collections.abc import Collection, Iterable, Mapping

from django.db import connection

from afilia.help.models import Entry
from afilia.help.rules import Page

CONFIG = {"es": "spanish", "en": "english"}
MOST_FOUND = 30
LONG_STEM = 5  # letters
STEMS = "SELECT word, tsvector_to_array(to_tsvector(%s::regconfig, word)) FROM unnest(%s::text[]) AS word"
# A title counts much more than the text, and words near to one another more than far ones. Who types a word
# or two wants to do something, more often than to know what a finding says.
SEARCH = """
SELECT kind, address, title, text FROM help_entry, to_tsquery('simple', %(query)s) AS query
WHERE digest = %(digest)s AND language = %(language)s AND vector @@ query
ORDER BY ts_rank_cd('{0.05, 0.1, 0.5, 1}', vector, query, 1)
    * CASE kind WHEN 'procedure' THEN 2 WHEN 'finding' THEN 0.5 ELSE 1 END DESC, address LIMIT %(most)s
"""


def is_indexed(digest: str) -> bool:
    return Entry.objects.filter(digest=digest).exists()


def stems(words: Iterable[str], *, language: str) -> dict[str, list[str]]:
    """The stems of each word in a language; none for words that say nothing, as «de»."""
    with connection.cursor() as cursor:
        cursor.execute(STEMS, [CONFIG[language], [*words]])
        return dict(cursor.fetchall())


def _beginning(stem: str) -> str:
    return ":*" if len(stem) >= LONG_STEM else ""


def search(
    stems: Mapping[str, Collection[str]], *, digest: str, language: str, all_words: bool
) -> list[Page]:
    """The best MOST_FOUND pages with all words, or with any of them, the best first.

    A word is found by its stem and by its beginning, so that it may be typed in part. What begins with a long
    stem is found too: without its accent «recuperación» has another one than «recuperar». Words are folded,
    and those without stems do not count.
    """
    asked = [
        "(" + " | ".join([f"'{word}':*", *(f"'{stem}'{_beginning(stem)}" for stem in of_word)]) + ")"
        for word, of_word in stems.items()
        if of_word
    ]
    if not asked:
        return []
    given: dict[str, str | int] = {
        "query": (" & " if all_words else " | ").join(asked),
        "digest": digest,
        "language": language,
        "most": MOST_FOUND,
    }
    with connection.cursor() as cursor:
        cursor.execute(SEARCH, given)
        return [
            Page(kind=kind, address=address, title=title, text=text)
            for kind, address, title, text in cursor.fetchall()
        ]
