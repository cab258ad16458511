"""`afilia check` as people call it: another process, its output and its exit status."""

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from importlib.resources import as_file, files
from pathlib import Path

import pytest

from tests.novedades.checking import SAMPLES, line, lines

KEYS = ["file", "sha256", "novedad", "lines", "accepted", "rejected", "warnings", "findings"]
COLUMNS = ["line", "column", "field", "code", "severity", "seen", "expected", "fix"]
TODAY = ("--today", "2026-11-21")


def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Call the checker with nothing of the portal in its environment."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "afilia", "check", *arguments],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C", **variables},
    )


def report(*arguments: str | Path) -> dict[str, object]:
    return json.loads(run(*arguments, "--format", "json", *TODAY).stdout.decode("utf-8"))


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "MSU_2026-01.txt"
    path.write_bytes(lines(SAMPLES["MSU"]))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "MSU_mal.txt"
    path.write_bytes(lines(SAMPLES["MSU"], line("MSU", {"identificacion": "=1+1", "sueldo": "1,5"})))
    return path


SAMPLE_FILES = [
    # file, exit status, lines, rejected, warnings
    ("ENT_2026-10.txt", 0, 400, 0, None),
    ("MSU_2026-11.txt", 0, 400, 0, 0),
    ("MSU_with_errors.txt", 1, 40, 6, 0),
    ("INS_2026-11.txt", 0, 250, 0, 0),
    ("SAL_2026-11.txt", 0, 20, 0, 20),  # late on 21 November
    ("PFM_2026-11.txt", 0, 50, 0, 0),
    ("domestic_ENT_2026-11.txt", 0, 1, 0, 1),
]


@pytest.mark.parametrize(("name", "status", "count", "rejected", "warnings"), SAMPLE_FILES)
def test_samples(name: str, status: int, count: int, rejected: int, warnings: int | None) -> None:
    with as_file(files("afilia.ops.demo") / "samples" / name) as path:
        done = run(path, "--format", "json", *TODAY)
        told = json.loads(done.stdout)
        assert done.returncode == status
        assert (told["lines"], told["rejected"], told["accepted"]) == (count, rejected, count - rejected)
        assert told["novedad"] == name.removeprefix("domestic_")[:3]
        assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert warnings is None or told["warnings"] == warnings


def test_six_errors_of_the_sample_are_where_they_are() -> None:
    with as_file(files("afilia.ops.demo") / "samples" / "MSU_with_errors.txt") as path:
        errors = [row for row in report(path)["findings"] if row["severity"] == "error"]
    assert [(row["line"], row["column"], row["code"]) for row in errors] == [
        (4, 6, "id.check-digit"),
        (8, 7, "field.empty"),
        (13, 6, "worker.repeated"),
        (21, 5, "type.mixed"),
        (26, 4, "period.month"),
        (34, 0, "line.field-count"),
    ]


def test_json_has_the_keys_of_the_format_in_their_order(bad: Path) -> None:
    done = run(bad, "--format", "json", *TODAY)
    pairs = json.loads(done.stdout.decode("utf-8"), object_pairs_hook=list)
    assert [key for key, _ in pairs] == KEYS
    told = dict(pairs)
    assert {key: told[key] for key in KEYS[:-1]} == {
        "file": "MSU_mal.txt",
        "sha256": hashlib.sha256(bad.read_bytes()).hexdigest(),
        "novedad": "MSU",
        "lines": 2,
        "accepted": 1,
        "rejected": 1,
        "warnings": 4,
    }
    assert all([key for key, _ in row] == COLUMNS for row in told["findings"])
    assert [(row["line"], row["column"], row["code"]) for row in map(dict, told["findings"])] == [
        (1, 4, "deadline.extemporaneous"),
        (2, 4, "deadline.extemporaneous"),
        (2, 6, "id.format"),
        (2, 7, "amount.comma"),
        (2, 7, "amount.decimals"),
        (2, 7, "pay.below-sbu"),
    ]
    assert done.returncode == 1


def test_csv_has_the_same_findings_and_no_cell_that_a_spreadsheet_would_run(bad: Path) -> None:
    done = run(bad, "--format", "csv", *TODAY)
    rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
    assert list(rows[0]) == COLUMNS
    assert [row["code"] for row in rows] == [row["code"] for row in report(bad)["findings"]]
    assert next(row["seen"] for row in rows if row["code"] == "id.format") == "'=1+1"
    assert done.returncode == 1


def test_text_names_line_field_and_remedy_and_ends_with_the_counts(bad: Path) -> None:
    done = run(bad, *TODAY)
    text = done.stdout.decode("utf-8")
    assert "Línea 2, campo 6 (identificacion): error id.format «=1+1»\n    Escriba los diez dígitos" in text
    assert text.endswith("MSU_mal.txt (MSU): 2 líneas, 1 correcta, 1 rechazada, 4 advertencias.\n")
    assert (done.returncode, done.stderr) == (1, b"")


def test_help_is_spanish() -> None:
    done = run("--help")
    text = done.stdout.decode("utf-8")
    assert (done.returncode, done.stderr) == (0, b"")
    assert text.startswith("Uso: afilia check")
    assert not re.search(r"usage|options|arguments|show", text)


def test_file_of_one_line_is_told_in_the_singular(tmp_path: Path) -> None:
    path = tmp_path / "una.txt"
    path.write_bytes(lines(line("MSU", {"sueldo": "x"})))
    last = run(path, "--today", "2026-01-31").stdout.decode("utf-8").splitlines()[-1]
    assert last == "una.txt (MSU): 1 línea, 0 correctas, 1 rechazada, 0 advertencias."


