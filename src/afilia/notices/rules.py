"""What becomes of a mail, and the parts that its HTML is made of."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

FIRST_FOR_GOOD = 500  # RFC 5321, 4.2.1: from here on a reply says no for good, below it says not now
CODE = re.compile(r"\d{6}")
PIECE = 12  # characters
SETTLED = timedelta(seconds=10)  # what a server takes for a mail to somebody is over by then
LINK = re.compile(r"https?://\S+")


class State(StrEnum):
    WAITING = "waiting"
    SENT = "sent"  # the mail server took it
    FAILED = "failed"  # the mail server refused it for good
    EXPIRED = "expired"  # what it carries died before it could be sent


class Delivery(StrEnum):
    """What can be told of a mail: its state, and whether it waits for a server that did not take it yet."""

    WAITING = "waiting"
    DELAYED = "delayed"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"


class Kind(StrEnum):
    TEXT = "text"
    CODE = "code"
    LINK = "link"


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file of text that goes with a mail, as `text/calendar`."""

    name: str
    media_type: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Part:
    kind: Kind
    lines: tuple[str, ...]

    @property
    def pieces(self) -> list[str]:
        """The first line in pieces between which a narrow screen may break it."""
        line = self.lines[0]
        return [line[at : at + PIECE] for at in range(0, len(line), PIECE)]


def is_expired(expires_at: datetime | None, *, now: datetime) -> bool:
    return expires_at is not None and now >= expires_at


def delivery(
    state: State, *, tried_at: datetime | None, expires_at: datetime | None, now: datetime
) -> Delivery:
    """What to tell of a mail at this moment."""
    if state is not State.WAITING:
        return Delivery(state.value)
    if is_expired(expires_at, now=now):
        return Delivery.EXPIRED
    return Delivery.DELAYED if tried_at else Delivery.WAITING


def delivery_for_strangers(
    state: State,
    *,
    age: timedelta,
    reached: bool,
    tried_at: datetime | None,
    expires_at: datetime | None,
    now: datetime,
) -> Delivery:
    """What to tell of a mail to who must not learn whether it is to somebody.

    Until it is SETTLED, nothing. Then what a mail to nobody has in common with it: whether the mail server
    was ever `reached`; what the server does with it from there on is told only when it refuses it for good.
    """
    if age < SETTLED:
        return Delivery.WAITING
    if reached and state is not State.FAILED:
        return Delivery.SENT
    return delivery(state, tried_at=tried_at, expires_at=expires_at, now=now)


def is_refused_for_good(replies: Iterable[int]) -> bool:
    """Whether the reply codes of a mail server, one a recipient, all say that asking again is no use."""
    codes = list(replies)
    return bool(codes) and all(code >= FIRST_FOR_GOOD for code in codes)


def parts(text: str) -> Iterator[Part]:
    """The paragraphs of a mail; a line that is nothing but a code or an address is a part of its own."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        lines: list[str] = []
        for line in map(str.strip, paragraph.splitlines()):
            kind = _kind(line)
            if kind is Kind.TEXT:
                lines.append(line)
                continue
            if lines:
                yield Part(kind=Kind.TEXT, lines=tuple(lines))
                lines = []
            yield Part(kind=kind, lines=(line,))
        if lines:
            yield Part(kind=Kind.TEXT, lines=tuple(lines))


def _kind(line: str) -> Kind:
    if CODE.fullmatch(line):
        return Kind.CODE
    return Kind.LINK if LINK.fullmatch(line) else Kind.TEXT
