"""One process above web and worker: starts them, starts them again when they die, stops them."""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

LOOK_EVERY = 0.2  # seconds
STOP_WITHIN = 5.0  # seconds; then a child is killed, and a job in it starts again another time
HEALTHY_AFTER = 30.0  # seconds of life after which a death is no longer one of a row
LONGEST_PAUSE = 10.0  # seconds between two starts of a child that keeps dying
PR_SET_PDEATHSIG = 1  # Linux, prctl(2)


@dataclass
class Child:
    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = field(default=0.0)

    def start(self) -> None:
        # A session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops them all.
        self.process = subprocess.Popen(
            self.command,
            env=dict(self.environment),
            start_new_session=True,
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509  one system call
        )
        self.started = time.monotonic()

    def look(self) -> None:
        """Start it when it is due; the first death is mended at once, a row of them with growing pauses."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        if (code := self.process.poll()) is None:
            return
        self.signal(signal.SIGKILL)  # what it started and left behind would still hold the port
        self.deaths = 0 if now - self.started > HEALTHY_AFTER else self.deaths + 1
        pause = min(0.25 * 2 ** (self.deaths - 1), LONGEST_PAUSE) if self.deaths > 1 else 0.0
        log.warning("%s ended with %s; it starts again in %.1f s", self.name, code, pause)
        self.process, self.start_at = None, now + pause

    def signal(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Keeps children alive until SIGINT or SIGTERM."""

    def __init__(self, children: Sequence[Child], *, tend: Callable[[], None] = lambda: None) -> None:
        """`tend` is called every LOOK_EVERY seconds, before the children are looked at."""
        self.children = children
        self.tend = tend
        self.told_to_stop = threading.Event()

    def listen(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.told_to_stop.set())

    def run(self, *, ready: Callable[[], bool], announce: Callable[[], None]) -> None:
        """Start the children, call `announce` once `ready` says so, return when all have stopped."""
        announced = False
        try:
            while not self.told_to_stop.is_set():
                self.tend()
                for child in self.children:
                    child.look()
                if not announced and ready():
                    announced = True
                    announce()
                self.told_to_stop.wait(LOOK_EVERY)
        finally:
            self.stop()

    def stop(self) -> None:
        for child in self.children:
            child.signal(signal.SIGTERM)
        end = time.monotonic() + STOP_WITHIN
        for child in self.children:
            if child.process is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(end - time.monotonic(), 0.0))
        for child in self.children:
            child.signal(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()


def _die_with_parent() -> None:
    """A supervisor that is killed leaves no orphans."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
