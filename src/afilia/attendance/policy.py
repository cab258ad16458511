"""Reads how an office receives and calls people."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from afilia.attendance.rules.order import OrderPolicy
from afilia.procedures.rules import Text


@dataclass(frozen=True, kw_only=True)
class Policy:
    order: OrderPolicy
    calls: int  # before somebody counts as absent
    apart: timedelta  # between two calls
    fresh: timedelta  # that a call is marked as new on the screen
    shown: int  # calls on the screen
    outcomes: dict[str, Text]  # by slug


@cache
def policy() -> Policy:
    raw = tomllib.loads(files("afilia.attendance").joinpath("data", "order.toml").read_text("utf-8"))
    ahead = {name: timedelta(minutes=minutes) for name, minutes in raw["head_start"].items()}
    times = {name: timedelta(minutes=minutes) for name, minutes in raw["appointments"].items()}
    return Policy(
        order=OrderPolicy(**ahead, **times),
        calls=raw["calls"]["times"],
        apart=timedelta(seconds=raw["calls"]["apart"]),
        fresh=timedelta(seconds=raw["screen"]["fresh"]),
        shown=raw["screen"]["shown"],
        outcomes={outcome["slug"]: Text(**outcome["name"]) for outcome in raw["outcome"]},
    )
