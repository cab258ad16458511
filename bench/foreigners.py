"""Foreigner codes that 20 threads issue at once, beside the bare INSERT."""

import json
from dataclasses import dataclass, field

from bench.measure import Report, Took
from bench.server import Server

CODES = 10_000


@dataclass
class Measured:
    """Seconds in which all codes were issued, one a round."""

    bare: Took = field(default_factory=Took)
    codes: Took = field(default_factory=Took)


def measure(server: Server, *, count: int, rounds: int) -> Measured:
    """Each round checks that no code was left out and none was given twice."""
    measured, empty = Measured(), server.database()
    for _ in range(rounds):
        database = server.database(template=empty)
        server.settle()
        for what, took in (("bare", measured.bare), ("codes", measured.codes)):
            took.seconds.append(json.loads(database.run("bench.issuing", what, str(count))))
        server.drop(database)
    server.drop(empty)
    return measured


def report(report: Report, measured: Measured, *, count: int) -> None:
    told = f"{count:,} codes, 20 threads"
    report.add(f"bare INSERT, {told}", count / measured.bare.median, unit="a second")
    report.add(
        f"foreigner codes: {told}",
        count / measured.codes.median,
        unit="a second",
        factor=measured.codes.median / measured.bare.median,
        of="slower",
    )
