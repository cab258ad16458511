"""Reads the policy for choosing a key."""

import tomllib
from functools import cache
from importlib.resources import files

from afilia.access.rules.keys import KeyPolicy


@cache
def key_policy() -> KeyPolicy:
    raw = tomllib.loads(files("afilia.access").joinpath("data", "keys.toml").read_text("utf-8"))
    return KeyPolicy(
        minimum=raw["minimum"],
        maximum=raw["maximum"],
        shortest_word=raw["shortest_word"],
        no_names=frozenset(raw["no_names"]),
        words=frozenset(raw["words"]),
        walks=tuple(way for walk in raw["walks"] for way in (walk, walk[::-1])),
        obvious_parts=raw["obvious_parts"],
        obvious_rest=raw["obvious_rest"],
        obvious_signs=raw["obvious_signs"],
    )
