"""Reads the data of this app: the columns that are compared."""

import tomllib
from functools import cache
from importlib.resources import files

from afilia.payroll.rules.columns import Column


@cache
def columns() -> tuple[Column, ...]:
    text = files("afilia.payroll").joinpath("data", "columns.toml").read_text("utf-8")
    return tuple(
        Column(name=raw["name"], label=raw["label"], headings=frozenset(raw["headings"]))
        for raw in tomllib.loads(text)["column"]
    )
