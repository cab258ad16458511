from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection, transaction

from afilia.help import queries
from afilia.help.models import Entry
from afilia.help.rules import Page, words

KEPT = timedelta(days=1)  # entries of other data: another version of the portal may run beside this one
INDEX = 0x41796461  # the lock
VECTOR = "to_tsvector('simple', %({0})s) || to_tsvector(%(config)s::regconfig, %({0})s)"
INSERT = f"""
INSERT INTO help_entry (digest, language, kind, address, title, text, made_at, vector)
SELECT %(digest)s, %(language)s, %(kind)s, %(address)s, %(title)s, %(text)s, %(made_at)s,
    setweight({VECTOR.format("title_words")}, 'A') || setweight({VECTOR.format("words")}, 'B')
    || setweight({VECTOR.format("text_words")}, 'D')
"""


@transaction.atomic
def index(*, digest: str, pages: Iterable[tuple[str, Page]], now: datetime) -> bool:
    """Make the entries of all pages, each with its language, unless those with this digest are there.

    Returns whether it made them. Entries of other data go when they are older than KEPT.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [INDEX])
        if queries.is_indexed(digest):
            return False
        Entry.objects.exclude(digest=digest).filter(made_at__lt=now - KEPT).delete()
        cursor.executemany(
            INSERT,
            [
                {
                    "digest": digest,
                    "language": language,
                    "kind": page.kind,
                    "address": page.address,
                    "title": page.title,
                    "text": page.text,
                    "made_at": now,
                    "config": queries.CONFIG[language],
                    "title_words": " ".join(words(page.title)),
                    "words": " ".join(words(page.words)),
                    "text_words": " ".join(words(page.text)),
                }
                for language, page in pages
            ],
        )
    return True
