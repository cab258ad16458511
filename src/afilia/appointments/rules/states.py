"""What an appointment and a place in the waiting list can be, and what may become of them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class State(StrEnum):
    """Of an appointment."""

    HELD = "held"  # for somebody who is confirming; until `held_until`
    OFFERED = "offered"  # to somebody of the waiting list; until `held_until`, and then to the next one
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ATTENDED = "attended"
    NO_SHOW = "no-show"
    UNMARKED = "unmarked"  # over, and nobody said whether the person came


LIVE = frozenset({State.HELD, State.OFFERED, State.CONFIRMED})  # each of them has its seat for itself
COUNTED = frozenset({State.CONFIRMED, State.ATTENDED, State.NO_SHOW, State.UNMARKED})  # by the day's counter
OVER = frozenset(State) - LIVE


class Waiting(StrEnum):
    """The state of an entry of the waiting list."""

    QUEUED = "queued"
    OFFERED = "offered"  # a place is held for this person
    SERVED = "served"  # accepted a place
    LEFT = "left"
    LAPSED = "lapsed"  # let too many offers pass, or its days are over


class PersonKind(StrEnum):
    """By which number a person is known."""

    CEDULA = "cedula"
    FOREIGNER_CODE = "foreigner-code"
    PASSPORT = "passport"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Who is to be attended. `country` is the passport's, ISO 3166 in two letters; else empty."""

    kind: PersonKind
    number: str
    country: str = ""


class Reason(StrEnum):
    """Why something about an appointment is refused."""

    TAKEN = "taken"  # the place is another's
    NO_PLACE = "no-place"  # there is no such place: not in the hours, not released, too late or too early
    CLOSED = "closed"  # the office is closed then
    HAS_ONE = "has-one"  # the person has a live appointment for the procedure
    WAITS = "waits"  # the person is in the waiting list for the procedure already
    PROOF = "proof"  # asked too often: a proof of work is due
    LIMIT = "limit"  # asked too often, for now
    TOO_MANY = "too-many"  # live appointments with this e-mail or phone
    OVER = "over"  # the hold, offer, entry or appointment is no more, or has begun
    UNKNOWN = "unknown"


def may_change(state: State, *, starts_at: datetime, now: datetime) -> bool:
    """Whether an appointment can be cancelled or moved: it is confirmed and has not begun."""
    return state is State.CONFIRMED and now < starts_at


def may_come(state: State, *, on: date, today: date) -> bool:
    """Whether the person of an appointment is received if they come now: all its day, whatever its hour.

    `today` is the date at the office.
    """
    return state is State.CONFIRMED and today <= on


def is_held(state: State, *, held_until: datetime | None, now: datetime) -> bool:
    """Whether a hold or offer still stands; its end does not belong to it."""
    return state in {State.HELD, State.OFFERED} and held_until is not None and now < held_until


class RefusedError(Exception):
    """What was asked is refused; `until` says when asking again may help, where that is known."""

    def __init__(self, reason: Reason, *, until: datetime | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.until = until
