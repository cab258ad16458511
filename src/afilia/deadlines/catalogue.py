"""Reads the data of this app: when contributions are due."""

import tomllib
from functools import cache
from importlib.resources import files

from afilia.deadlines.rules import Contributions


@cache
def contributions() -> Contributions:
    raw = tomllib.loads(files("afilia.deadlines").joinpath("data", "contributions.toml").read_text("utf-8"))
    return Contributions(day=raw["day"], source=raw["source"])
