from afilia.audit import rules
from afilia.audit.models import Entry


def head() -> bytes:
    """The digest of the last entry; rules.BEGINNING while there is none."""
    last = Entry.objects.order_by("-pk").values_list("digest", flat=True).first()
    return rules.BEGINNING if last is None else bytes(last)


def verify() -> Entry | None:
    """The first entry that does not follow from the one before, or None when the chain is whole.

    Reads the whole ledger as a stream. Entries cut off at the end leave a whole chain: compare `head()`
    with a copy kept elsewhere.
    """
    previous = rules.BEGINNING
    for entry in Entry.objects.order_by("pk").iterator():
        expected = rules.digest(
            previous=previous,
            at=entry.at,
            event=entry.event,
            actor=entry.actor,
            subject=entry.subject,
            facts=entry.facts,
        )
        if bytes(entry.previous) != previous or bytes(entry.digest) != expected:
            return entry
        previous = expected
    return None
