"""The same file through peers, side by side: Frictionless checks it, django-import-export applies it."""

import json
import subprocess
import sys
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench import bulk, data
from bench.measure import Report, Took
from bench.server import Server


def frictionless(report: Report, *, lines: int, rounds: int, folder: Path, today: date) -> None:
    """Both as processes from start to end."""
    file = folder / f"MSU_frictionless_{lines}.txt"
    data.write_file(file, lines=lines, today=today)
    ours, theirs = Took(), Took()
    command = [sys.executable, "-m", "bench.peer_frictionless", str(file), str(lines)]
    for _ in range(rounds):
        ours.seconds.append(bulk.check(file)[0])
        theirs.time(lambda: subprocess.run(command, check=True))
    report.add(f"check, {lines:,} lines", ours.median)
    factor = theirs.median / ours.median
    report.add(f"Frictionless {version('frictionless')}, same file", theirs.median, factor=factor, of="ours")


def import_export(
    report: Report, server: Server, *, lines: int, rounds: int, folder: Path, today: date
) -> None:
    """Both on a copy of the same database; ours is plan and apply, theirs the import alone, no preview."""
    file = folder / f"MSU_import_{lines}.txt"
    data.write_file(file, lines=lines, today=today)
    ours, theirs = [], []
    with bulk.history(server, workers=lines) as template:
        for _ in range(rounds):
            database = server.database(template=template)
            batch = bulk.step(database, "receive", str(file))["batch"]
            ours.append(sum(bulk.step(database, name, batch)["seconds"] for name in ("plan", "register")))
            took = json.loads(database.run("bench.peer_import_export", str(file)))
            if not took["new"] == took["rows"] == lines:
                raise AssertionError(f"django-import-export imported {took['rows']} of {lines} lines")
            theirs.append(took["seconds"])
            server.drop(database)
    report.add(f"plan and apply, {lines:,} lines", median(ours))
    name = f"django-import-export {version('django-import-export')}, same file"
    report.add(name, median(theirs), factor=median(theirs) / median(ours), of="ours")
