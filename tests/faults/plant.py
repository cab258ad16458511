"""A small plant to break: its own PostgreSQL in a temporary folder, and workers as processes."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import psycopg

from afilia.kit import embedded
from tests.once import copy

T = TypeVar("T")
DATABASE = "afilia"


def until(happened: Callable[[], T], *, within: float = 30.0) -> T:
    """Ask again and again until the answer is true, and return it; after `within` seconds it fails."""
    end = time.monotonic() + within
    while not (answer := happened()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
    return answer


def migrated(server: Path) -> None:
    """Make a server with the database of a plant, and stop it."""
    address = embedded.start(server)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {DATABASE}")
    url = urlsplit(address)._replace(path=f"/{DATABASE}").geturl()
    command(environment(url, data=server.with_name("data")), "migrate", "--verbosity", "0")
    embedded.stop(server)


def environment(url: str, *, data: Path) -> dict[str, str]:
    return {
        **os.environ,
        "AFILIA_DEMO": "1",
        "AFILIA_DATA_DIR": str(data),
        "DATABASE_URL": url,
        "AFILIA_LOG_LEVEL": "WARNING",
    }


def command(environment: dict[str, str], *arguments: str) -> str:
    """Run `afilia ARGUMENTS…` to its end and return what it printed; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", "afilia", *arguments], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


class Plant:
    """Use as a context. The server is migrated and runs; no worker does.

    `like` is the folder of a server that was prepared by `migrated`.
    """

    def __init__(self, folder: Path, *, like: Path) -> None:
        self.folder = folder
        self.like = like
        self.data = folder / "data"
        self.server = folder / "postgres"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.url = ""

    def __enter__(self) -> Self:
        copy(self.like, self.server)
        self.url = urlsplit(embedded.start(self.server))._replace(path=f"/{DATABASE}").geturl()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.stop_server()

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.url, data=self.data)

    def command(self, *arguments: str) -> str:
        """Run `afilia ARGUMENTS…` to its end and return what it printed; it must succeed."""
        return command(self.environment, *arguments)

    def python(self, code: str, *arguments: str) -> str:
        """Run Python code in a process with Django set up on this plant; return what it printed."""
        start = "import django; django.setup()\n"
        done = subprocess.run(
            [sys.executable, "-c", start + code, *arguments],
            env={**self.environment, "DJANGO_SETTINGS_MODULE": "afilia.config.settings"},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def start_worker(self, *, tasks: str | None = None) -> subprocess.Popen[bytes]:
        """Start `afilia work`; `tasks` is a module with tasks of the test."""
        command = [sys.executable, "-m", "afilia", "work"]
        environment = self.environment
        if tasks:
            code = (
                "import django; django.setup()\n"
                f"import asyncio, {tasks}\n"
                "from afilia.ops import worker\n"
                "asyncio.run(worker.run())"
            )
            command = [sys.executable, "-c", code]
            environment["DJANGO_SETTINGS_MODULE"] = "afilia.config.settings"
        worker = subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2])
        self.workers.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """As the kernel kills what takes too much memory: no handler runs."""
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def stop_server(self) -> None:
        embedded.stop(self.server)

    def start_server(self) -> None:
        embedded.start(self.server)

    def rows(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def until(self, happened: Callable[[], T], *, within: float = 90.0) -> T:
        """As `until`, with time for a worker to start on a machine that is busy with other tests."""
        return until(happened, within=within)
