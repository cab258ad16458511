"""A PostgreSQL for the benchmarks: an embedded one in a temporary folder, or the one of DATABASE_URL."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
import psycopg
from psycopg import sql

from afilia.kit import embedded


@dataclass(frozen=True, kw_only=True)
class Database:
    """A database of one benchmark, and the folder of the portal that uses it."""

    url: str
    folder: Path

    @property
    def name(self) -> str:
        return urlsplit(self.url).path.lstrip("/")

    @property
    def environment(self) -> dict[str, str]:
        """In which a process of the portal uses this database."""
        return {
            **os.environ,
            "AFILIA_DEMO": "1",
            "AFILIA_DATA_DIR": str(self.folder),
            "AFILIA_LOG_LEVEL": "WARNING",
            "DATABASE_URL": self.url,
            "DJANGO_SETTINGS_MODULE": "afilia.config.settings",
        }

    def run(self, *arguments: str) -> str:
        """Run a Python module as a process of the portal, and give what it prints."""
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(
            command, env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        ).stdout

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url)


class Server:
    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._made: list[str] = []
        self._empty: Database | None = None
        with self._maintenance() as connection:
            version = connection.info.server_version
            backend = connection.info.backend_pid
        self.version = f"{version // 10_000}.{version % 10_000}"
        self._process = _postmaster(backend)  # None when it runs on another machine

    def database(self, *, template: Database | None = None) -> Database:
        """A new database: a copy of another one, or an empty one with the tables of the portal."""
        if not template:
            template = self._empty = self._empty or self._migrated()
        return self._new(template)

    def _migrated(self) -> Database:
        database = self._new()
        database.run("afilia", "migrate", "--verbosity", "0")
        return database

    def _new(self, template: Database | None = None) -> Database:
        name = f"afilia_bench_{uuid4().hex[:12]}"
        made = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
        if template:
            made += sql.SQL(" TEMPLATE {} STRATEGY file_copy").format(sql.Identifier(template.name))
        with self._maintenance() as connection:
            connection.execute(made)
        self._made.append(name)
        folder = self._folder / name
        folder.mkdir()
        return Database(url=urlsplit(self._url)._replace(path=f"/{name}").geturl(), folder=folder)

    def pids(self) -> list[int]:
        """The processes of the server; none when it runs on another machine.

        The kernel tells them in one read: to go through all the processes every time takes a good part of a
        core from what is measured.
        """
        if self._process is None:
            return []
        pid = self._process.pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]

    def settle(self) -> None:
        """Write out what earlier work left in memory, so that the next measurement does not pay for it."""
        with self._maintenance() as connection:
            connection.execute("CHECKPOINT")

    def drop(self, database: Database) -> None:
        with self._maintenance() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database.name)))
        self._made.remove(database.name)

    def drop_all(self) -> None:
        with self._maintenance() as connection:
            for name in self._made:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def _maintenance(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """The server of DATABASE_URL, or else an embedded one in `folder`; what was made there is removed."""
    given = os.environ.get("DATABASE_URL")
    server = Server(given or embedded.start(folder / "postgres"), folder)
    try:
        yield server
    finally:
        server.drop_all()
        if not given:
            embedded.stop(folder / "postgres")


def _postmaster(backend: int) -> psutil.Process | None:
    """The parent of the server process of a connection, when that number is a PostgreSQL of this machine."""
    try:
        process = psutil.Process(backend)
        return process.parent() if "postgres" in process.name() else None
    except psutil.NoSuchProcess:
        return None
