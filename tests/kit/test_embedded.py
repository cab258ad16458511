import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from afilia.kit import embedded


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "postgres"
    yield folder
    embedded.stop(folder)


def server_of(folder: Path) -> psutil.Process:
    return psutil.Process(int((folder / "postmaster.pid").read_text().splitlines()[0]))


def test_what_was_written_is_there_after_a_stop(folder: Path) -> None:
    url = embedded.start(folder)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    embedded.stop(folder)
    assert not embedded.is_running(folder)
    with psycopg.connect(embedded.start(folder)) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (7,)


def test_a_killed_server_starts_again(folder: Path) -> None:
    url = embedded.start(folder)
    server = server_of(folder)
    server.kill()
    server.wait()
    assert not embedded.is_running(folder)
    assert embedded.start(folder) == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_lock_file_whose_number_is_another_programs_now_is_no_server(folder: Path) -> None:
    embedded.start(folder)
    lock = folder / "postmaster.pid"
    lines = lock.read_text().splitlines()
    embedded.stop(folder)
    lock.write_text("\n".join(["1", *lines[1:]]) + "\n")
    embedded.start(folder)
    assert server_of(folder).pid != 1


def test_it_stops_with_the_last_process_that_joined_it(tmp_path: Path) -> None:
    folder = tmp_path / "postgres"
    join = f"from pathlib import Path; from afilia.kit import embedded; embedded.start(Path({str(folder)!r}))"
    # One that is killed and gives nothing back, then one that ends in order.
    killed = subprocess.run(
        [sys.executable, "-c", f"{join}; import os; os.kill(os.getpid(), 9)"], check=False
    )
    assert killed.returncode == -9
    assert (folder / "postmaster.pid").exists()
    subprocess.run([sys.executable, "-c", join], check=True)
    assert not (folder / "postmaster.pid").exists()
