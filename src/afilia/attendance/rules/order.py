"""Who is called next.

Everybody has a moment from which they count: the hour of their appointment, or their arrival. A head start
is taken from it, and the earliest is next. All age at the same rate, so that two people never change places
while they wait, and somebody who counts from later than `OrderPolicy.longest_head_start` after another never
passes that person: nobody starves.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Standing(StrEnum):
    """As what somebody waits."""

    APPOINTMENT = "appointment"
    LATE = "late"  # with an appointment whose time of grace is over
    WALK_IN = "walk-in"
    RETURNED = "returned"  # came back after they were called in vain


@dataclass(frozen=True, kw_only=True)
class OrderPolicy:
    appointment: timedelta  # head starts
    priority: timedelta
    both: timedelta
    early: timedelta  # before the hour of an appointment
    grace: timedelta  # after it, included

    @property
    def longest_head_start(self) -> timedelta:
        return max(self.appointment, self.priority, self.both)


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody who waits. `number` settles a tie; `due_at` is the hour of an appointment."""

    number: int
    standing: Standing
    priority: bool
    arrived_at: datetime  # or came back
    due_at: datetime | None = None


def counts_from(waiting: Waiting) -> datetime:
    """An appointment counts from its hour, whether the person came before or within the grace."""
    if waiting.standing is Standing.APPOINTMENT and waiting.due_at:
        return waiting.due_at
    return waiting.arrived_at


def ready_at(waiting: Waiting, policy: OrderPolicy) -> datetime:
    """From when somebody is called in their place; before that only where nobody else waits."""
    if waiting.standing is Standing.APPOINTMENT and waiting.due_at:
        return max(waiting.arrived_at, waiting.due_at - policy.early)
    return waiting.arrived_at


def head_start(waiting: Waiting, policy: OrderPolicy) -> timedelta:
    if waiting.standing is Standing.APPOINTMENT:
        return policy.both if waiting.priority else policy.appointment
    return policy.priority if waiting.priority else timedelta()


def place(waiting: Waiting, policy: OrderPolicy, *, now: datetime) -> tuple[bool, datetime, datetime, int]:
    """The key to sort by: those whose time has come first, then by the moment that counts."""
    rank = counts_from(waiting) - head_start(waiting, policy)
    return ready_at(waiting, policy) > now, rank, waiting.arrived_at, waiting.number


def in_order(waiting: Iterable[Waiting], policy: OrderPolicy, *, now: datetime) -> list[Waiting]:
    """All who wait, the next one first."""
    return sorted(waiting, key=lambda each: place(each, policy, now=now))
