"""A server that speaks the part of clamd(8) that the portal uses, and one that is clamd itself."""

import os
import shutil
import socketserver
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from afilia.documents.scanner import Scanner, ScannerDownError

VIRUS = b"X-AFILIA-TEST-VIRUS-NOT-A-REAL-ONE"  # what the made-up signature looks for
NAME = "Afilia.Test.UNOFFICIAL"
CLAMD = shutil.which("clamd")


class Clamd(socketserver.ThreadingTCPServer):
    """Reads INSTREAM as it is specified, and keeps what it was sent."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port: int = 0) -> None:
        self.seen: list[bytes] = []
        self.reply = ""  # in the place of an honest one
        self.commands: list[bytes] = []
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def scanner(self) -> Scanner:
        return Scanner(host="127.0.0.1", port=self.server_address[1])


class _Handler(socketserver.StreamRequestHandler):
    server: Clamd

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            part = self.rfile.read(1)
            if not part:
                return
            command += part
        self.server.commands.append(command)
        if command == b"zVERSION\0":
            self.wfile.write(b"ClamAV 1.4.6/27890/Fri Nov 20 08:00:00 2026\0")
            return
        assert command == b"zINSTREAM\0", command
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.server.seen.append(content)
        verdict = f"{NAME} FOUND" if VIRUS in content else "OK"
        self.wfile.write((self.server.reply or f"stream: {verdict}").encode() + b"\0")


@contextmanager
def serving(port: int = 0) -> Iterator[Clamd]:
    with Clamd(port) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def real(folder: Path) -> Iterator[Scanner]:
    """ClamAV's own daemon with one made-up signature, at a socket in the folder."""
    assert CLAMD
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "test.ndb").write_text(f"{NAME.removesuffix('.UNOFFICIAL')}:0:*:{VIRUS.hex()}\n")
    address = folder / "clamd.ctl"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder / 'db'}\nLocalSocket {address}\nForeground yes\n"
        f"LogFile {folder / 'clamd.log'}\nTemporaryDirectory {folder}\nUser {_user()}\n"
    )
    folder.chmod(0o700)
    with subprocess.Popen(
        [CLAMD, "--config-file", str(folder / "clamd.conf")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as daemon:
        try:
            yield _ready(Scanner(path=str(address)), until=time.monotonic() + 60)
        finally:
            daemon.terminate()


def _ready(scanner: Scanner, *, until: float) -> Scanner:
    while True:
        try:
            scanner.version()
        except ScannerDownError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return scanner


def _user() -> str:
    return "root" if os.getuid() == 0 else os.environ["USER"]
