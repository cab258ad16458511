"""The real portal for journeys: `afilia serve` as a process of its own, on fresh data."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from afilia.ops import demo
from tests.faults.plant import until
from tests.once import copy, once

START_WITHIN = 120.0  # seconds, on a busy machine
_scripts = count(1)
MAIL_WITHIN = 90.0


@dataclass(frozen=True, kw_only=True)
class Portal:
    base_url: str
    data: Path
    database_url: str | None  # None: its own embedded server
    process: subprocess.Popen[bytes]  # the supervisor
    keys: tuple[demo.Key, ...] = demo.KEYS
    samples: Path = demo.SAMPLES

    def url(self, path: str) -> str:
        return f"{self.base_url}{path}"


def first_start(factory: pytest.TempPathFactory) -> Path | None:
    """The data that the first start of a demo leaves, its jobs done; None where the database is elsewhere."""
    if os.environ.get("DATABASE_URL"):
        return None

    def make(folder: Path) -> None:
        with running(folder) as first:
            settle(first)

    return once(factory, "first-start", make)


@contextmanager
def running(data: Path, *, like: Path | None = None) -> Iterator[Portal]:
    """Serve the demo from the folder `data` on a free port, and stop it as a person would, with Ctrl-C.

    With `like`, the data of another portal that was stopped, it is not the first start.
    """
    if like:
        copy(like, data)
    with _database() as database_url:
        port = free_port()
        environment = {
            **os.environ,
            "AFILIA_DEMO": "1",
            "AFILIA_DATA_DIR": str(data),
            "PORT": str(port),
        }
        environment.pop("DATABASE_URL", None)
        if database_url:
            environment["DATABASE_URL"] = database_url
        log = data / "serve.log"
        data.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "afilia", "serve"],
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            portal = Portal(
                base_url=f"http://localhost:{port}", data=data, database_url=database_url, process=process
            )
            _wait(portal, process, log)
            yield portal
        finally:
            stop(process)


DUE = """
SELECT FROM procrastinate_jobs
WHERE status = 'doing' OR (status = 'todo' AND coalesce(scheduled_at, now()) <= now())
"""


def settle(portal: Portal) -> None:
    """Wait until the worker has done what the start asked for."""
    with psycopg.connect(address_of(portal), autocommit=True) as connection:
        until(lambda: not connection.execute(DUE).fetchall(), within=START_WITHIN)


def address_of(portal: Portal) -> str:
    """Of the portal's database; its embedded server tells where it listens."""
    if portal.database_url:
        return portal.database_url
    lines = (portal.data / "postgres" / "postmaster.pid").read_text().splitlines()
    return f"postgresql://postgres@/postgres?host={lines[4]}&port={lines[3]}"


def within(portal: Portal, script: str) -> str:
    """What a script prints that runs beside the portal, on its database and with its mails."""
    done = subprocess.run(
        [sys.executable, "-c", f"import django; django.setup()\n{script}"],
        env={
            **os.environ,
            "AFILIA_DEMO": "1",
            "AFILIA_DATA_DIR": str(portal.data),
            "DATABASE_URL": address_of(portal),
            "AFILIA_TEST_FIRST": str(1000 * next(_scripts)),
            "DJANGO_SETTINGS_MODULE": "afilia.config.settings",
        },
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise


def run(portal: Portal, *command: str) -> str:
    """What a command prints, run beside the portal that is served."""
    environment = {
        **os.environ,
        "AFILIA_DEMO": "1",
        "AFILIA_DATA_DIR": str(portal.data),
        "AFILIA_TEST_FIRST": str(1000 * next(_scripts)),
    }
    if portal.database_url:
        environment["DATABASE_URL"] = portal.database_url
    done = subprocess.run(
        [sys.executable, "-m", "afilia", *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait(portal: Portal, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_WITHIN
    while not answers(portal.url("/readyz")):
        if process.poll() is not None or time.monotonic() > end:
            raise AssertionError(f"the portal did not start:\n{log.read_text()}")
        time.sleep(0.1)  # until it answers; the time is no part of any test


@contextmanager
def _database() -> Iterator[str | None]:
    """On an external server a database of its own; None where the portal brings its own server."""
    server_url = os.environ.get("DATABASE_URL")
    if not server_url:
        yield None
        return
    name = f"afilia_journey_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield urlsplit(server_url)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(server_url, autocommit=True) as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def mailed(portal: Portal, address: str, pattern: str) -> str:
    """What matches in the newest mail to an address in which something does, once the worker wrote it."""

    def look() -> str | None:
        for file in sorted((portal.data / "mail").glob("*.log"), reverse=True):
            mail = message_from_bytes(file.read_bytes(), policy=default)
            body = mail.get_body(("plain",)) if mail["To"] == address else None
            found = re.search(pattern, body.get_content(), re.MULTILINE) if body else None
            if found:
                return found[0]
        return None

    return until(look, within=MAIL_WITHIN) or ""
