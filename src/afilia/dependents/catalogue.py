"""Reads data/relationships.toml."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from afilia.dependents.rules.relationships import Relationship, Terms


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("afilia.dependents").joinpath("data", "relationships.toml").read_text("utf-8"))


@cache
def terms(on: date) -> Terms:
    """The terms of a day. When two entries of a relationship are valid, the later one counts."""
    raw = _data()
    valid = [
        entry
        for entry in sorted(raw["relationship"], key=lambda entry: entry["valid_from"])
        if entry["valid_from"] <= on <= entry.get("valid_to", date.max)
    ]
    return Terms(
        relationships={entry["code"]: _relationship(entry) for entry in valid},
        disability_from=raw["disability_from"],
    )


def _relationship(raw: dict[str, Any]) -> Relationship:
    return Relationship(
        code=raw["code"],
        one=raw["one"],
        least_age=raw.get("least_age", 0),
        under_age=raw.get("under_age"),
        contribution=Decimal(raw["contribution"]) if "contribution" in raw else None,
        proofs=tuple(raw["proofs"]),
    )


def source(language: str) -> str:
    text: str = _data()["source"][language]
    return text
