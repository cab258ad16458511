"""Uploads to the real server that come in half, or for which there is no room."""

import re
import resource
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from tests.faults.plant import until
from tests.journeys import portal
from tests.journeys.portal import Portal

UPLOAD = "/empleadores/batch/cargar/"
HISTORY = "/empleadores/batch/historial/"
BOUNDARY = "----of-a-test"
MEGABYTE = 1024 * 1024


class Visitor:
    """A person signed in, without a browser."""

    def __init__(self, running: Portal) -> None:
        self.running = running
        self.client = httpx.Client(base_url=running.base_url, follow_redirects=True, timeout=30)
        key = running.keys[0]
        sign_in = "/empleadores/ingresar/"
        typed = {"number": key.number, "key": key.key}
        answer = self.client.post(sign_in, data={**self.token(sign_in), **typed})
        assert answer.status_code == 200
        assert "ingresar" not in str(answer.url)

    def token(self, path: str) -> dict[str, str]:
        page = self.client.get(path)
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert found, page.text
        return {"csrfmiddlewaretoken": found[1]}

    def upload(self, name: str, content: bytes) -> httpx.Response:
        return self.client.post(
            UPLOAD, data={**self.token(UPLOAD), "novedad": "MSU"}, files={"file": (name, content)}
        )

    @contextmanager
    def half_upload(self, name: str, *, announced: int, sent: int) -> Iterator[None]:
        """Send the beginning of an upload, and hang up at the end."""
        token = self.token(UPLOAD)["csrfmiddlewaretoken"]
        parts = [
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
            for field, value in (("csrfmiddlewaretoken", token), ("novedad", "MSU"))
        ]
        parts.append(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: text/plain\r\n\r\n"
        )
        body = "".join(parts).encode()
        address = urlsplit(self.running.base_url)
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.client.cookies.jar)
        head = (
            f"POST {UPLOAD} HTTP/1.1\r\nHost: {address.netloc}\r\nCookie: {cookies}\r\n"
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
            f"Content-Length: {len(body) + announced}\r\n\r\n"
        )
        with socket.create_connection((address.hostname, address.port)) as line:
            line.sendall(head.encode() + body + b"x" * sent)
            yield

    def names(self) -> str:
        return self.client.get(HISTORY).text


@contextmanager
def signed_in(running: Portal) -> Iterator[Visitor]:
    visitor = Visitor(running)
    try:
        yield visitor
    finally:
        visitor.client.close()


@contextmanager
def disk(folder: Path) -> Iterator[bool]:
    """A real disk of eight megabytes for the files, where one may be mounted."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Let processes that are started meanwhile write no file longer than so many bytes, by the kernel."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def left_on(*folders: Path) -> list[str]:
    return [
        path.name
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "postgres" not in path.parts
    ]


LONGEST = 20 * MEGABYTE  # more than any file of the database has: a segment of its log has 16


def test_an_upload_that_breaks_off_or_finds_no_room_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "disk"
    with ExitStack() as full:
        mounted = full.enter_context(disk(folder))
        if not mounted:  # not everywhere: then no file may be long
            full.enter_context(longest_file(LONGEST))
        monkeypatch.setenv("AFILIA_FILES_DIR", str(folder))
        with portal.running(tmp_path / "data") as running, signed_in(running) as visitor:
            portal.settle(running)
            before = left_on(folder)

            with visitor.half_upload("half.txt", announced=3 * MEGABYTE, sent=MEGABYTE):
                until(lambda: left_on(folder) != before)
            until(lambda: left_on(folder) == before)
            assert "half.txt" not in visitor.names()

            refused = visitor.upload("no-room.txt", b"x" * (12 if mounted else 24) * MEGABYTE)
            assert refused.status_code == 422
            assert "no tiene espacio" in refused.text
            assert "Elija el archivo" not in refused.text
            until(lambda: left_on(folder) == before)
            assert "no-room.txt" not in visitor.names()

            taken = visitor.upload("room.txt", (running.samples / "MSU_2026-11.txt").read_bytes())
            assert taken.status_code == 200
            assert "room.txt" in visitor.names()
