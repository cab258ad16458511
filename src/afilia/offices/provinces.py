"""The provinces by their codes, in the order of their names."""

import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Province:
    code: str
    name: str
    capital: str
    zone: ZoneInfo
    neighbours: tuple[str, ...]  # codes


def _read() -> dict[str, Province]:
    raw = tomllib.loads((Path(__file__).parent / "data" / "provinces.toml").read_text("utf-8"))["provinces"]
    read = [
        Province(
            code=code,
            name=each["name"],
            capital=each["capital"],
            zone=ZoneInfo(each["zone"]),
            neighbours=tuple(each["neighbours"]),
        )
        for code, each in raw.items()
    ]
    return {
        province.code: province
        for province in sorted(read, key=lambda each: unicodedata.normalize("NFD", each.name))
    }


BY_CODE: dict[str, Province] = _read()
PROVINCES: dict[str, str] = {code: province.name for code, province in BY_CODE.items()}


def code_of(name: str) -> str:
    """The code of a province as registers write its name, in capitals and without accents; else nothing."""
    wanted = _plain(name)
    return next((code for code, known in PROVINCES.items() if _plain(known) == wanted), "")


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.upper())
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())
