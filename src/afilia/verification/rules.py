"""Codes sent by e-mail: how long they live, how often they may be guessed and asked for.

And when somebody who asks a public page for too much has to prove or to wait.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hmac import compare_digest

CODE_DIGITS = 6
CODE_LIFETIME = timedelta(minutes=3)  # procedure sheet 004, steps 5 and 6
ATTEMPT_LIFETIME = timedelta(hours=1)
TRIES_PER_CODE = 3
CODES_PER_ATTEMPT = 5  # within ATTEMPT_LIFETIME
WINDOW = timedelta(hours=1)  # of the limits
WAIT_OR_PROOF = timedelta(seconds=60)  # what a browser without scripts waits in place of the work
PROOF_LIFETIME = timedelta(minutes=10)


class State(StrEnum):
    OPEN = "open"
    PROVED = "proved"  # a right code was typed, or what it was for is done: all its codes are burnt
    ENDED = "ended"  # by the owner of the address, or by whoever asked


class Verdict(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"  # no code lives
    SPENT = "spent"  # codes live, but none may be guessed again
    OVER = "over"  # the attempt is proved, ended, too old or unknown


class SendRefusal(StrEnum):
    LIMIT = "limit"  # CODES_PER_ATTEMPT were sent
    OVER = "over"


def is_open(state: State, *, started_at: datetime, now: datetime) -> bool:
    return state is State.OPEN and now - started_at < ATTEMPT_LIFETIME


def is_live(*, sent_at: datetime, now: datetime) -> bool:
    """Whether a code lives: for CODE_LIFETIME, the end excluded."""
    return now - sent_at < CODE_LIFETIME


def seconds_left(*, sent_at: datetime, now: datetime) -> int:
    """Whole seconds until a code dies, begun ones counted; 0 when it is dead."""
    return max(math.ceil((sent_at + CODE_LIFETIME - now).total_seconds()), 0)


def judge(digest: bytes, *, usable: Iterable[bytes], any_lives: bool) -> Verdict:
    """Judge the digest of what was typed against those of all the codes that may still be guessed.

    Several may live at once: a mail that comes late must not be killed by asking again.
    """
    codes = list(usable)
    if not codes:
        return Verdict.SPENT if any_lives else Verdict.EXPIRED
    right = [compare_digest(bytes(code), digest) for code in codes]
    return Verdict.RIGHT if any(right) else Verdict.WRONG


class Pass(StrEnum):
    """What it takes to go on."""

    FREE = "free"
    PROOF = "proof"  # a proof of work, or a wait
    CLOSED = "closed"  # too much, for now


@dataclass(frozen=True, kw_only=True)
class Limit:
    """How often within WINDOW: up to `free` for nothing, up to `most` with a proof."""

    free: int
    most: int


def pass_needed(counted: Iterable[tuple[int, Limit]]) -> Pass:
    """What it takes, the numbers being those within WINDOW, this one included."""
    asked = list(counted)
    if any(count > limit.most for count, limit in asked):
        return Pass.CLOSED
    return Pass.PROOF if any(count > limit.free for count, limit in asked) else Pass.FREE
