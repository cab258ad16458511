"""How long somebody will wait, and how many are ahead.

The estimate plays the order of `rules.order` forward on the counters that are open: appointments that are
still to come take their places too.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from afilia.attendance.rules.order import OrderPolicy, Waiting, in_order, place

STEP = timedelta(minutes=5)  # to which an estimate is rounded up: more would be false precision


@dataclass(frozen=True, kw_only=True)
class Awaited:
    """Somebody who waits, or an appointment still to come, and what their attention takes.

    Who is still to come arrives at the hour of the appointment.
    """

    key: Hashable
    waiting: Waiting
    procedure: str
    takes: timedelta
    is_here: bool = True


@dataclass(frozen=True, kw_only=True)
class Counter:
    """An open counter. `free_at` is when the person there is expected to leave."""

    procedures: frozenset[str]
    free_at: datetime


def estimates(
    awaited: Iterable[Awaited], counters: Sequence[Counter], policy: OrderPolicy, *, now: datetime
) -> dict[Hashable, timedelta | None]:
    """The wait of each from `now` on; None for those whom no open counter serves."""
    left = list(awaited)
    found: dict[Hashable, timedelta | None] = dict.fromkeys(each.key for each in left)
    free = [max(counter.free_at, now) for counter in counters]
    while True:
        served = [at for at, counter in enumerate(counters) if any(_serves(counter, each) for each in left)]
        if not served:
            return found
        at = min(served, key=lambda index: free[index])
        mine = [each for each in left if _serves(counters[at], each)]
        moment = free[at] = max(free[at], min(each.waiting.arrived_at for each in mine))
        there = [each for each in mine if each.waiting.arrived_at <= moment]
        following = min(there, key=lambda each: place(each.waiting, policy, now=moment))
        found[following.key] = moment - now
        free[at] += following.takes
        left.remove(following)


def ahead(
    key: Hashable,
    awaited: Iterable[Awaited],
    counters: Iterable[Counter],
    policy: OrderPolicy,
    *,
    now: datetime,
) -> int:
    """How many of those who are here go before; only those count who wait for the same counters."""
    here = {each.waiting.number: each for each in awaited if each.is_here}
    own = next(each for each in here.values() if each.key == key)
    shared = {own.procedure}.union(
        *(counter.procedures for counter in counters if own.procedure in counter.procedures)
    )
    line = in_order((each.waiting for each in here.values() if each.procedure in shared), policy, now=now)
    return line.index(own.waiting)


def rounded(wait: timedelta) -> int:
    """Whole minutes, the next multiple of five; at least five."""
    return max(1, -(-wait // STEP)) * (STEP // timedelta(minutes=1))


def _serves(counter: Counter, awaited: Awaited) -> bool:
    return awaited.procedure in counter.procedures
