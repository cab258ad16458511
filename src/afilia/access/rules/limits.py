"""When a sign-in is judged, and when the pair of person and address has to wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TRIES = 5  # wrong ones that lock the pair
LOCK = timedelta(minutes=15)


class Reason(StrEnum):
    WRONG = "wrong"
    LOCKED = "locked"


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why nobody was signed in. `wait` is zero unless the pair is locked."""

    reason: Reason
    wait: timedelta = timedelta()


def is_judged(tries: int) -> bool:
    """Whether a try counts, `tries` being those without success so far, this one included."""
    return tries <= TRIES


def refusal(tries: int, *, last_at: datetime, now: datetime) -> Refusal:
    """What to answer to a try without success: the last that counts locks, from `last_at` on."""
    if tries < TRIES:
        return Refusal(reason=Reason.WRONG)
    return Refusal(reason=Reason.LOCKED, wait=last_at + LOCK - now)