def test_csv_is_what_the_library_of_python_writes(bad: Path) -> None:
    told = run(bad, "--format", "csv", *TODAY).stdout.decode("utf-8")
    again = io.StringIO(newline="")
    csv.writer(again, lineterminator="\r\n").writerows(csv.reader(io.StringIO(told, newline="")))
    assert again.getvalue() == told


def test_text_has_no_sign_that_steers_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(lines(line("MSU", {"sueldo": "\x1b[2J\x07"}), SAMPLES["MSU"]))
    out = run(path).stdout
    assert b"amount.format" in out
    assert not {*out} & {0x1B, 0x07}


def test_warnings_alone_are_status_0(good: Path) -> None:
    assert report(good)["warnings"] == 1
    assert run(good, *TODAY).returncode == 0


def test_today_is_the_day_of_the_check(good: Path) -> None:
    assert b"period.future" in run(good, "--today", "2025-12-31").stdout
    assert b"deadline." not in run(good, "--today", "2026-02-03").stdout
    assert b"deadline.late" in run(good, "--today", "2026-02-04").stdout


def test_chosen_type_must_be_that_of_the_file(good: Path) -> None:
    assert run(good, "--novedad", "MSU", *TODAY).returncode == 0
    assert run(good, "--novedad", "msu", *TODAY).returncode == 0
    done = run(good, "--novedad", "SAL", "--format", "json", *TODAY)
    told = json.loads(done.stdout)
    assert done.returncode == 2
    assert (told["novedad"], told["lines"], told["accepted"], told["rejected"]) == (None, 0, 0, 0)
    assert [(row["line"], row["code"]) for row in told["findings"]] == [(0, "file.type-expected")]


@pytest.mark.parametrize("form", ["text", "json", "csv"])
def test_file_that_cannot_be_judged_is_status_2_and_is_explained(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"PK\x03\x04")
    done = run(path, "--format", form)
    assert done.returncode == 2
    assert b"file.not-text" in done.stdout


def test_wrong_calls_are_status_2_and_say_so(good: Path, tmp_path: Path) -> None:
    for arguments, sentence in [
        ([], "Falta ARCHIVO."),
        ([good, "--format", "xml"], "--format: No existe la forma «xml». Formas: text, json, csv."),
        ([good, "--today", "2026-13-01"], "--today: «2026-13-01» no es una fecha."),
        ([good, "--novedad"], "Falta el valor de --novedad."),
        ([good, "--help=no"], "--help no lleva ningún valor."),
        ([good, "--novedad", "XYZ"], "No existe el tipo XYZ. Tipos: ENT, SAL, MSU"),
        ([good, "--novedad", "RRT"], "El formato del tipo RRT no está publicado."),
        ([tmp_path / "no.txt"], "No existe"),
        ([tmp_path], "no es un archivo"),
        ([Path(os.devnull)], "no es un archivo"),
        ([good, good, "--todo"], f"Sobra {good} --todo."),
    ]:
        done = run(*arguments)
        assert (done.returncode, done.stdout) == (2, b"")
        assert sentence in done.stderr.decode("utf-8")
        assert b"Traceback" not in done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is unreadable to root")
def test_unreadable_file_is_status_2(good: Path) -> None:
    good.chmod(0)
    done = run(good)
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"permiso" in done.stderr


def test_file_that_cannot_be_read_is_status_2() -> None:
    done = run("/proc/self/mem")
    assert (done.returncode, done.stdout) == (2, b"")
    assert done.stderr.startswith(b"afilia check: No se puede revisar /proc/self/mem: ")


def test_wrong_setting_is_status_2_and_named(good: Path) -> None:
    done = run(good, AFILIA_DEADLINE_DAYS="lunar")
    assert done.returncode == 2
    assert b"AFILIA_DEADLINE_DAYS" in done.stderr


def test_settings_reach_the_check(good: Path) -> None:
    late = ("--today", "2026-02-04")  # three working days after the end of January
    assert b"deadline" in run(good, *late).stdout
    assert b"deadline" not in run(good, *late, AFILIA_DEADLINE_DAYS="working").stdout
    good.write_bytes(lines(line("MSU", {"identificacion": "9900000000"})))
    assert run(good, *TODAY).returncode == 1
    assert run(good, *TODAY, AFILIA_FOREIGNER_PREFIXES="61,99").returncode == 0


def test_file_may_have_any_name(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/n\xf3mina.txt"))
    path.write_bytes(lines(SAMPLES["MSU"]))
    for form in ("text", "json", "csv"):
        done = run(path, "--format", form, *TODAY)
        assert done.returncode == 0
        done.stdout.decode("utf-8")


def test_reader_of_the_report_may_stop_early(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(lines(*[line("MSU", {"identificacion": "x"})] * 20_000))
    with subprocess.Popen(
        [sys.executable, "-m", "afilia", "check", path], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


OFFLINE = """
import socket, sys

def refuse(*_):
    raise AssertionError("the offline checker opened a socket")

socket.socket = socket.create_connection = socket.getaddrinfo = refuse
sys.argv = ["afilia", "check", *sys.argv[1:]]
from afilia.config.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
loaded = {name.partition(".")[0] for name in sys.modules}
assert not loaded & {"django", "psycopg", "procrastinate", "httpx", "urllib3", "requests"}, loaded
"""


def test_checker_imports_no_django_and_no_database_and_opens_no_connection(good: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OFFLINE, good, *TODAY], capture_output=True, check=False, text=True
    )
    assert done.returncode == 0, done.stderr
