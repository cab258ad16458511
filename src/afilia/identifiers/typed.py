"""Numbers and codes as people type them."""

import re


def plain(typed: str) -> str:
    """Without the blanks, hyphens and full stops with which it is written, in capitals."""
    return re.sub(r"[\s\-.]", "", typed).upper()
