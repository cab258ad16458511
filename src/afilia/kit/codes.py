"""Codes for people, derived from a key and kept only as keyed hashes."""

import base64
import hashlib
import hmac

CODE_BYTES = 15  # 120 bits: 24 characters of base32


def derive(key: str, *, purpose: str, subject: str) -> str:
    """The code of `subject`, always the same for the same key, as groups of four: `ABCD-EFGH-…`."""
    raw = hmac.digest(key.encode(), f"{purpose}:{subject}".encode(), hashlib.sha256)[:CODE_BYTES]
    text = base64.b32encode(raw).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def digest(key: str, *, purpose: str, typed: str) -> bytes:
    """The keyed hash under which a typed code is looked up; blanks, hyphens and case do not matter."""
    plain = "".join(typed.split()).replace("-", "").upper()
    return hmac.digest(key.encode(), f"digest:{purpose}:{plain}".encode(), hashlib.sha256)
