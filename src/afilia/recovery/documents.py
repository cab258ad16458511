"""The road by documents, as data: for whom it is, its two ways, and what to bring."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from django.utils.translation import get_language


def guide() -> dict[str, Any]:
    """The cases, kinds and roads of data/documents.toml in the language of the page."""
    language = "en" if get_language() == "en" else "es"
    spoken: dict[str, Any] = _in(_raw(), language)
    return spoken


@cache
def _raw() -> dict[str, Any]:
    return tomllib.loads(files("afilia.recovery").joinpath("data", "documents.toml").read_text("utf-8"))


def _in(node: Any, language: str) -> Any:
    """The same tree with what is said in `language` alone."""
    if isinstance(node, list):
        return [_in(part, language) for part in node]
    if not isinstance(node, dict):
        return node
    said = node.get(language)
    rest = {name: _in(part, language) for name, part in node.items() if name not in {"es", "en"}}
    if isinstance(said, str):
        return {**rest, "text": said} if rest else said
    return {**rest, **said} if said else rest
