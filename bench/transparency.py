"""The public figures of five years: made again from the ledger, followed hour by hour, and shown."""

import json
from collections.abc import Mapping

from bench.measure import Report
from bench.server import Server

ENTRIES = 1_000_000
NAMES = {
    "rebuild": "figures: all again from the ledger",
    "build": "figures: the month again after an entry",
    "index": "page of all procedures",
    "procedure": "page of a procedure",
    "month": "page of a month",
    "csv": "all figures as CSV",
}


def measure(server: Server, *, entries: int, rounds: int) -> Mapping[str, float]:
    """Seconds of each; no page may depend on the length of the ledger."""
    database = server.database()
    server.settle()
    took: Mapping[str, float] = json.loads(database.run("bench.ledger_figures", str(entries), str(rounds)))
    server.drop(database)
    return took


def report(report: Report, took: Mapping[str, float], *, entries: int) -> None:
    report.note(f"Figures of five years, {entries:,} entries of the ledger")
    for name, said in NAMES.items():
        report.add(said, took[name])
