"""Measures speed and memory, one line a figure; exit status 1 when a limit is missed."""

import argparse
import os
import platform
import sys
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from bench import appointments, bulk, cases, foreigners, payroll, peers, portal, sri, transparency, workers
from bench.measure import Report
from bench.server import running

FULL = 1_000_000  # lines, for which the limits hold
PORTAL_LINES = 10_000
NAMES = (
    "bulk",
    "memory",
    "sri",
    "portal",
    "workers",
    "payroll",
    "cases",
    "appointments",
    "foreigners",
    "transparency",
    "frictionless",
    "import-export",
)


def main() -> int:
    options = _options()
    names = options.names or [*NAMES]
    lines = options.lines or (FULL // 10 if options.quick else FULL)
    rounds = 1 if options.quick else 3
    today = datetime.now(ZoneInfo("America/Guayaquil")).date()
    report = Report(judged=lines == FULL)
    with tempfile.TemporaryDirectory(prefix="afilia-bench-") as temporary, running(Path(temporary)) as server:
        folder = Path(temporary)
        memory = psutil.virtual_memory().total / 2**30
        print(
            f"{os.cpu_count()} cores, {memory:.0f} GB, Python {platform.python_version()}, "
            f"PostgreSQL {server.version}, {rounds} rounds, medians"
        )
        if not report.judged:
            print(f"Limits hold for {FULL:,} lines; these figures are not judged.")
        if {"bulk", "memory"} & {*names}:
            measure = partial(bulk.measure, server, folder=folder, today=today, shuffled=options.shuffled)
            measured = measure(lines=lines, rounds=rounds)
            if "bulk" in names:
                bulk.report_speed(report, measured, lines=lines)
            if "memory" in names:
                bulk.report_memory(report, measured, lines=lines)
                bulk.report_growth(report, measured, measure(lines=4 * lines, rounds=1))
        if "sri" in names:
            sri.report(report, sri.measure(server, rows=lines, rounds=rounds, folder=folder), rows=lines)
        if "portal" in names:
            count = min(PORTAL_LINES, lines)
            portal.measure(report, lines=count, rounds=rounds, folder=folder, today=today)
        if "workers" in names:
            workers.measure(report, count=min(workers.WORKERS, lines), folder=folder)
        if "payroll" in names:
            count = min(payroll.ROWS, lines)
            payroll.measure(server, report, rows=count, rounds=rounds, folder=folder, today=today)
        if "cases" in names:
            count = min(cases.CASES, max(lines // 100, 2))
            cases.measure(server, report, count=count, folder=folder)
        if "appointments" in names:
            clients = appointments.CLIENTS if report.judged else 2 * appointments.PLACES
            bookings = appointments.BOOKINGS * lines // FULL
            booked = appointments.measure(server, clients=clients, bookings=bookings, rounds=rounds)
            appointments.report(report, booked, clients=clients)
        if "foreigners" in names:
            count = min(foreigners.CODES, lines)
            issued = foreigners.measure(server, count=count, rounds=rounds)
            foreigners.report(report, issued, count=count)
        if "transparency" in names:
            entries = min(transparency.ENTRIES, lines)
            took = transparency.measure(server, entries=entries, rounds=rounds)
            transparency.report(report, took, entries=entries)
        if "frictionless" in names:
            peers.frictionless(report, lines=lines // 10, rounds=rounds, folder=folder, today=today)
        if "import-export" in names:
            peers.import_export(report, server, lines=lines // 10, rounds=rounds, folder=folder, today=today)
    return 1 if report.missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*NAMES, []], metavar="name", help=", ".join(NAMES))
    parser.add_argument("--lines", type=int, help=f"of the file; {FULL:,} unless given")
    parser.add_argument("--quick", action="store_true", help="a tenth of the lines, one round")
    parser.add_argument("--shuffled", action="store_true", help="bulk and memory: the lines in no order")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
