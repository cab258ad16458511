from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.plant import Plant, migrated
from tests.once import once


@pytest.fixture
def plant(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """A database server and workers of its own, to be stopped, killed and started at will."""
    with Plant(tmp_path, like=once(tmp_path_factory, "migrated", migrated)) as own:
        yield own
