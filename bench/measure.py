"""What a figure is, how it is printed, and how time and memory are taken."""

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

MEGABYTE = 1024 * 1024
LOOK_EVERY = 0.02  # seconds


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line of the report; `factor` is × `of`, and `limit` is of the factor or else of the value."""

    name: str
    value: float
    unit: str = "s"
    factor: float | None = None
    of: str = ""
    limit: float | None = None

    @property
    def missed(self) -> bool:
        judged = self.value if self.factor is None else self.factor
        return self.limit is not None and judged > self.limit

    def __str__(self) -> str:
        value = f"{self.value:>10,.2f} s " if self.unit == "s" else f"{self.value:>10,.0f} {self.unit}"
        factor = "" if self.factor is None else f"{self.factor:,.2f} × {self.of}"
        limit = "" if self.limit is None else f"limit {self.limit:g}{'' if self.factor else f' {self.unit}'}"
        verdict = "" if self.limit is None else ("MISS" if self.missed else "OK")
        return f"{self.name:<44}{value}  {factor:<30}{limit:<16}{verdict}".rstrip()


@dataclass
class Report:
    """Prints figures as they come. Where `judged` is false none is held to its limit."""

    judged: bool
    missed: list[str] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        *,
        unit: str = "s",
        factor: float | None = None,
        of: str = "",
        limit: float | None = None,
    ) -> None:
        limit = limit if self.judged else None
        figure = Figure(name=name, value=value, unit=unit, factor=factor, of=of, limit=limit)
        print(figure, flush=True)
        if figure.missed:
            self.missed.append(name)

    def note(self, text: str) -> None:
        print(f"\n{text}", flush=True)


@dataclass
class Took:
    seconds: list[float] = field(default_factory=list)

    def time(self, work: Callable[[], object]) -> float:
        began = time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - began)
        return self.seconds[-1]

    @property
    def median(self) -> float:
        return median(self.seconds)


def own_peak() -> float:
    """The most memory that this process ever held, in MB."""
    return _high_water(os.getpid())


class Peak:
    """The most memory that any one process ever held while it was watched, in MB.

    The figure that a process leaves behind when it ends is no use: it begins with that of its parent.
    """

    def __init__(self) -> None:
        self.megabytes = 0.0

    @contextmanager
    def watching(self, pids: Callable[[], Iterable[int]]) -> Iterator[None]:
        """Look at these processes again and again; the kernel keeps the highest mark of each."""
        stop = threading.Event()

        def watch() -> None:
            while not stop.wait(LOOK_EVERY):
                self.megabytes = max([self.megabytes, *map(_high_water, pids())])

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def _high_water(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if "VmHWM" in line), 0.0)
