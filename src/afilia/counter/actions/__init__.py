"""The only writer of handings over. The work on cases is written by `afilia.cases.actions`."""

from afilia.counter.actions.handing import (
    Papers,
    RefusedError,
    forget_prepared,
    give,
    prepare,
    record_look,
    record_search,
    refuse,
    settle,
)
from afilia.counter.actions.links import open_link, use_link

__all__ = [
    "Papers",
    "RefusedError",
    "forget_prepared",
    "give",
    "open_link",
    "prepare",
    "record_look",
    "record_search",
    "refuse",
    "settle",
    "use_link",
]
