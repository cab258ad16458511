"""The provinces by their codes, in the order of their names."""

import tomllib
import unicodedata
from pathlib import Path

PROVINCES: dict[str, str] = dict(
    sorted(
        tomllib.loads((Path(__file__).parent / "data" / "provinces.toml").read_text("utf-8"))[
            "provinces"
        ].items(),
        key=lambda item: unicodedata.normalize("NFD", item[1]),
    )
)


def code_of(name: str) -> str:
    """The code of a province as registers write its name, in capitals and without accents; else nothing."""
    wanted = _plain(name)
    return next((code for code, known in PROVINCES.items() if _plain(known) == wanted), "")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.upper())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
