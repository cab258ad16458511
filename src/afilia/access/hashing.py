"""Argon2id hashes of employer keys.

All the keys of one identification number share salt and cost, so that one computation finds the key
among them, however many they are.
"""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hmac import compare_digest

from argon2 import extract_parameters
from argon2.low_level import ARGON2_VERSION, Type, hash_secret

from afilia.access.rules.keys import normalised

# OWASP's minimum: who knows nothing may make the server do this work, so it must not eat the memory.
TIME_COST, MEMORY_KIB, LANES = 2, 19 * 1024, 1
SALT_BYTES, HASH_BYTES = 16, 32


def encode(key: str) -> str:
    """Hash a key with a salt of its own: the first key of an identification number."""
    return hash_secret(
        _bytes(key), secrets.token_bytes(SALT_BYTES), TIME_COST, MEMORY_KIB, LANES, HASH_BYTES, Type.ID
    ).decode()


def encode_like(encoded: str, key: str) -> str:
    """Hash a key with the salt and cost of `encoded`: both texts are equal when the keys are."""
    cost = extract_parameters(encoded)
    salt = encoded.split("$")[4]
    return hash_secret(
        _bytes(key),
        b64decode(salt + "=" * (-len(salt) % 4)),
        cost.time_cost,
        cost.memory_cost,
        cost.parallelism,
        cost.hash_len,
        cost.type,
        cost.version,
    ).decode()


def opened(encoded: Sequence[str], key: str) -> list[bool]:
    """Whether a key is each of those; one computation, and one more for each other salt among them.

    Somebody who had keys under two numbers before these were joined has two salts.
    """
    made: dict[str, str] = {}
    for one in encoded:
        salt = one.rpartition("$")[0]
        if salt not in made:
            made[salt] = encode_like(one, key)
    return [compare_digest(one, made[one.rpartition("$")[0]]) for one in encoded]


def _bytes(key: str) -> bytes:
    return normalised(key).encode()


def _zeros(length: int) -> str:
    return b64encode(bytes(length)).decode().rstrip("=")


# For a number that nobody has, so that the work is the same; no key is known whose hash is zeros.
OF_NOBODY = (
    f"$argon2id$v={ARGON2_VERSION}$m={MEMORY_KIB},t={TIME_COST},p={LANES}$"
    f"{_zeros(SALT_BYTES)}${_zeros(HASH_BYTES)}"
)
