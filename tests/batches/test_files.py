"""The files of a batch on the disk: whole or not at all, also when the disk is full."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from afilia.batches import actions
from afilia.batches import files as batch_files
from afilia.batches.actions import UploadRefusal, UploadRefusedError
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.novedades import planning
from tests.batches.filing import Planned, make_desk, text
from tests.builders import NOW, cedula

MEGABYTE = 1024 * 1024


@pytest.fixture
def small_disk(tmp_path: Path, settings: object) -> Iterator[Path]:
    """A real disk of one megabyte for the files; the test is skipped where none may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if done.returncode:
        pytest.skip(f"no disk of its own for this test: {done.stderr.decode().strip()}")
    settings.FILES_DIR = folder  # type: ignore[attr-defined]
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def left_on(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_what_is_stored_is_what_came(files: Path) -> None:
    stored = batch_files.store([b"uno\r\n", b"", b"dos"], most=8)
    assert stored.path.read_bytes() == b"uno\r\ndos"
    assert (stored.size, len(stored.sha256)) == (8, 64)
    stored.discard()
    stored.discard()
    assert left_on(files) == []


def test_an_upload_that_breaks_off_leaves_nothing(files: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        batch_files.store(broken(), most=MEGABYTE)
    assert left_on(files) == []


@pytest.mark.django_db
def test_an_upload_for_which_there_is_no_room_is_refused_and_nothing_kept(small_disk: Path) -> None:
    desk = make_desk()
    with pytest.raises(UploadRefusedError) as refused:
        actions.receive(
            sender=desk.sender, novedad="MSU", file_name="x.txt", chunks=[b"x" * MEGABYTE] * 3, now=NOW
        )
    assert refused.value.reason is UploadRefusal.DISK_FULL
    assert Batch.objects.count() == 0
    assert left_on(small_disk) == []
    # And the next one, for which there is room, is taken.
    assert desk.receive(text(desk.record("ENT", cedula()))).state == State.RECEIVED


@pytest.mark.django_db
@pytest.mark.parametrize("novedad", ["ENT", "MSU"])
def test_a_plan_for_which_there_is_no_room_leaves_nothing_and_is_made_later(
    small_disk: Path, novedad: str
) -> None:
    desk = make_desk()
    content = text(
        *(desk.record(novedad, cedula(), sueldo=f"{500 + at}.{at % 100:02}") for at in range(3000))
    )
    batch = desk.receive(content)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_bsize - 8192))
    with pytest.raises(OSError, match=r"cannot be written|No space left"):
        actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    assert sorted(left_on(small_disk)) == ["ballast", f"batches/{batch.pk}/upload"]
    batch.refresh_from_db()
    assert (batch.state, batch.summary) == (State.RECEIVED, {})

    ballast.unlink()
    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    assert len(Planned.of(batch).lines) == 3000


@pytest.mark.django_db
def test_the_plan_before_the_last_one_stays_for_those_who_read_it() -> None:
    desk = make_desk()
    line = desk.record("ENT", cedula())
    for attempt in range(1, 5):
        batch = desk.plan(line).batch
        assert batch.attempt == attempt
    assert sorted(path.name for path in batch_files.folder(batch).iterdir()) == ["plan-3", "plan-4", "upload"]


@pytest.mark.django_db
def test_a_plan_made_again_in_the_same_folder_starts_from_nothing() -> None:
    desk = make_desk()
    planned = desk.plan(desk.record("ENT", cedula()))
    folder = batch_files.plan_folder(planned.batch)
    Batch.objects.update(state=State.RECEIVED)
    (folder / "lines-0009.parquet").write_bytes(b"of a worker that was killed")
    actions.plan(batch_id=planned.batch.pk, attempt=1, now=NOW)
    assert sum(part.height for part in planning.lines_of(folder)) == 1
