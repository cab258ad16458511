import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from afilia.audit.models import Entry
from afilia.registries import actions, sri
from afilia.registries.actions import BrokenRow, FileRefusedError, LoadRunningError, Merged
from afilia.registries.models import SriLoad, SriRecord
from afilia.registries.rules import Fault
from tests.registries.catalogues import HEADER, catalogue, row, ruc, write

NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
LATER = datetime(2026, 12, 21, 15, 30, tzinfo=UTC)
MANY = 40  # rows, of which one may be missing and be believed

pytestmark = pytest.mark.django_db


def load(*files: Path, now: datetime = NOW, believe_missing: bool = False) -> tuple[list[BrokenRow], Merged]:
    broken: list[BrokenRow] = []
    _, merged = actions.load_catalogue(
        files=files, tell=broken.append, believe_missing=believe_missing, actor="operator", now=now
    )
    return broken, merged


def merged(**counts: int | bool) -> Merged:
    nothing = {"added": 0, "changed": 0, "unchanged": 0, "missing": 0, "missing_believed": True}
    return Merged(**nothing | counts)


def records() -> list[tuple[object, ...]]:
    return list(SriRecord.objects.order_by("ruc", "number").values_list())


class TestLoading:
    def test_a_first_load(self, tmp_path: Path) -> None:
        file = write(tmp_path / "SRI_RUC_Pichincha.csv", row(1), row(1, NUMERO_ESTABLECIMIENTO="2"), row(2))
        assert load(file) == ([], merged(added=3))
        found = sri.look_up(ruc(1))
        assert found
        assert [place.number for place in found.establishments] == [1, 2]
        (loaded,) = SriLoad.objects.all()
        assert (loaded.source, loaded.loaded_at, loaded.rows) == ("SRI_RUC_Pichincha.csv", NOW, 3)

    def test_a_reload_writes_only_what_changed(self, tmp_path: Path) -> None:
        load(write(tmp_path / "a.csv", *(row(number) for number in range(MANY))))
        before = dict(SriRecord.objects.values_list("ruc", "load_id"))
        changed = row(3, ESTADO_CONTRIBUYENTE="SUSPENDIDO", FECHA_SUSPENSION_DEFINITIVA="2026-12-01 00:00:00")
        rows = [changed if number == 3 else row(number) for number in range(1, MANY + 1)]
        assert load(write(tmp_path / "a.csv", *rows), now=LATER) == (
            [],
            merged(added=1, changed=1, unchanged=MANY - 2, missing=1),
        )
        after = dict(SriRecord.objects.values_list("ruc", "load_id"))
        assert {number for number in after if after[number] != before.get(number)} == {ruc(3), ruc(MANY)}
        suspended = SriRecord.objects.get(ruc=ruc(3))
        assert (suspended.standing, suspended.suspended_on) == ("SUSPENDIDO", date(2026, 12, 1))
        assert SriRecord.objects.get(ruc=ruc(0)).missing_since == date(2026, 12, 21)

    def test_the_same_again_changes_nothing(self, tmp_path: Path) -> None:
        file = write(tmp_path / "a.csv", *(row(number) for number in range(MANY)))
        load(file)
        before = records()
        assert load(file, now=LATER) == ([], merged(unchanged=MANY))
        assert records() == before
        assert sri.copy_loaded_on() == date(2026, 12, 21)

    def test_what_was_missing_comes_back(self, tmp_path: Path) -> None:
        whole = write(tmp_path / "a.csv", *(row(number) for number in range(MANY)))
        load(whole)
        load(write(tmp_path / "b.csv", *(row(number) for number in range(1, MANY))))
        assert load(write(tmp_path / "b.csv", *(row(number) for number in range(1, MANY))))[1].missing == 0
        with pytest.raises(sri.RegisterDownError):
            sri.look_up(ruc(0))
        assert load(whole)[1] == merged(changed=1, unchanged=MANY - 1)
        assert sri.look_up(ruc(0))

    def test_a_file_that_was_cut_off_makes_nobody_missing(self, tmp_path: Path) -> None:
        whole = write(tmp_path / "a.csv", *(row(number) for number in range(MANY)))
        load(whole)
        cut_off = write(tmp_path / "b.csv", *(row(number) for number in range(MANY // 2)))
        assert load(cut_off)[1] == merged(unchanged=MANY // 2, missing=MANY // 2, missing_believed=False)
        assert not SriRecord.objects.filter(missing_since__isnull=False).exists()
        load(cut_off, believe_missing=True)
        assert SriRecord.objects.filter(missing_since__isnull=False).count() == MANY // 2

    @pytest.mark.parametrize(
        "elsewhere", [{"CODIGO_JURISDICCION": "09"}, {"DESCRIPCION_PROVINCIA_EST": "GUAYAS"}]
    )
    def test_a_file_says_nothing_about_other_provinces(
        self, tmp_path: Path, elsewhere: dict[str, str]
    ) -> None:
        load(write(tmp_path / "a.csv", row(1, **elsewhere)))
        assert load(write(tmp_path / "b.csv", row(2)))[1] == merged(added=1)

    def test_a_taxpayer_that_moves_is_changed_and_not_missing(self, tmp_path: Path) -> None:
        load(write(tmp_path / "a.csv", row(1)))
        moved = write(tmp_path / "b.csv", row(1, CODIGO_JURISDICCION="09"))
        assert load(moved)[1] == merged(changed=1)

    @pytest.mark.parametrize("damage", ["|", "\udcff"])
    def test_a_row_that_is_broken_this_time_is_not_missing(self, tmp_path: Path, damage: str) -> None:
        load(write(tmp_path / "a.csv", *(row(number) for number in range(MANY))))
        file = tmp_path / "a.csv"
        rows = [row(0) + damage, *(row(number) for number in range(1, MANY))]
        file.write_bytes("\n".join([HEADER, *rows]).encode("utf-8", "surrogateescape"))
        broken, done = load(file)
        assert len(broken) == 1
        assert done == merged(unchanged=MANY - 1)

    def test_broken_rows_are_told_with_file_and_line_and_the_rest_is_loaded(self, tmp_path: Path) -> None:
        first = write(tmp_path / "a.csv", row(1), row(2, RAZON_SOCIAL=""))
        second = write(tmp_path / "b.csv", "x", row(3))
        broken, done = load(first, second)
        assert broken == [
            BrokenRow(file=first, line=3, fault=Fault.EMPTY, column="RAZON_SOCIAL"),
            BrokenRow(file=second, line=2, fault=Fault.COLUMNS, column=None),
        ]
        assert done == merged(added=2)

    def test_of_two_rows_of_one_establishment_the_newer_or_else_the_later_is_loaded(
        self, tmp_path: Path
    ) -> None:
        older = {"FECHA_ACTUALIZACION": "2020-01-01"}
        first = write(tmp_path / "a.csv", row(1), row(2), row(2, RAZON_SOCIAL="LATER"))
        second = write(tmp_path / "b.csv", row(1, RAZON_SOCIAL="OLDER", **older), row(3, **older))
        broken, done = load(first, second)
        assert {(row.file, row.line, row.fault) for row in broken} == {
            (first, 3, Fault.REPEATED),
            (second, 2, Fault.REPEATED),
        }
        assert done == merged(added=3)
        names = dict(SriRecord.objects.values_list("ruc", "name"))
        assert names == {ruc(1): "COMERCIAL DE PRUEBA CIA. LTDA.", ruc(2): "LATER", ruc(3): names[ruc(1)]}

    def test_text_that_means_something_to_the_database_is_plain_text(self, tmp_path: Path) -> None:
        names = ['"', "\\N", "\\.", "a,b", "''; --", "{x}", "%s", "NULL", "Ñandú «S.A.» 🙂"]
        load(write(tmp_path / "a.csv", *(row(at, RAZON_SOCIAL=name) for at, name in enumerate(names))))
        assert list(SriRecord.objects.order_by("ruc").values_list("name", flat=True)) == names

    def test_a_file_that_is_refused_undoes_the_others(self, tmp_path: Path) -> None:
        good = write(tmp_path / "a.csv", row(1))
        bad = write(tmp_path / "b.csv", header=HEADER.replace("NUMERO_RUC", "RUC"))
        with pytest.raises(FileRefusedError) as refused:
            load(good, bad)
        assert (refused.value.file, refused.value.columns) == (bad, ["NUMERO_RUC"])
        with pytest.raises(OSError):  # noqa: PT011  whatever the system says
            load(good, tmp_path / "none.csv")
        assert not SriRecord.objects.exists()
        assert not SriLoad.objects.exists()
        assert not Entry.objects.exists()

    def test_a_file_without_rows_changes_nothing(self, tmp_path: Path) -> None:
        load(write(tmp_path / "a.csv", row(1)))
        assert load(write(tmp_path / "b.csv")) == ([], merged())

    def test_the_ledger_tells_what_was_done_in_numbers(self, tmp_path: Path) -> None:
        load(write(tmp_path / "a.csv", row(1), "x"))
        (entry,) = Entry.objects.all()
        assert (entry.event, entry.actor, entry.at) == ("sri.loaded", "operator", NOW)
        assert entry.facts == {
            "files": 1,
            "broken": 1,
            "added": 1,
            "changed": 0,
            "unchanged": 0,
            "missing": 0,
            "missing_believed": True,
        }

    def test_the_number_of_queries_does_not_grow_with_the_rows(self, tmp_path: Path) -> None:
        def queries(rows: int) -> int:
            file = write(tmp_path / "a.csv", *(row(number) for number in range(rows)))
            with CaptureQueriesContext(connection) as captured:
                load(file)
            return len(captured)

        queries(1)
        assert queries(10) == queries(2_000)


class TestCommand:
    def test_all_is_well(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = write(tmp_path / "a.csv", row(1), row(2))
        call_command("import-sri", str(file))
        out, err = capsys.readouterr()
        assert f"{file}: 2 filas cargadas, 0 rechazadas" in out
        assert [line.split() for line in out.splitlines()[1:]] == [
            ["Nuevas", "2"],
            ["Cambiadas", "0"],
            ["Sin", "cambio", "0"],
            ["Ya", "no", "constan", "0"],
        ]
        assert err == ""

    def test_broken_rows_end_with_1_and_say_nothing_of_their_content(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = write(tmp_path / "a.csv", row(1), row(2, FECHA_ACTUALIZACION="ayer"), row(1))
        with pytest.raises(SystemExit) as ended:
            call_command("import-sri", "--json", str(file))
        assert ended.value.code == 1
        out, err = capsys.readouterr()
        assert err.splitlines() == [
            f"{file}:3: FECHA_ACTUALIZACION no es una fecha",
            f"{file}:2: el establecimiento está en otra fila, más reciente o posterior",
        ]
        assert json.loads(out) == {
            "files": [{"file": str(file), "rows": 1, "broken": 2}],
            "added": 1,
            "changed": 0,
            "unchanged": 0,
            "missing": 0,
            "missing_believed": True,
            "faults": {"not-a-date": 1, "repeated": 1},
        }

    def test_too_many_missing_end_with_1(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        load(write(tmp_path / "a.csv", row(1), row(2)))
        file = write(tmp_path / "a.csv", row(1))
        with pytest.raises(SystemExit) as ended:
            call_command("import-sri", str(file))
        assert ended.value.code == 1
        assert "--believe-missing" in capsys.readouterr().out
        call_command("import-sri", "--believe-missing", str(file))

    @pytest.mark.parametrize(
        ("content", "said"),
        [(None, "No se puede leer"), (b"", "NUMERO_RUC"), (catalogue(header="A|B"), "NUMERO_RUC")],
    )
    def test_what_is_no_catalogue_ends_with_2(self, tmp_path: Path, content: bytes | None, said: str) -> None:
        file = tmp_path / "a.csv"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(CommandError, match=said) as refused:
            call_command("import-sri", str(file))
        assert refused.value.returncode == 2


@pytest.fixture
def half_read(tmp_path: Path, transactional_db: None) -> Iterator["HalfRead"]:
    half = HalfRead(tmp_path / "pipe.csv")
    yield half
    half.end()


class HalfRead:
    """A load in a process of its own that waits in the middle of its file."""

    def __init__(self, pipe: Path) -> None:
        os.mkfifo(pipe)
        url = urlsplit(settings.DATABASE_URL)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "afilia", "import-sri", str(pipe)],
            env={**os.environ, "AFILIA_DEMO": "1", "DATABASE_URL": url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.pipe = pipe.open("wb", buffering=0)  # waits until the process reads
        rows = (row(number, RAZON_SOCIAL="X" * 1000) for number in range(8_000))
        # The process tells of the broken first line once a block was read and is on its way to the database.
        self.pipe.write(catalogue("x", *rows))
        assert self.process.stderr
        self.first = self.process.stderr.readline()

    def end(self) -> None:
        self.pipe.close()
        self.process.kill()
        self.process.communicate()


class TestFaults:
    def test_a_killed_load_leaves_the_copy_as_it_was_and_the_next_one_works(
        self, tmp_path: Path, half_read: HalfRead
    ) -> None:
        assert ":2: " in half_read.first
        half_read.process.kill()
        half_read.process.wait()
        wait_for_the_lock()
        assert not SriRecord.objects.exists()
        assert not SriLoad.objects.exists()
        assert load(write(tmp_path / "a.csv", row(1)))[1] == merged(added=1)

    def test_two_loads_exclude_each_other(self, tmp_path: Path, half_read: HalfRead) -> None:
        assert ":2: " in half_read.first
        with pytest.raises(LoadRunningError):
            load(write(tmp_path / "a.csv", row(1)))
        with pytest.raises(CommandError, match="en curso") as refused:
            call_command("import-sri", str(tmp_path / "a.csv"))
        assert refused.value.returncode == 2
        half_read.pipe.close()
        assert half_read.process.wait(60) == 1
        assert SriRecord.objects.count() == 8_000

    def test_readers_see_the_old_copy_while_a_load_runs(self, half_read: HalfRead) -> None:
        with pytest.raises(sri.RegisterDownError):
            sri.look_up(ruc(1))


def wait_for_the_lock() -> None:
    """Until the database has noticed that the process is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [actions.LOAD_LOCK])
        cursor.execute("SELECT pg_advisory_unlock(%s)", [actions.LOAD_LOCK])
