"""Which data are kept how long, as `data/privacy.toml` tells it and the portal's own settings have it."""

import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_duration
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One line of the page, in a language: after how many days since when it is forgotten.

    Without days: until when, or for good.
    """

    what: str
    why: str
    days: int | None
    since: str
    until: str


@cache
def data() -> dict[str, Any]:
    return tomllib.loads(files("afilia.site").joinpath("data", "privacy.toml").read_text("utf-8"))


def reviewed_on() -> date:
    """The day on which somebody read it all against the portal."""
    day: date = data()["reviewed_on"]
    return day


def kept(language: str) -> list[Kept]:
    return [
        Kept(
            what=one["what"][language],
            why=one["why"][language],
            days=days(one["period"]) if "period" in one else None,
            since=one.get("since", {}).get(language, ""),
            until=one.get("until", {}).get(language, ""),
        )
        for one in data()["kept"]
    ]


def days(period: str) -> int:
    """The whole days of a period: ISO 8601, a name below `settings`, or a dotted name of the code.

    What is less than a day counts as one. LookupError or ImportError for a name that there is not.
    """
    found = _found(period)
    if isinstance(found, timedelta):
        return max(found.days, 1)
    return int(found)


def _found(period: str) -> Any:
    if duration := parse_duration(period):
        return duration
    parts = period.split(".")
    if parts[0] == "settings":
        value: Any = settings
        rest = parts[1:]
    else:
        # The last name may be a part of what a function gives.
        try:
            return import_string(period)
        except ImportError:
            value, rest = import_string(".".join(parts[:-1])), parts[-1:]
            value = value() if callable(value) else value
    for part in rest:
        value = getattr(value, part)
    return value
