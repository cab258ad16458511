"""Where the access that an employer gives to somebody stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Standing(StrEnum):
    INVITED = "invited"
    LAPSED = "lapsed"  # not accepted in time
    AHEAD = "ahead"  # accepted, and begins another day
    IN_FORCE = "in-force"
    OVER = "over"  # its last day is past
    ENDED = "ended"  # by one side


class Side(StrEnum):
    EMPLOYER = "employer"
    HELPER = "helper"


class Refusal(StrEnum):
    """Why an employer cannot invite somebody."""

    HAS_KEY = "has-key"  # a key of their own to the employer
    HAS_ACCESS = "has-access"  # invited or given before


OPEN = frozenset({Standing.INVITED, Standing.AHEAD, Standing.IN_FORCE})


@dataclass(frozen=True, kw_only=True)
class Given:
    """The dates of an access; `until_on` is its last day, None when it has none."""

    lapses_at: datetime
    accepted: bool
    ended: bool
    from_on: date
    until_on: date | None


def standing(given: Given, *, now: datetime, today: date) -> Standing:
    """Where it stands at a moment, of the day `today`."""
    if given.ended:
        return Standing.ENDED
    if given.until_on is not None and given.until_on < today:
        return Standing.OVER
    if not given.accepted:
        return Standing.INVITED if now < given.lapses_at else Standing.LAPSED
    return Standing.AHEAD if today < given.from_on else Standing.IN_FORCE
