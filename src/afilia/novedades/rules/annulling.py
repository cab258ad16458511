"""What hangs on a novedad, and what becomes of it when the novedad is annulled (docs/decisions/0025)."""

from datetime import datetime, timedelta
from enum import StrEnum

from afilia.novedades.rules.layouts import Effect

UNDONE = "deshacer"  # the reason of a filing that takes back another


class Hanging(StrEnum):
    FOLLOWS = "follows"  # annulled along with it
    BLOCKS = "blocks"  # must be annulled first


# Without its entry an employment never was. What only describes it goes along. An end of it, or money that
# was declared for it, is somebody's right: whoever takes that back says so, one by one.
ON_ENTRY = {
    Effect.PAY: Hanging.FOLLOWS,
    Effect.ABSENCE: Hanging.FOLLOWS,
    Effect.EXIT: Hanging.BLOCKS,
    Effect.EXTRA: Hanging.BLOCKS,
    Effect.RESERVE: Hanging.BLOCKS,
    Effect.ARREARS: Hanging.BLOCKS,
}


def hanging(other: Effect, *, on: Effect) -> Hanging | None:
    """What becomes of a novedad of the same employment when one with the effect `on` is annulled."""
    return ON_ENTRY.get(other, Hanging.BLOCKS) if on is Effect.ENTRY else None


def may_undo(*, filed_at: datetime, now: datetime, within: timedelta) -> bool:
    """Whether a filing may still be taken back without giving a reason; the end of the time excluded."""
    return now - filed_at < within
