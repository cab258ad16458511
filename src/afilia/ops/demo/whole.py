"""All of the demo, in the order in which its parts need each other."""

from datetime import datetime

from afilia.ops.demo import cases, complaints, foreigners, loading
from afilia.transparency.actions import building


def load(*, now: datetime) -> bool:
    """Fill a database that has no employer, add what an older demo lacks; say whether it was empty."""
    was_empty = loading.load(now=now)
    cases.load(now=now)
    foreigners.load(now=now)
    complaints.load(now=now)
    building.build(now=now)
    return was_empty
