import socket
from collections.abc import Callable, Iterable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

import pytest

# Status, body (in pieces when it is not whole at once), and headers.
Reply = tuple[int, bytes | Iterable[bytes]] | tuple[int, bytes | Iterable[bytes], dict[str, str]]


class Register:
    """A register on the loopback; `reply` says what it answers to the last part of a path."""

    def __init__(self, reply: Callable[[str], Reply]) -> None:
        self.reply = reply
        self.url = ""
        self.requests: list[tuple[str, str | None]] = []
        self.at_once = self.most_at_once = 0
        self.closing = Event()
        self._lock = Lock()

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        with self._lock:
            self.requests.append((handler.path, handler.headers["Authorization"]))
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            status, body, *headers = self.reply(handler.path.rpartition("/")[2])
        finally:
            with self._lock:
                self.at_once -= 1
        handler.send_response(status)
        for name, value in (headers[0] if headers else {}).items():
            handler.send_header(name, value)
        if isinstance(body, bytes):
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)
        else:
            handler.send_header("Connection", "close")
            handler.end_headers()
            for piece in body:
                handler.wfile.write(piece)
                handler.wfile.flush()

    def drip(self, pieces: Iterable[bytes], *, every: float) -> Iterator[bytes]:
        """The pieces of a body, one at a time, until the test is over."""
        for piece in pieces:
            yield piece
            if self.closing.wait(every):
                return


Serve = Callable[[Callable[[str], Reply]], Register]


@pytest.fixture
def loopback() -> Iterator[Serve]:
    """Starts registers that answer as they are told."""
    stops = []

    def start(reply: Callable[[str], Reply]) -> Register:
        register = Register(reply)

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                try:
                    register.handle(self)
                except OSError:  # the client left
                    self.close_connection = True

            def log_message(self, *args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        stops.append((register, server, thread))
        register.url = f"http://127.0.0.1:{server.server_port}"
        return register

    yield start
    for register, server, thread in stops:
        register.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def closed_port() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return f"http://127.0.0.1:{server.getsockname()[1]}"
