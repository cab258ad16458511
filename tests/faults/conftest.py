from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Plant


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    """A database server and workers of its own, to be stopped, killed and started at will."""
    with Plant(tmp_path) as own:
        yield own
