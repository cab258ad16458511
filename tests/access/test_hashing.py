import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from afilia.access import hashing


def test_hash_is_argon2id_as_others_read_it() -> None:
    encoded = hashing.encode("una clave")
    assert encoded.startswith("$argon2id$")
    assert PasswordHasher().verify(encoded, "una clave")


def test_two_keys_of_one_person_differ_only_in_the_hash() -> None:
    first = hashing.encode("una clave")
    same, other = hashing.encode_like(first, "una clave"), hashing.encode_like(first, "otra clave")
    assert same == first
    assert other != first
    assert other.rsplit("$", 1)[0] == first.rsplit("$", 1)[0]


def test_every_person_has_a_salt_of_their_own() -> None:
    assert hashing.encode("una clave") != hashing.encode("una clave")


def test_accents_from_another_keyboard_are_the_same_key() -> None:
    first = hashing.encode("contrase\u00f1a")
    assert hashing.encode_like(first, "contrasen\u0303a") == first


@pytest.mark.parametrize("key", ["", "una clave", "0" * 200])
def test_hash_of_nobody_costs_the_same_and_opens_nothing(key: str) -> None:
    encoded = hashing.encode_like(hashing.OF_NOBODY, key)
    assert encoded != hashing.OF_NOBODY
    assert encoded.split("$")[:4] == hashing.encode(key).split("$")[:4]
    with pytest.raises(VerifyMismatchError):
        PasswordHasher().verify(hashing.OF_NOBODY, key)
