"""References in the QR of the papers: 128 bits, made again from the key when needed; the table has a hash."""

import hashlib
import hmac
from uuid import UUID

from django.conf import settings

from afilia.kit import codes

BYTES = 16


def reference_of(key: UUID) -> str:
    """The reference of the request with that key: 32 hexadecimal digits."""
    text = f"reference:foreigners:{key.hex}"
    return hmac.digest(settings.CODES_KEY.encode(), text.encode(), hashlib.sha256)[:BYTES].hex()


def digest_of(reference: str) -> bytes:
    """The keyed hash under which a reference is looked up."""
    return codes.digest(settings.CODES_KEY, purpose="foreigners.reference", typed=reference)
