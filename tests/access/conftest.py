import pytest

from afilia.access import hashing


@pytest.fixture
def light_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real Argon2 at the least cost, for tests that compute many."""
    cost = f"m={hashing.MEMORY_KIB},t={hashing.TIME_COST}"
    monkeypatch.setattr(hashing, "OF_NOBODY", hashing.OF_NOBODY.replace(cost, "m=8,t=1"))
    monkeypatch.setattr(hashing, "MEMORY_KIB", 8)
    monkeypatch.setattr(hashing, "TIME_COST", 1)
