"""The holidays of the country, of a province and of a city."""

import tomllib
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import holidays

SATURDAY, SUNDAY = 5, 6
LANGUAGES = {"es": "es", "en": "en_US"}  # of the library


@lru_cache(maxsize=4096)
def between(first: date, last: date, *, province: str, city: str, language: str = "es") -> dict[date, str]:
    """The holidays of a city from one day to another, both included, and their names in a language."""
    found = {
        on: name
        for year in range(first.year, last.year + 1)
        for on, name in (_national(year, language) | _local(year, province, city, language)).items()
        if first <= on <= last
    }
    for exception in _data()["exception"]:
        if exception["open"]:
            found.pop(exception["on"], None)
        elif first <= exception["on"] <= last:
            found[exception["on"]] = exception["name"][language]
    return found


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "data" / "holidays.toml").read_text("utf-8"))


@cache
def _national(year: int, language: str) -> dict[date, str]:
    return dict(holidays.country_holidays("EC", years=year, language=LANGUAGES[language]).items())


def _local(year: int, province: str, city: str, language: str) -> dict[date, str]:
    return {
        taken_on(date(year, each["month"], each["day"])): each["name"][language]
        for each in _data()["local"]
        if each["province"] == province and each.get("city", city).casefold() == city.casefold()
    }


def taken_on(on: date) -> date:
    """The day on which a holiday is taken (Código del Trabajo, art. 65): never in the middle of a week."""
    moves = {
        SATURDAY: -1,
        SUNDAY: 1,
        1: -1,
        2: 2,
        3: 1,
    }  # Tuesday to Monday, Wednesday and Thursday to Friday
    return on + timedelta(days=moves.get(on.weekday(), 0))
