"""The official sheets of the procedures, read as they were digitised.

They are no part of the repository: their facts go into the product, their sentences do not. The tests that
read them look into the folder that AFILIA_SHEETS names, else beside the repository, and are left out where
there is none.
"""

import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pytest

BESIDE = Path(__file__).parents[2] / "shared" / "reference" / "tramites"
FOLDER = Path(os.environ.get("AFILIA_SHEETS", BESIDE))
TAG = re.compile(r"<[^>]+>|\*\*")
ITEM = re.compile(r"^\d+\. +(.+)", re.MULTILINE)
LAW = re.compile(r"^- \[(?P<norm>[^\]]+)\]\(#\)\.? Art\. (?P<articles>.+)$", re.MULTILINE)
PLACE = re.compile(r"\d+(?:\.\d+)*|\b[a-xz]\b")  # an article, a number of one, or a letter; «y» joins them
MONTH = re.compile(r"^(\d{4})\t(\d{2})\t(\d+)\t(\d+)$", re.MULTILINE)
ADDRESS = re.compile(r"[\w.]+@[\w.]+\w")
needs_sheets = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="AFILIA_SHEETS names no folder of official sheets"
)


def fold(text: str) -> str:
    """In small letters, without accents, the spaces single."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(part for part in parts if not unicodedata.combining(part)).split())


def words(text: str) -> list[str]:
    return re.findall(r"\w+", fold(text))


def places(articles: str) -> list[str]:
    """Articles, numbers and letters in their order: `10, numeral 3.1, literales a, c` has four."""
    return PLACE.findall(articles)


@dataclass(frozen=True)
class Sheet:
    text: str

    def between(self, first: str, last: str) -> str:
        """What stands between two headings, the first of each."""
        start = self.text.index(first) + len(first)
        return self.text[start : self.text.index(last, start)]

    def field(self, name: str) -> str:
        """The value beside a name in the table at the top."""
        found = re.search(rf"^{name}\t(.+)$", self.text, re.MULTILINE)
        assert found, name
        return found[1].strip()

    @property
    def addressees(self) -> set[str]:
        found = re.search(r"Dirigido a:\s*([^.]+)\.", self.text)
        assert found
        return {fold(name.replace(" - ", " ")) for name in found[1].split(",")}

    @property
    def needed(self) -> list[str]:
        """The documents asked for, in their order, with what follows each in its line."""
        return ITEM.findall(self.between("¿Qué necesito para hacer el trámite?", "¿Cómo hago el trámite?"))

    @property
    def laws(self) -> list[tuple[str, str]]:
        """Norm and articles."""
        return [(found["norm"], found["articles"]) for found in LAW.finditer(self.text)]

    @property
    def months(self) -> list[tuple[date, int, int]]:
        """Month, complaints and attentions of each line of the tables, in their order."""
        return [
            (date(int(year), int(month), 1), int(complaints), int(attended))
            for year, month, complaints, attended in MONTH.findall(self.text)
        ]

    @property
    def emails(self) -> set[str]:
        return {*ADDRESS.findall(self.text)}


@cache
def read(number: str) -> Sheet:
    (file,) = FOLDER.glob(f"{number}_*.txt")
    return Sheet(TAG.sub("", file.read_text("utf-8")))
