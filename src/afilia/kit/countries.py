"""The countries of ISO 3166 by their names in the language of the page."""

from functools import cache

from babel import Locale
from django.utils.translation import get_language

# Regions of the CLDR with two letters that ISO 3166 assigns to no country.
NO_COUNTRY = frozenset(
    {"AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"}
)
OWN = "EC"


def abroad() -> list[tuple[str, str]]:
    """Code and name of every country but our own, in the order of the names."""
    return _abroad("en" if get_language() == "en" else "es")


def name(code: str) -> str:
    """The name of a country; nothing for none."""
    return dict(abroad()).get(code, "")


@cache
def _abroad(language: str) -> list[tuple[str, str]]:
    territories = Locale(language).territories
    found = [
        (code, territory)
        for code, territory in territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY | {OWN}
    ]
    return sorted(found, key=lambda country: _order(country[1]))


def _order(text: str) -> str:
    return text.translate(str.maketrans("ÁÉÍÓÚÅáéíóúåôçã", "AEIOUAaeiouaoca")).casefold()
