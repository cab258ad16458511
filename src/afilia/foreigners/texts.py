"""Scopes and refusals of notarial powers, and reasons of joins, from `data`."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from afilia.procedures.rules import Text

PROCEDURE = "codigo-extranjeros"


@dataclass(frozen=True, kw_only=True)
class Scope:
    text: Text
    serves: frozenset[str]  # procedures, by their slugs


@dataclass(frozen=True, kw_only=True)
class Powers:
    scopes: dict[str, Scope]
    refusals: dict[str, Text]

    def serves(self, scope: str) -> bool:
        """Whether a power of that scope covers asking for a foreigner code."""
        known = self.scopes.get(scope)
        return known is not None and PROCEDURE in known.serves


@cache
def powers() -> Powers:
    raw = tomllib.loads(files("afilia.foreigners").joinpath("data/powers.toml").read_text("utf-8"))
    return Powers(
        scopes={
            slug: Scope(text=Text(es=said["es"], en=said["en"]), serves=frozenset(said["serves"]))
            for slug, said in raw["scope"].items()
        },
        refusals={slug: Text(**said) for slug, said in raw["refusal"].items()},
    )


@cache
def joins() -> dict[str, dict[str, Text]]:
    """The reasons, by what they are of: `join` and `undo`."""
    raw = tomllib.loads(files("afilia.foreigners").joinpath("data/joins.toml").read_text("utf-8"))
    return {of: {slug: Text(**said) for slug, said in raw[of].items()} for of in ("join", "undo")}
