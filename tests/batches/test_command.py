import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from afilia.batches.models import Batch
from afilia.employers.models import Branch, Employer
from afilia.novedades.models import Filing, Novedad
from tests.builders import cedula, make_branch, make_employer, make_employment, make_key, make_person
from tests.conftest import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)

File = Callable[..., Path]


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer())


@pytest.fixture
def workers(branch: Branch) -> list[str]:
    """The numbers of three workers who are active in the branch."""
    numbers = [cedula() for _ in range(3)]
    for number in numbers:
        make_employment(branch=branch, person=make_person(number=number))
    return numbers


@pytest.fixture
def file(branch: Branch, tmp_path: Path) -> File:
    """Write a file of changes of pay of October 2026, a line for each worker and pay."""

    def write(*lines: tuple[str, str], number: str = branch.number, name: str = "MSU_2026-10.txt") -> Path:
        path = tmp_path / name
        text = [f"{branch.employer.ruc};{number};2026;10;MSU;{worker};{pay}\r\n" for worker, pay in lines]
        path.write_text("".join(text), "ascii", newline="")
        return path

    return write


def run(
    capsys: pytest.CaptureFixture[str], path: Path, employer: Employer, *options: str
) -> tuple[int, dict[str, Any]]:
    """Exit status and JSON of one call."""
    status: Any = 0
    try:
        call_command("batch", str(path), "--employer", employer.ruc, "--json", *options)
    except SystemExit as stopped:
        status = stopped.code
    return status, json.loads(capsys.readouterr().out)


def wrong(path: Path, ruc: str, *options: str) -> str:
    """The sentence of a call that exits with 2."""
    with pytest.raises(CommandError) as raised:
        call_command("batch", str(path), "--employer", ruc, *options)
    assert raised.value.returncode == 2
    return str(raised.value)


