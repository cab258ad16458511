"""Check, plan and apply of an MSU file as factors of a bare COPY of the same file, and their memory."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import psycopg

from bench import data
from bench.measure import Peak, Report, Took
from bench.server import Database, Server

CHECK_LIMIT = 3.0  # × COPY
PLAN_APPLY_LIMIT = 12.0  # × COPY
PEAK_LIMIT = 1024.0  # MB
GROWTH_LIMIT = 1.3  # × the peak, with four times the lines
COPIES = 3  # in each round
BLOCK = 256 * 1024  # bytes


@dataclass
class Measured:
    """Seconds of each step, one a round, and the peak of memory of each step over all rounds, in MB."""

    copy: Took = field(default_factory=Took)
    seconds: dict[str, Took] = field(default_factory=lambda: {name: Took() for name in STEPS})
    peaks: dict[str, float] = field(default_factory=lambda: dict.fromkeys([*STEPS, "PostgreSQL"], 0.0))

    def note(self, step: str, seconds: float, peak: float) -> None:
        self.seconds[step].seconds.append(seconds)
        self.peaks[step] = max(self.peaks[step], peak)


STEPS = ("check", "plan", "register")
LABELS = {"check": "check (process)", "plan": "plan", "register": "apply", "PostgreSQL": "PostgreSQL"}


@contextmanager
def history(server: Server, *, workers: int) -> Iterator[Database]:
    """A database whose history holds that many workers, to be copied for each round."""
    template = server.database()
    with template.connect() as connection:
        data.hire(connection, count=workers)
    try:
        yield template
    finally:
        server.drop(template)


def measure(
    server: Server, *, lines: int, rounds: int, folder: Path, today: date, shuffled: bool
) -> Measured:
    """Measure `rounds` times, each on a fresh copy of the same history."""
    file = folder / f"MSU_{lines}.txt"
    data.write_file(file, lines=lines, today=today, shuffled=shuffled)
    measured = Measured()
    with history(server, workers=lines) as template:
        for _ in range(rounds):
            database = server.database(template=template)
            _round(server, database, file, lines, measured)
            server.drop(database)
    return measured


def _round(server: Server, database: Database, file: Path, lines: int, measured: Measured) -> None:
    server.settle()
    for _ in range(COPIES):
        bare_copy(database, file, measured.copy)
    measured.note("check", *check(file))
    bare_copy(database, file, measured.copy)
    batch = step(database, "receive", str(file))["batch"]
    for name in ("plan", "register"):
        peak = Peak()
        with peak.watching(server.pids):
            took = step(database, name, batch)
        if took["new"] != lines:
            raise AssertionError(f"{name}: {took['new']} of {lines} lines are new")
        measured.note(name, took["seconds"], took["peak"])
        measured.peaks["PostgreSQL"] = max(measured.peaks["PostgreSQL"], peak.megabytes)
        bare_copy(database, file, measured.copy)


def bare_copy(database: Database, file: Path, took: Took) -> None:
    """Time a COPY of the file, as it is, into an empty logged table of seven texts, with its commit."""
    with database.connect() as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (a text, b text, c text, d text, e text, f text, g text)")
        connection.commit()
        took.time(lambda: _copy(connection, file))


def _copy(connection: psycopg.Connection, file: Path) -> None:
    with (
        file.open("rb") as opened,
        connection.cursor() as cursor,
        cursor.copy("COPY bare FROM STDIN (DELIMITER ';')") as copy,
    ):
        while block := opened.read(BLOCK):
            copy.write(block)
    connection.commit()


def check(file: Path) -> tuple[float, float]:
    """Seconds and MB of `afilia check` on a file, as a process from its start to its end."""
    peak = Peak()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "afilia", "check", str(file), "--format", "json"],
        stdout=subprocess.DEVNULL,
    )
    with peak.watching(lambda: [process.pid]):
        process.wait()
        seconds = time.perf_counter() - began
    if process.returncode:
        raise AssertionError(f"the checker ended with {process.returncode}")
    return seconds, peak.megabytes


def step(database: Database, name: str, subject: str) -> dict:
    """Run one step of a batch in a process of its own."""
    return json.loads(database.run("bench.batch", name, subject))


def report_speed(report: Report, measured: Measured, *, lines: int) -> None:
    copy = measured.copy.median
    seconds = {name: took.median for name, took in measured.seconds.items()}
    report.add(f"bare COPY, {lines:,} lines", copy)
    for name, limit in [("check", CHECK_LIMIT), ("plan", None), ("register", None)]:
        report.add(LABELS[name], seconds[name], factor=seconds[name] / copy, of="COPY", limit=limit)
    both = seconds["plan"] + seconds["register"]
    report.add("plan and apply", both, factor=both / copy, of="COPY", limit=PLAN_APPLY_LIMIT)


def report_memory(report: Report, measured: Measured, *, lines: int) -> None:
    for name, peak in measured.peaks.items():
        report.add(f"peak of {LABELS[name]}, {lines:,} lines", peak, unit="MB", limit=PEAK_LIMIT)


def report_growth(report: Report, small: Measured, large: Measured) -> None:
    for name, peak in large.peaks.items():
        before = small.peaks[name]
        report.add(
            f"peak of {LABELS[name]}, four times the lines",
            peak,
            unit="MB",
            factor=peak / before if before else None,
            of="before",
            limit=GROWTH_LIMIT,
        )
