"""Loading the SRI's catalogue as factors of a bare COPY of the same file: for the first time, and again."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from bench import data
from bench.bulk import BLOCK
from bench.measure import Peak, Report, Took
from bench.server import Database, Server

LIMIT = 6.0  # × COPY
PEAK_LIMIT = 1024.0  # MB
COPIES = 2  # before and after each load
STEPS = ("first load", "unchanged reload", "monthly reload")


@dataclass
class Measured:
    """Seconds of each load as a process, one a round, and the peaks of memory over all rounds in MB."""

    copy: Took = field(default_factory=Took)
    seconds: dict[str, Took] = field(default_factory=lambda: {name: Took() for name in STEPS})
    peak: float = 0.0
    server_peak: float = 0.0


def measure(server: Server, *, rows: int, rounds: int, folder: Path) -> Measured:
    """Measure `rounds` times, each in an empty database; the monthly reload changes one row in fifty."""
    first, next_month = folder / "SRI_RUC_Pichincha.csv", folder / "next" / "SRI_RUC_Pichincha.csv"
    next_month.parent.mkdir()
    data.write_catalogue(first, rows=rows)
    data.write_catalogue(next_month, rows=rows, change_every=50)
    measured = Measured()
    for _ in range(rounds):
        database = server.database()
        server.settle()
        for step, file, counts in (
            ("first load", first, {"added": rows}),
            ("unchanged reload", first, {"unchanged": rows}),
            ("monthly reload", next_month, {"changed": rows // 50, "unchanged": rows - rows // 50}),
        ):
            for _ in range(COPIES):
                bare_copy(database, file, measured.copy)
            _load(server, database, file, step, counts, measured)
        server.drop(database)
    return measured


def bare_copy(database: Database, file: Path, took: Took) -> None:
    """Time a COPY of the file, as it is, into an empty logged table of texts, with its commit."""
    with database.connect() as connection:
        columns = ", ".join(f"c{at} text" for at in range(len(data.CATALOGUE)))
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute(f"CREATE TABLE bare ({columns})")
        connection.commit()

        def copy() -> None:
            with (
                file.open("rb") as opened,
                connection.cursor() as cursor,
                cursor.copy("COPY bare FROM STDIN (DELIMITER '|')") as copying,
            ):
                while block := opened.read(BLOCK):
                    copying.write(block)
            connection.commit()

        took.time(copy)
        connection.execute("DROP TABLE bare")


def _load(
    server: Server, database: Database, file: Path, step: str, counts: dict[str, int], measured: Measured
) -> None:
    of_server, own = Peak(), Peak()
    with of_server.watching(server.pids):
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "afilia", "import-sri", str(file), "--json"],
            env=database.environment,
            stdout=subprocess.PIPE,
        )
        with own.watching(lambda: [process.pid]):
            said = json.loads(process.communicate()[0])
        measured.seconds[step].seconds.append(time.perf_counter() - began)
    if process.returncode or {name: said[name] for name in counts} != counts:
        raise AssertionError(f"{step} ended with {process.returncode}: {said}")
    measured.peak = max(measured.peak, own.megabytes)
    measured.server_peak = max(measured.server_peak, of_server.megabytes)


def report(report: Report, measured: Measured, *, rows: int) -> None:
    copy = measured.copy.median
    report.add(f"bare COPY, {rows:,} rows of the SRI", copy)
    for name, took in measured.seconds.items():
        report.add(f"SRI: {name}", took.median, factor=took.median / copy, of="COPY", limit=LIMIT)
    report.add("SRI: peak of the load", measured.peak, unit="MB", limit=PEAK_LIMIT)
    report.add("SRI: peak of PostgreSQL", measured.server_peak, unit="MB", limit=PEAK_LIMIT)
