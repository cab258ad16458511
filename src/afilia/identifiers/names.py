"""Names of people as two papers write them: order, case, accents and signs may differ, and a letter."""

import re
import unicodedata
from difflib import SequenceMatcher

LEAST_WORDS = 2  # in common, where both names have as many
LIKENESS = 0.8  # of two words that differ by a slip: GONZALEZ and GONSALES


def words(names: str) -> frozenset[str]:
    """The words of names, in capitals without accents."""
    letters = unicodedata.normalize("NFD", names.upper())
    return frozenset(
        re.findall(r"[^\W\d_]+", "".join(one for one in letters if not unicodedata.combining(one)))
    )


def are_alike(one: str, other: str) -> bool:
    """Whether two names may be the same person's: two words in common, give or take a slip of the pen."""
    mine, theirs = words(one), words(other)
    least = min(LEAST_WORDS, len(mine), len(theirs))
    in_common = sum(any(_same(word, their) for their in theirs) for word in mine)
    return least > 0 and in_common >= least


def _same(one: str, other: str) -> bool:
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= LIKENESS
