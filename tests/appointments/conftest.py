import pytest
from django.utils import timezone

from tests.appointments.pages import Booker, Clock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time of the pages, which a test sets: half past ten on a Saturday in Quito to begin with."""
    clock = Clock()
    monkeypatch.setattr(timezone, "now", lambda: clock.now)
    return clock


@pytest.fixture
def booker(clock: Clock, db: None) -> Booker:
    return Booker()
