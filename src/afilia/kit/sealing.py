"""Texts that the database keeps for a while and nobody reads there: encrypted, bound to a purpose."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32


class SealBrokenError(Exception):
    """What was sealed was changed, or sealed with another key or for another purpose."""


def seal(key: str, *, purpose: str, text: str) -> bytes:
    """Encrypt and authenticate a text; `unseal` needs the same key and purpose."""
    return _fernet(key, purpose).encrypt(text.encode())


def unseal(key: str, *, purpose: str, sealed: bytes | memoryview) -> str:
    """The text of `sealed`. Raises SealBrokenError."""
    try:
        return _fernet(key, purpose).decrypt(bytes(sealed)).decode()
    except InvalidToken:
        raise SealBrokenError(purpose) from None


def _fernet(key: str, purpose: str) -> Fernet:
    derived = HKDF(hashes.SHA256(), KEY_BYTES, salt=None, info=purpose.encode()).derive(key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
