"""When a try is judged, and how long the next one has to wait.

A count belongs to a bucket: a person at an address, an account, an address, a block of addresses. A try that
has to wait in one of its buckets is not judged and counts in none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_EXPONENT = 16  # a wait doubled so often is beyond every limit


class Reason(StrEnum):
    WRONG = "wrong"
    LOCKED = "locked"
    EXPIRED = "expired"  # the key was right, handed over, and not changed in time


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a try did not succeed. `wait` is zero unless the next one has to wait."""

    reason: Reason
    wait: timedelta = timedelta()


@dataclass(frozen=True, kw_only=True)
class Count:
    """Tries without success. `at` is the last one in a Growing limit, the first one in a Window."""

    wrong: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Growing:
    """So many tries are free; after each further one the wait doubles, from the first to the longest."""

    free: int
    first: timedelta
    longest: timedelta
    forget: timedelta  # without a try for so long, the count starts again

    def wait(self, count: Count, *, now: datetime) -> timedelta:
        """How long a try has to wait; zero when it is judged."""
        over = count.wrong - self.free
        if over < 0 or now - count.at >= self.forget:
            return timedelta()
        doubled: timedelta = self.first * 2 ** min(over, LONGEST_EXPONENT)
        wait = min(doubled, self.longest)
        return max(timedelta(), count.at + wait - now)

    def counted(self, count: Count, *, now: datetime) -> Count:
        """The count with one more try."""
        if now - count.at >= self.forget:
            return Count(wrong=1, at=now)
        return Count(wrong=count.wrong + 1, at=max(count.at, now))


@dataclass(frozen=True, kw_only=True)
class Window:
    """So many tries in a stretch of time, shared by people who may know nothing of each other."""

    free: int
    length: timedelta

    def wait(self, count: Count, *, now: datetime) -> timedelta:
        """How long a try has to wait; zero when it is judged."""
        end = count.at + self.length
        return max(timedelta(), end - now) if count.wrong >= self.free else timedelta()

    def counted(self, count: Count, *, now: datetime) -> Count:
        """The count with one more try."""
        if now - count.at >= self.length:
            return Count(wrong=1, at=now)
        return Count(wrong=count.wrong + 1, at=count.at)


Limit = Growing | Window

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
# NIST SP 800-63B-4, 3.2.2: no more than 100 in a row for an account.
PAIR = Growing(
    free=5, first=MINUTE, longest=15 * MINUTE, forget=DAY
)  # a person at an address, or in a session
DEVICE = PAIR  # a browser in which the person has signed in before: it waits for no stranger
ACCOUNT = Growing(free=20, first=MINUTE, longest=15 * MINUTE, forget=DAY)  # strangers, wherever they are
ADDRESS = Window(free=50, length=10 * MINUTE)  # for all that they try
BLOCK = Window(free=200, length=10 * MINUTE)
FORGET = DAY  # by then no count of any limit counts


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether a try is judged: not while `wait` is more than zero. `after` is the wait when it is wrong."""

    wait: timedelta
    after: timedelta

    @property
    def refusal(self) -> Refusal:
        """What to answer to a try that had to wait or was wrong."""
        wait = self.wait or self.after
        return Refusal(reason=Reason.LOCKED if wait else Reason.WRONG, wait=wait)


def judge(counts: list[tuple[Limit, Count]], *, now: datetime) -> tuple[Verdict, list[Count]]:
    """Whether a try with these counts is judged, and the counts after it."""
    wait = max((limit.wait(count, now=now) for limit, count in counts), default=timedelta())
    if wait:
        return Verdict(wait=wait, after=wait), [count for _, count in counts]
    counted = [limit.counted(count, now=now) for limit, count in counts]
    after = max(
        (limit.wait(count, now=now) for (limit, _), count in zip(counts, counted, strict=True)),
        default=timedelta(),
    )
    return Verdict(wait=wait, after=after), counted
