"""The files of a batch on the disk: whole or not at all, also when the disk is full."""

import hashlib
import os
import resource
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from afilia.batches import actions
from afilia.batches import files as batch_files
from afilia.batches.actions import UploadRefusal, UploadRefusedError
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.novedades import planning
from tests.batches.filing import Planned, make_desk, text
from tests.builders import NOW, cedula, make_branch, make_employer, make_key, signed_in_client

MEGABYTE = 1024 * 1024


class SmallDisk:
    """A real disk of one megabyte for the files."""

    error = r"cannot be written|No space left"

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def nearly_full(self) -> Iterator[None]:
        """Two pages are left."""
        ballast, disk = self.folder / "ballast", os.statvfs(self.folder)
        ballast.write_bytes(b"x" * (disk.f_bavail * disk.f_bsize - 8192))
        try:
            yield
        finally:
            ballast.unlink()


class ShortFiles(SmallDisk):
    """Where no disk may be mounted: the kernel refuses to write further than a megabyte into a file."""

    error = r"cannot be written|File too large"

    @contextmanager
    def nearly_full(self) -> Iterator[None]:
        with longest_file(8192):
            yield


@contextmanager
def longest_file(size: int) -> Iterator[None]:
    """Let this process write no file longer than so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def mounted(folder: Path) -> Iterator[bool]:
    """A disk of a megabyte at a folder, where one may be mounted."""
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield done
    finally:
        if done:
            subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture(params=["disk", "limit"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path, settings: object) -> Iterator[SmallDisk]:
    """What is full in one of two ways, of which the second works everywhere."""
    folder = tmp_path / "disk"
    folder.mkdir()
    settings.FILES_DIR = folder  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_TEMP_DIR = folder / "batches" / "waiting"  # type: ignore[attr-defined]
    if request.param == "limit":
        with longest_file(MEGABYTE):
            yield ShortFiles(folder)
        return
    with mounted(folder) as done:
        if not done:
            pytest.skip("no disk may be mounted here; the limit on the length of files stands for it")
        yield SmallDisk(folder)


def left_on(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_what_is_stored_is_what_came(files: Path) -> None:
    stored = batch_files.store([b"uno\r\n", b"", b"dos"], most=8)
    assert stored.path.read_bytes() == b"uno\r\ndos"
    assert (stored.size, len(stored.sha256)) == (8, 64)
    stored.discard()
    stored.discard()
    assert left_on(files) == []


def test_what_lies_on_the_disk_already_is_taken_over_without_copying_it(files: Path) -> None:
    waiting = files / "batches" / "waiting"
    waiting.mkdir(parents=True)
    came_in = waiting / "tmp.upload"
    came_in.write_bytes(b"uno\r\ndos")
    came_in.chmod(0o600)
    same_file = came_in.stat().st_ino
    stored = batch_files.take(came_in, most=8)
    assert (stored.size, stored.sha256) == (8, hashlib.sha256(b"uno\r\ndos").hexdigest())
    assert (stored.path.stat().st_ino, stored.path.stat().st_mode & 0o777) == (same_file, 0o640)
    assert not came_in.exists()


@pytest.mark.parametrize("most", [7, 0])
def test_what_is_too_large_is_not_taken_over(files: Path, most: int) -> None:
    files.mkdir()
    (files / "upload").write_bytes(b"uno\r\ndos")
    with pytest.raises(batch_files.TooLargeError):
        batch_files.take(files / "upload", most=most)
    with pytest.raises(batch_files.TooLargeError):
        batch_files.store([b"uno\r\n", b"dos"], most=most)
    assert left_on(files) == ["upload"]


@pytest.mark.django_db
def test_an_upload_of_the_portal_comes_in_where_it_stays(client: Client, files: Path) -> None:
    employer = make_employer()
    make_branch(employer)
    signed_in_client(client, make_key(employer))
    sent = SimpleUploadedFile("MSU.txt", b"uno\r\ndos\r\n")
    came_in = []
    take = batch_files.take

    def watched(path: Path, *, most: int) -> batch_files.Stored:
        came_in.append((path.parent, path.stat().st_ino))
        return take(path, most=most)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch_files, "take", watched)
        response = client.post("/empleadores/batch/cargar/", {"novedad": "MSU", "file": sent})
    assert response.status_code == 302
    upload = batch_files.folder(Batch.objects.get()) / "upload"
    assert came_in == [(files / "batches" / "waiting", upload.stat().st_ino)]
    assert left_on(files) == [str(upload.relative_to(files))]


def test_an_upload_that_breaks_off_leaves_nothing(files: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1000
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        batch_files.store(broken(), most=MEGABYTE)
    assert left_on(files) == []


@pytest.mark.django_db
def test_an_upload_for_which_there_is_no_room_is_refused_and_nothing_kept(small_disk: SmallDisk) -> None:
    desk = make_desk()
    with pytest.raises(UploadRefusedError) as refused:
        actions.receive(
            sender=desk.sender, novedad="MSU", file_name="x.txt", chunks=[b"x" * MEGABYTE] * 3, now=NOW
        )
    assert refused.value.reason is UploadRefusal.DISK_FULL
    assert Batch.objects.count() == 0
    assert left_on(small_disk.folder) == []
    # And the next one, for which there is room, is taken.
    assert desk.receive(text(desk.record("ENT", cedula()))).state == State.RECEIVED


@pytest.mark.django_db
@pytest.mark.parametrize("novedad", ["ENT", "MSU"])
def test_a_plan_for_which_there_is_no_room_leaves_nothing_and_is_made_later(
    small_disk: SmallDisk, novedad: str
) -> None:
    desk = make_desk()
    content = text(
        *(desk.record(novedad, cedula(), sueldo=f"{500 + at}.{at % 100:02}") for at in range(3000))
    )
    batch = desk.receive(content)
    with small_disk.nearly_full():
        with pytest.raises(OSError, match=small_disk.error):
            actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
        left = {*left_on(small_disk.folder)} - {"ballast"}
        assert left == {f"batches/{batch.pk}/upload"}
    batch.refresh_from_db()
    assert (batch.state, batch.summary) == (State.RECEIVED, {})

    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    assert len(Planned.of(batch).lines) == 3000


@pytest.mark.django_db
def test_folders_that_no_batch_names_go_when_they_are_a_day_old(files: Path) -> None:
    desk = make_desk()
    batch = desk.receive(text(desk.record("ENT", cedula())))
    long_ago, just_now = uuid.uuid4(), uuid.uuid4()
    for number in (batch.pk, long_ago, just_now):
        folder = files / "batches" / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "upload").touch()
        moment = (NOW - timedelta(hours=1 if number == just_now else 25)).timestamp()
        os.utime(folder, (moment, moment))
    (files / "batches" / "of-some-body-else-s").mkdir()
    actions.forget_uploads_cut_off(before=NOW - timedelta(days=1))
    assert {path.name for path in (files / "batches").iterdir()} == {
        *("waiting", "of-some-body-else-s"),
        *(str(batch.pk), str(just_now)),
    }


@pytest.mark.django_db
def test_a_batch_whose_files_were_lost_is_mended_by_sending_it_again() -> None:
    desk = make_desk()
    line = desk.record("ENT", cedula())
    batch = desk.plan(line).batch
    batch_files.delete_folder(batch.pk)
    again = desk.plan(line)
    assert (again.batch.pk, again.outcomes) == (batch.pk, ["new"])


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