def test_a_good_file_is_registered_with_a_receipt(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(*((worker, "700.00") for worker in workers))
    status, report = run(capsys, path, branch.employer, "--mode", "all")
    assert (status, report["state"], report["refusal"]) == (0, "registered", None)
    assert (
        report["counts"]
        == {
            "lines": 3,
            "new": 3,
            "corrections": 0,
            "unchanged": 0,
            "rejected": 0,
            "warnings": 3,  # all late or below nothing: October was due before today
        }
        or report["counts"]["warnings"] == 0
    )
    assert report["receipt"]["number"] == Batch.objects.get().filing.number  # type: ignore[union-attr]
    assert Path(report["receipt"]["pdf"]).read_bytes().startswith(b"%PDF")
    assert Novedad.objects.filter(kind="MSU", amount="700.00").count() == 3


def test_the_jobs_that_the_command_did_itself_find_nothing_to_do(
    branch: Branch,
    workers: list[str],
    file: File,
    run_jobs: RunJobs,
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, before = run(capsys, file((workers[0], "700.00")), branch.employer, "--mode", "all")
    assert {"batches.plan", "batches.register", "batches.receipt"} <= {*run_jobs()}
    assert Novedad.objects.count() == 1
    _, after = run(capsys, file((workers[0], "700.00")), branch.employer)
    assert after == before


def test_the_same_file_twice_gives_the_same_receipt(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file((workers[0], "700.00"))
    first = run(capsys, path, branch.employer, "--mode", "all")
    second = run(capsys, path, branch.employer, "--mode", "all")
    assert first == second
    assert first[0] == 0
    assert Novedad.objects.count() == 1


@pytest.mark.parametrize("options", [(), ("--plan-only",), ("--plan-only", "--mode", "all")])
def test_without_a_mode_it_is_only_planned(
    options: tuple[str, ...],
    branch: Branch,
    workers: list[str],
    file: File,
    capsys: pytest.CaptureFixture[str],
) -> None:
    status, report = run(capsys, file((workers[0], "700.00")), branch.employer, *options)
    assert (status, report["state"], report["receipt"]) == (0, "planned", None)
    assert report["counts"]["new"] == 1
    assert not Novedad.objects.exists()


@pytest.mark.parametrize(
    ("options", "registered", "refusal"),
    [
        ((), 0, None),
        (("--mode", "all"), 0, "errors-in-file"),
        (("--mode", "good"), 3, None),
        (("--mode", "percent", "--max-errors", "25"), 3, None),
        (("--mode", "percent", "--max-errors", "24"), 0, "too-many-errors"),
    ],
)
def test_a_rejected_line_of_four_gives_status_1_in_every_mode(
    options: tuple[str, ...],
    registered: int,
    refusal: str | None,
    branch: Branch,
    workers: list[str],
    file: File,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = file(*((worker, "700.00") for worker in workers), (cedula(), "700.00"))
    status, report = run(capsys, path, branch.employer, *options)
    assert (status, report["refusal"]) == (1, refusal)
    assert report["counts"]["rejected"] == 1
    assert {"severity": "error", "code": "employment.none", "count": 1} in report["findings"]
    assert Novedad.objects.count() == registered
    assert (report["receipt"] is not None) == bool(registered)


def test_corrections_are_registered_only_when_they_are_meant(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, file((workers[0], "700.00")), branch.employer, "--mode", "all")
    path = file((workers[0], "800.00"))
    status, report = run(capsys, path, branch.employer, "--mode", "all")
    assert (status, report["refusal"]) == (1, "nothing-to-register")
    status, report = run(capsys, path, branch.employer, "--mode", "all", "--corrections")
    assert (status, report["state"], report["counts"]["corrections"]) == (0, "registered", 1)
    assert [row.amount for row in Novedad.objects.order_by("revision")] == [700, 800]


def test_who_files_with_a_key_files_only_for_its_branches(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    other = make_branch(branch.employer, number="0002")
    key = make_key(branch.employer, branches=(other,))
    status, report = run(capsys, file((workers[0], "700.00")), branch.employer, "--by", key.number)
    assert status == 1
    assert [found["code"] for found in report["findings"] if found["severity"] == "error"] == [
        "branch.not-yours"
    ]
    assert Batch.objects.get().key == key


def test_a_number_without_a_key_is_an_error_and_files_nothing(
    branch: Branch, workers: list[str], file: File
) -> None:
    key, stranger = make_key(branch.employer), make_key(make_employer())
    mistyped = f"{key.number[:-1]}{(int(key.number[-1]) + 1) % 10}"
    path = file((workers[0], "700.00"))
    for number in (mistyped, stranger.number, "operador", "", "1" * 30):
        said = wrong(path, branch.employer.ruc, "--mode", "all", "--by", number)
        assert f"Nadie con la identificación {number} tiene clave de {branch.employer.ruc}" in said
        assert "--operator" in said
    assert not Batch.objects.exists()


@pytest.mark.parametrize("name", ["", " María", "x" * 21, "1712345678", "17-12", "uno\ndos"])
def test_an_operator_has_a_name_that_fits_on_the_receipt(
    branch: Branch, workers: list[str], file: File, name: str
) -> None:
    said = wrong(file((workers[0], "700.00")), branch.employer.ruc, "--operator", name)
    assert "--operator es un nombre" in said
    assert not Batch.objects.exists()


def test_an_operator_is_named_on_the_receipt(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--mode", "all", "--operator", "Mesa 2, María Ñ.")
    status, _ = run(capsys, file((workers[0], "700.00")), branch.employer, *options)
    assert status == 0
    assert Filing.objects.get().by_number == "Mesa 2, María Ñ."


def test_who_files_is_a_person_or_an_operator_not_both(
    branch: Branch, workers: list[str], file: File
) -> None:
    path, ruc = file((workers[0], "700.00")), branch.employer.ruc
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("batch", str(path), "--employer", ruc, "--by", "1", "--operator", "x")


def test_a_long_file_name_is_kept_short_with_its_ending(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run(capsys, file((workers[0], "700.00"), name=f"{'a' * 240}.txt"), branch.employer)
    assert status == 0
    assert (len(report["file"]), report["file"][-5:]) == (150, "a.txt")


def test_an_employer_with_too_much_waiting_is_an_error(
    branch: Branch, workers: list[str], file: File, settings: object
) -> None:
    settings.UNCONFIRMED_MAX_BATCHES = 0  # type: ignore[attr-defined]
    assert "demasiados archivos sin confirmar" in wrong(file((workers[0], "700.00")), branch.employer.ruc)


def test_a_folder_that_takes_no_file_is_named(
    branch: Branch, workers: list[str], file: File, tmp_path: Path, settings: object
) -> None:
    settings.FILES_DIR = tmp_path / "full"  # type: ignore[attr-defined]
    settings.FILES_DIR.touch()  # type: ignore[attr-defined]
    sentence = wrong(file((workers[0], "700.00")), branch.employer.ruc)
    assert "AFILIA_FILES_DIR está lleno o no responde. Libere espacio y repita la orden." in sentence


def test_a_file_of_another_employer_is_refused(
    workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    status, report = run(capsys, file((workers[0], "700.00")), make_employer(), "--mode", "all")
    assert (status, report["state"], report["receipt"]) == (2, "refused", None)
    assert [found["code"] for found in report["findings"] if found["severity"] == "error"] == [
        "file.other-employer"
    ]


def test_wrong_calls_say_what_is_wrong(
    branch: Branch, workers: list[str], file: File, tmp_path: Path
) -> None:
    path, ruc = file((workers[0], "700.00")), branch.employer.ruc
    empty = tmp_path / "empty.txt"
    empty.touch()
    assert "1790000000001" in wrong(path, "1790000000001")
    assert "No se puede leer" in wrong(tmp_path / "missing.txt", ruc)
    assert "No se puede leer" in wrong(tmp_path, ruc)
    assert "empty.txt no se puede revisar." in wrong(empty, ruc)
    assert "MSU_2026-10.txt no se puede revisar." in wrong(path, ruc, "--novedad", "INS")
    assert "No existe el tipo XYZ" in wrong(path, ruc, "--novedad", "XYZ")
    assert "van juntos" in wrong(path, ruc, "--mode", "percent")
    assert "van juntos" in wrong(path, ruc, "--mode", "all", "--max-errors", "5")
    assert "0 a 100" in wrong(path, ruc, "--mode", "percent", "--max-errors", "101")
    assert not Batch.objects.exists()


def test_the_text_says_what_happened_and_what_to_do(
    branch: Branch, workers: list[str], file: File, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file((workers[0], "700.00"), (cedula(), "700.00"), (workers[1], "700.00;9"))
    with pytest.raises(SystemExit):
        call_command("batch", str(path), "--employer", branch.employer.ruc)
    planned = capsys.readouterr().out
    assert "revisada, sin registrar" in planned
    assert "Línea 2, campo 6 (identificacion): employment.none." in planned
    assert "Línea 3: line.field-count." in planned
    assert "--mode all, good o percent" in planned
    percent = ("--mode", "percent", "--max-errors", "66")
    with pytest.raises(SystemExit):
        call_command("batch", str(path), "--employer", branch.employer.ruc, *percent)
    assert "repita la orden con un número mayor" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("batch", str(path), "--employer", branch.employer.ruc, "--mode", "good")
    registered = capsys.readouterr().out
    assert f"Comprobante {Batch.objects.get().filing.number}, código " in registered  # type: ignore[union-attr]
