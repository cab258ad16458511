import pytest

from afilia.kit.sealing import SealBrokenError, seal, unseal

KEY, TEXT = "a key of the settings", "Su código es 123456 ñ"


def test_sealed_text_comes_back_and_is_not_to_be_read() -> None:
    sealed = seal(KEY, purpose="mail", text=TEXT)
    assert b"123456" not in sealed
    assert unseal(KEY, purpose="mail", sealed=sealed) == TEXT
    assert unseal(KEY, purpose="mail", sealed=memoryview(sealed)) == TEXT  # as the database gives it


def test_same_text_is_sealed_differently_each_time() -> None:
    assert seal(KEY, purpose="mail", text=TEXT) != seal(KEY, purpose="mail", text=TEXT)


@pytest.mark.parametrize(("key", "purpose"), [("another", "mail"), (KEY, "totp")])
def test_another_key_or_purpose_opens_nothing(key: str, purpose: str) -> None:
    sealed = seal(KEY, purpose="mail", text=TEXT)
    with pytest.raises(SealBrokenError):
        unseal(key, purpose=purpose, sealed=sealed)


def test_changed_seal_opens_nothing() -> None:
    sealed = bytearray(seal(KEY, purpose="mail", text=TEXT))
    sealed[-5] ^= 1
    with pytest.raises(SealBrokenError):
        unseal(KEY, purpose="mail", sealed=bytes(sealed))
