"""Reads `data/`: what counts in the figures, the tables of the sheets, and how complaints are answered."""

import hashlib
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Any

from afilia.procedures.rules import Text
from afilia.procedures.speaking import spoken
from afilia.transparency.rules import complaints
from afilia.transparency.rules.counting import Attended, Decided, Policy, Published


@cache
def policy() -> Policy:
    raw = _read("events")
    return Policy(
        attended=tuple(
            Attended(
                event=one["event"],
                counts_as=one.get("counts_as", ""),
                procedure=one.get("procedure", ""),
                channel=one.get("channel", ""),
                only=one.get("only", {}),
            )
            for one in raw["attended"]
        ),
        decided=tuple(
            Decided(
                procedure=one["procedure"],
                begins=frozenset(one["from"]),
                ends=frozenset(one["to"]),
                right=frozenset(one.get("right", [])),
                when=one.get("when", {}),
                faults=frozenset(one.get("faults", [])),
                key=one.get("key", ""),
                codes=one.get("codes", ""),
            )
            for one in raw["decided"]
        ),
        online=frozenset(raw["online"]),
        place_step=raw["place_step"],
    )


@cache
def edition() -> str:
    """Of the data that say what counts: where it is another, the facts have to be made again."""
    return hashlib.sha256(_text("events").encode()).hexdigest()


@cache
def published() -> Mapping[str, Mapping[date, Published]]:
    """The tables of the sheets: by procedure and month."""
    return {
        slug: {
            date.fromisoformat(f"{month}-01"): Published(attended=attended, complaints=complaints)
            for month, (attended, complaints) in months.items()
        }
        for slug, months in _read("published")["procedure"].items()
    }


@cache
def complaint_policy() -> complaints.Policy:
    raw = _read("complaints")
    return complaints.Policy(
        working_days=raw["working_days"], kept_days=raw["kept_days"], outcomes=tuple(raw["outcome"])
    )


@cache
def outcomes() -> Mapping[str, Text]:
    """With what a complaint is answered, by slug."""
    return {slug: Text(**text) for slug, text in _read("complaints")["outcome"].items()}


def sources() -> tuple[str, date]:
    """Where the tables of the sheets come from, in the language of the page, and when they were read."""
    raw = _read("published")
    return spoken(Text(**raw["source"])), raw["source_on"]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_text(name))


def _text(name: str) -> str:
    return files("afilia.transparency").joinpath("data", f"{name}.toml").read_text("utf-8")
