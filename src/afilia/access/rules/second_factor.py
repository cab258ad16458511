"""Which codes of an authenticator app count (RFC 6238)."""

from collections.abc import Callable, Iterable
from datetime import datetime
from hmac import compare_digest

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be off, either way
RECOVERY_CODES = 10
RECOVERY_CODE_LENGTH = 10  # of 28 characters: 48 bits


def plain(code: str) -> str:
    """A code as typed, without blanks and hyphens."""
    return "".join(code.split()).replace("-", "")


def is_recovery_code(code: str) -> bool:
    """Whether a typed code is as long as a recovery code, right or wrong; those of an app are shorter."""
    return len(plain(code)) == RECOVERY_CODE_LENGTH


def steps(now: datetime) -> range:
    """The steps of time whose codes count at a moment."""
    step = int(now.timestamp()) // STEP
    return range(step - DRIFT, step + DRIFT + 1)


def step_of(code: str, *, among: Iterable[int], after: int, code_of: Callable[[int], str]) -> int | None:
    """The step of a code, later than the one used last; None when the code is wrong or was used."""
    found = [step for step in among if compare_digest(code_of(step).encode(), code.encode())]
    return next((step for step in found if step > after), None)
