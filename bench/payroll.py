"""An employer's list compared with its workers, as the worker does it; of two kinds of file.

python -m bench.payroll FILE        compares a list in this process, prints what it took as JSON
"""

import json
import sys
import time
from datetime import date
from pathlib import Path

import polars as pl
import psutil

from bench import data
from bench.measure import Peak, Report, Took, own_peak
from bench.server import Server

ROWS = 100_000
LIMIT = 5.0  # seconds
PEAK_LIMIT = 1024.0  # MB
# Of the list: each so many rows have another pay, and each so many workers are not in it.
OTHER_PAY, ABSENT = 10, 100
HIRED_PAY = 400  # US$, as data.hire has it


def measure(server: Server, report: Report, *, rows: int, rounds: int, folder: Path, today: date) -> None:
    """Measure `rounds` times with the list as text and as a workbook, in an employer of as many workers."""
    files = write_lists(folder, rows=rows)
    database = server.database()
    with database.connect() as connection:
        data.hire(connection, count=rows)
    for file in files:
        took, peaks = Took(), {"the comparison": 0.0, "the sandbox": 0.0, "PostgreSQL": 0.0}
        for _ in range(rounds):
            of_server = Peak()
            with of_server.watching(server.pids):
                done = json.loads(database.run("bench.payroll", str(file), today.isoformat()))
            if done["kinds"] != expected(rows):
                raise AssertionError(f"the comparison found {done['kinds']}")
            took.seconds.append(done["seconds"])
            seen = (done["peak"], done["sandbox"], of_server.megabytes)
            peaks = {name: max(most, now) for (name, most), now in zip(peaks.items(), seen, strict=True)}
        kind = file.suffix[1:].upper()
        report.add(f"payroll, {rows:,} rows of {kind}", took.median, limit=LIMIT)
        for name, peak in peaks.items():
            if peak:
                report.add(f"payroll, {kind}: peak of {name}", peak, unit="MB", limit=PEAK_LIMIT)
    server.drop(database)


def write_lists(folder: Path, *, rows: int) -> list[Path]:
    """Write a list as a spreadsheet has it, of `rows` workers and those who are not registered."""
    pay = pl.when(pl.col("at") % OTHER_PAY == 0).then(HIRED_PAY + 1_000).otherwise(HIRED_PAY)
    listed = data.workers(rows + rows // ABSENT).filter((pl.col("at") % ABSENT != 0) | (pl.col("at") > rows))
    entered = pl.lit(f"{data.STARTS_ON:%d/%m/%Y}")
    names = pl.format("EJEMPLO PRUEBA LUZ {}", "at")
    table = listed.select(
        pl.col("number").alias("Cédula"), names.alias("Nombres"), pl.col("branch").alias("Sucursal"),
        pay.alias("Sueldo"), entered.alias("Fecha de ingreso"),
    )  # fmt: skip
    text, workbook = folder / "payroll.csv", folder / "payroll.xlsx"
    comma = pl.format("{},00", pl.col("Sueldo"))
    table.with_columns(comma.alias("Sueldo")).write_csv(text, separator=";", line_terminator="\r\n")
    table.write_excel(workbook)
    return [text, workbook]


def expected(rows: int) -> dict[str, int]:
    """How many differences of each kind there are in a list of `write_lists`."""
    absent = rows // ABSENT
    return {"pay": rows // OTHER_PAY - absent, "absent": absent, "missing": absent}


def main(path: str, today: str) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.utils import timezone

    from afilia.access.queries import Holder
    from afilia.batches import files as uploads
    from afilia.employers.models import Employer
    from afilia.payroll import actions

    file, day = Path(path), date.fromisoformat(today)
    holder = Holder(key_id=0, employer=Employer.objects.get(ruc=data.RUC), number="bench", branches=None)
    content = file.read_bytes()
    stored = uploads.store([content], most=len(content))
    sent = actions.receive(
        holder=holder, file_name=file.name, path=stored.path, month=day.replace(day=1), now=timezone.now()
    )
    context, sandbox = settings.POLICY.context(day), Peak()
    with sandbox.watching(_children):
        began = time.perf_counter()
        actions.compare(comparison_id=sent.pk, attempt=sent.attempt, now=timezone.now(), context=context)
        seconds = time.perf_counter() - began
    sent.refresh_from_db()
    took = {"seconds": seconds, "peak": own_peak(), "sandbox": sandbox.megabytes}
    print(json.dumps({**took, "kinds": sent.summary["kinds"]}))


def _children() -> list[int]:
    return [child.pid for child in psutil.Process().children(recursive=True)]


if __name__ == "__main__":
    main(*sys.argv[1:])
