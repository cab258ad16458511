import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import Figure, Report

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("figure", "missed"),
    [
        (Figure(name="check", value=9.0, factor=3.0, of="COPY", limit=3.0), False),
        (Figure(name="check", value=0.1, factor=3.01, of="COPY", limit=3.0), True),
        (Figure(name="portal", value=1.0, limit=1.0), False),
        (Figure(name="portal", value=1.01, limit=1.0), True),
        (Figure(name="COPY", value=99.0), False),
    ],
)
def test_a_figure_is_held_to_its_limit_by_its_factor_or_else_by_its_value(
    figure: Figure, missed: bool
) -> None:
    assert figure.missed is missed
    verdict = {None: "", 1.0: "OK", 3.0: "OK"}[figure.limit]
    assert str(figure).endswith("MISS" if missed else verdict)


def test_a_report_remembers_what_missed_its_limit(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(judged=True)
    report.add("slow", 2.0, limit=1.0)
    report.add("quick", 0.5, limit=1.0)
    assert report.missed == ["slow"]
    assert [line.split()[-1] for line in capsys.readouterr().out.splitlines()] == ["MISS", "OK"]


def test_every_benchmark_runs_on_a_small_file() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "bench", "--quick", "--lines", "1000"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    for name in (
        *("bare COPY, 1,000 lines", "check (process)", "plan and apply", "peak of PostgreSQL"),
        *("four times the lines", "upload → report", "confirm → receipt"),
        *("SRI: first load", "SRI: monthly reload"),
        *("booking, 200 clients, 100 places", "free days of a province, 500 bookings"),
        *("bare INSERT, 1,000 codes", "foreigner codes: 1,000 codes, 20 threads"),
        *("figures: all again from the ledger", "page of a month"),
        *("cases: send and submit", "cases lost"),
        *("Frictionless", "django-import-export"),
    ):
        assert name in run.stdout
    assert "MISS" not in run.stdout  # a file so small is not judged
