"""The operator's list of keys that became public: AFILIA_BREACHED_KEYS.

The file has one key a line, or SHA-1 hashes in hexadecimal in ascending order, as the large collections are
published, with or without `:` and a count. It is searched on the disk: such files may be larger than memory.
"""

import hashlib
import mmap
import re
from pathlib import Path

from django.conf import settings

HASHED = re.compile(rb"[0-9A-Fa-f]{40}(:\d+)?\s*$")
LONGEST_LINE = 200  # bytes, of a line with a hash


def is_breached(key: str) -> bool:
    """Whether a key is on the operator's list, as it is or in small letters; False without a list."""
    path: Path | None = settings.BREACHED_KEYS
    return path is not None and any(_holds(path, text) for text in {key, key.lower()})


def _holds(path: Path, key: str) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as lines:
        if HASHED.match(lines[: lines.find(b"\n") + 1 or len(lines)]):
            return _holds_hash(lines, hashlib.sha1(key.encode(), usedforsecurity=False).hexdigest().upper())
        plain = key.encode()
        return any(
            (at == 0 or lines[at - 1 : at] == b"\n")
            and lines[at + len(plain) : at + len(plain) + 1] in b"\r\n"
            for at in _places(lines, plain)
        )


def _places(lines: mmap.mmap, plain: bytes) -> list[int]:
    places, at = [], lines.find(plain)
    while at >= 0:
        places.append(at)
        at = lines.find(plain, at + 1)
    return places


def _holds_hash(lines: mmap.mmap, digest: str) -> bool:
    low, high = 0, len(lines)  # the line looked for begins in here
    while low < high:
        middle = (low + high) // 2
        begin = lines.rfind(b"\n", low, middle) + 1 or low
        end = lines.find(b"\n", begin, begin + LONGEST_LINE)
        found = lines[begin : begin + 40].decode("ascii", "replace").upper()
        if found == digest:
            return True
        if found < digest:
            low = end + 1 if end >= 0 else high
        else:
            high = begin
    return False
