"""ClamAV's daemon, over its own protocol: clamd(8), INSTREAM."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from afilia.kit.environment import SettingError

TIMEOUT = 30.0  # seconds: a scan of one file takes tenths
BLOCK = 65_536
LONGEST_REPLY = 4096  # bytes
FORMS = "tcp://host:port or unix:///path/of/clamd.ctl"


class ScannerDownError(Exception):
    """The scanner does not answer, or cannot scan now; the text says which."""


@dataclass(frozen=True, kw_only=True)
class Scanner:
    """A scanner at `host` and `port`, or at the socket `path`."""

    host: str = ""
    port: int = 0
    path: str = ""

    @classmethod
    def read(cls, name: str, address: str) -> "Scanner | None":
        """The scanner of a setting; None where it is empty. SettingError for what is no address."""
        if not address:
            return None
        try:
            parts = urlsplit(address)
            if parts.scheme == "tcp" and parts.hostname and parts.port and not parts.path.strip("/"):
                return cls(host=parts.hostname, port=parts.port)
            if parts.scheme == "unix" and parts.path and not parts.netloc:
                return cls(path=parts.path)
        except ValueError:
            pass
        raise SettingError(f"{name} is {address!r}; it must be {FORMS}.")

    def __str__(self) -> str:
        return f"tcp://{self.host}:{self.port}" if self.host else f"unix://{self.path}"

    def scan(self, content: bytes) -> str:
        """The name of the virus that is found, empty when there is none. Raises ScannerDownError."""
        blocks = [content[at : at + BLOCK] for at in range(0, len(content), BLOCK)]
        stream = b"".join(struct.pack(">I", len(block)) + block for block in [*blocks, b""])
        reply = self._ask(b"zINSTREAM\0" + stream)
        name, _, verdict = reply.removeprefix("stream: ").rpartition(" ")
        if reply == "stream: OK":
            return ""
        if verdict == "FOUND" and name:
            return name
        raise ScannerDownError(reply)

    def version(self) -> str:
        """What the daemon says of itself and the age of its signatures. Raises ScannerDownError."""
        return self._ask(b"zVERSION\0")

    def _ask(self, command: bytes) -> str:
        try:
            with self._connection() as connection:
                with suppress(BrokenPipeError, ConnectionResetError):  # it says why it listens no more
                    connection.sendall(command)
                reply = b""
                while not reply.endswith(b"\0") and len(reply) < LONGEST_REPLY:
                    part = connection.recv(LONGEST_REPLY)
                    if not part:
                        break
                    reply += part
        except OSError as error:
            raise ScannerDownError(f"{self}: {error.strerror or type(error).__name__}") from error
        if not reply.endswith(b"\0"):
            raise ScannerDownError(f"{self}: the answer was cut")
        return reply.rstrip(b"\0\n").decode("utf-8", "replace")

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        if self.host:
            with socket.create_connection((self.host, self.port), timeout=TIMEOUT) as connection:
                yield connection
        else:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.settimeout(TIMEOUT)
                connection.connect(self.path)
                yield connection
