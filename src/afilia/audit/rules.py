"""The hash chain of the ledger."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

Fact = str | int | bool | None | Sequence["Fact"] | Mapping[str, "Fact"]

BEGINNING = bytes(32)  # what the first entry has for the digest of the one before


def digest(
    *, previous: bytes, at: datetime, event: str, actor: str, subject: str, facts: Mapping[str, Fact]
) -> bytes:
    """SHA-256 over the canonical JSON of an entry and the digest of the one before.

    Raises TypeError for a fraction among the facts: the database may give it back written differently.
    """
    _refuse_fractions(facts)
    content = [
        previous.hex(),
        at.astimezone(UTC).isoformat(timespec="microseconds"),
        event,
        actor,
        subject,
        facts,
    ]
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).digest()


def _refuse_fractions(fact: Fact) -> None:
    if isinstance(fact, float):
        raise TypeError("a fact is no fraction: write it as a text")
    if isinstance(fact, Mapping):
        for part in fact.values():
            _refuse_fractions(part)
    elif isinstance(fact, Sequence) and not isinstance(fact, str):
        for part in fact:
            _refuse_fractions(part)
