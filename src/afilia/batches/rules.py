"""The life of a batch and the modes in which it can be confirmed."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    RECEIVED = "received"  # stored; the plan is being made
    REFUSED = "refused"  # the file cannot be judged
    PLANNED = "planned"  # judged line by line; waits for the employer
    CONFIRMED = "confirmed"  # the employer confirmed; it is being registered
    REGISTERED = "registered"  # the end: in the labour history, with a receipt
    DISCARDED = "discarded"  # not confirmed: by the employer or by time; its files are deleted


class Mode(StrEnum):
    ALL = "all"  # todo o nada
    GOOD = "good"  # solo las líneas correctas
    PERCENT = "percent"  # hasta N % de errores


UNCONFIRMED = frozenset({State.REFUSED, State.PLANNED})  # decided, and waiting for the employer

MOVES = {
    State.RECEIVED: {State.REFUSED, State.PLANNED},
    State.REFUSED: {State.RECEIVED, State.DISCARDED},  # the same file sent again is judged again
    State.PLANNED: {State.RECEIVED, State.CONFIRMED, State.DISCARDED},
    State.CONFIRMED: {State.REGISTERED, State.PLANNED},  # planned: the history changed, and so did the plan
    State.REGISTERED: set(),
    State.DISCARDED: {State.RECEIVED},
}


def may_move(*, old: State, new: State) -> bool:
    return new in MOVES[old]


class Refusal(StrEnum):
    """Why a batch may not be confirmed as asked."""

    NOT_PLANNED = "not-planned"
    PLAN_IS_OLD = "plan-is-old"  # made on another day; it is being made again
    PLAN_CHANGED = "plan-changed"  # it is not the one that the employer saw
    NOTHING_TO_REGISTER = "nothing-to-register"
    ERRORS_IN_FILE = "errors-in-file"
    TOO_MANY_ERRORS = "too-many-errors"
    PERCENT_MISSING = "percent-missing"


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Lines of a planned batch by what would happen to them."""

    lines: int
    rejected: int
    new: int
    corrections: int
    unchanged: int  # already registered with the same content

    @property
    def rejected_percent(self) -> int:
        """The least whole percentage of errors with which the good lines may be registered."""
        return -(-self.rejected * 100 // self.lines) if self.lines else 0

    def to_register(self, *, corrections_meant: bool) -> int:
        return self.new + (self.corrections if corrections_meant else 0)


def judge_confirmation(
    counts: Counts, *, mode: Mode, max_error_percent: int | None, corrections_meant: bool
) -> Refusal | None:
    """Say why a batch may not be registered in this mode, or None when it may.

    A correction that the employer did not mean is left out and is no error.
    `max_error_percent` is of all the lines, 0 to 100, and needed by PERCENT alone.
    """
    if mode is Mode.ALL and counts.rejected:
        return Refusal.ERRORS_IN_FILE
    if mode is Mode.PERCENT:
        if max_error_percent is None:
            return Refusal.PERCENT_MISSING
        if counts.rejected * 100 > max_error_percent * counts.lines:
            return Refusal.TOO_MANY_ERRORS
    if not counts.to_register(corrections_meant=corrections_meant):
        return Refusal.NOTHING_TO_REGISTER
    return None
