"""The roads to a first key, and what to bring on each in exactly this case: `data/roads.toml`."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import get_language

from afilia.employers.rules import Document, Kind


def roads(*, document: Document, kind: Kind, third_party: bool) -> list[dict[str, Any]]:
    """Each road with title, about, end and items_to_bring, in the language of the page."""
    case = {"document": document.value, "kind": kind.value}
    language = "en" if get_language() == "en" else "es"
    return [
        {
            **road[language],
            "items_to_bring": [
                item[language]
                for item in road["item"]
                if all(case[name] in item.get(name, [case[name]]) for name in case)
                and (third_party or not item.get("third_party"))
            ],
        }
        for road in data()["road"]
    ]


@cache
def data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "roads.toml").read_text("utf-8"))
