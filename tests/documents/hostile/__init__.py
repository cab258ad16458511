"""Files that nobody should send, made anew and always the same, and what becomes of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from afilia.documents.rules.files import Refusal
from afilia.documents.rules.signatures import SignatureReason


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """A file, and how it may end: refused for one of some reasons, marked for one of some, or made harmless.

    What is kept of a file that is made harmless has none of the `payload`.
    """

    name: str
    content: bytes
    refused: frozenset[Refusal] = frozenset()
    marked: frozenset[SignatureReason] = frozenset()
    payload: bytes = b""
    harmless: bool = field(default=False)


def refused(name: str, content: bytes, *reasons: Refusal) -> Hostile:
    return Hostile(name=name, content=content, refused=frozenset(reasons))


def marked(name: str, content: bytes, *reasons: SignatureReason) -> Hostile:
    return Hostile(name=name, content=content, marked=frozenset(reasons))


def harmless(name: str, content: bytes, *, payload: bytes) -> Hostile:
    return Hostile(name=name, content=content, payload=payload, harmless=True)


def truncated(name: str, content: bytes, *reasons: Refusal, parts: int = 10) -> Iterator[Hostile]:
    """The file cut after each of so many equal parts but the last."""
    for part in range(1, parts):
        cut = len(content) * part // parts
        yield refused(f"{part} of {parts} of {name}", content[:cut], *reasons)
