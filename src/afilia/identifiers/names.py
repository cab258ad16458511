"""Names of people, as registers and people write them."""

import re
import unicodedata


def words(names: str) -> frozenset[str]:
    """The words of a name in plain capitals: order, accents and signs do not matter."""
    letters = unicodedata.normalize("NFD", names.upper())
    return frozenset(re.findall(r"[A-Z]+", "".join(one for one in letters if not unicodedata.combining(one))))
