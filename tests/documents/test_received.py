"""Files from what comes to what is kept."""

import hashlib
import io
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from PIL import Image, ImageChops, ImageStat

from afilia.audit.models import Entry
from afilia.documents import actions, files, queries, signing
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import Refusal, ScanState
from afilia.documents.rules.signatures import Revocation
from afilia.procedures.rules import Format
from tests.documents.authority import CEDULA, Authority
from tests.documents.papers import MOST, picture, plain_jpeg, plain_pdf, scanned_pdf

NOW = datetime.now(UTC).replace(microsecond=0)

pytestmark = pytest.mark.django_db


def receive(content: bytes, *, name: str = "documento.pdf", **changes: object) -> ReceivedFile:
    settings = {"chunks": [content], "name": name, "most": MOST, "actor": "test", "now": NOW}
    return actions.receive(**(settings | changes))


def refusal(content: bytes, **changes: object) -> Refusal:
    with pytest.raises(actions.FileRefusedError) as refused:
        receive(content, **changes)
    assert not ReceivedFile.objects.exists()
    return refused.value.reason


def test_file_is_kept_under_the_hash_of_its_bytes() -> None:
    content = plain_pdf(pages=3)
    file = receive(content, name="Cédula de Ana.PDF")
    kept = files.received(file.sha256).read_bytes()
    assert hashlib.sha256(kept).hexdigest() == file.sha256
    assert hashlib.sha256(content).hexdigest() == file.received_sha256
    assert (file.kind, file.name, file.pages, file.size) == ("pdf", "Cédula de Ana.pdf", 3, len(kept))
    assert (file.received_at, file.signatures, file.revocation_due_at) == (NOW, [], None)
    assert queries.read_received(file) == kept


def test_file_has_a_row_in_the_ledger_without_its_name() -> None:
    file = receive(plain_pdf(), name="Ana Prueba.pdf", actor="applicant:7")
    entry = Entry.objects.get(event="document.received")
    assert (entry.actor, entry.subject, entry.at) == ("applicant:7", f"received:{file.id}", NOW)
    assert entry.facts == {
        "sha256": file.sha256,
        "received_sha256": file.received_sha256,
        "kind": "pdf",
        "size": file.size,
        "signatures": 0,
    }


def test_type_is_told_from_the_content_alone() -> None:
    assert receive(plain_jpeg(), name="documento.pdf").name == "documento.jpg"
    assert receive(plain_pdf(), name="foto.jpg").kind == Format.PDF


def test_type_that_is_not_asked_for_is_refused() -> None:
    assert refusal(plain_jpeg(), accept={Format.PDF}) is Refusal.NOT_ASKED
    assert refusal(plain_pdf(), accept={Format.JPG}) is Refusal.NOT_ASKED


def test_size_is_bounded_while_it_comes_in() -> None:
    taken = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"\xff" * 64 * 1024

    assert refusal(b"", chunks=endless()) is Refusal.TOO_LARGE
    assert len(taken) == MOST // (64 * 1024) + 1


def test_file_of_exactly_the_limit_is_taken() -> None:
    content = plain_pdf()
    assert receive(content, most=len(content)).pages == 1
    ReceivedFile.objects.all().delete()
    assert refusal(content, most=len(content) - 1) is Refusal.TOO_LARGE


def test_photo_keeps_its_picture_and_loses_what_the_camera_said() -> None:
    original = plain_jpeg(width=800, height=600)
    kept = queries.read_received(receive(original))
    for word in (b"Exif", b"Telefono", b"Nota de prueba", b"JFIF\0\x01\x01\x01\0\x48"):
        assert word not in kept
    with Image.open(io.BytesIO(kept)) as after, Image.open(io.BytesIO(original)) as before:
        assert after.size == before.size
        assert not after.getexif()
        assert not set(after.info) - {"jfif", "jfif_version", "jfif_density", "jfif_unit"}
        assert after.quantization == before.quantization
        difference = ImageChops.difference(after.convert("RGB"), before.convert("RGB"))
    assert max(ImageStat.Stat(difference).mean) < 0.25  # of 255: nobody sees it


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photo_is_turned_upright(orientation: int) -> None:
    turns = {
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        7: Image.Transpose.TRANSVERSE,
    }
    upright = picture(width=320, height=200)
    stored = upright.transpose(turns[orientation]) if orientation in turns else upright
    output = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(output, "JPEG", exif=exif, quality=95)
    with Image.open(io.BytesIO(queries.read_received(receive(output.getvalue())))) as after:
        assert after.size == (320, 200)
        assert after.getpixel((10, 10))[1] < 60  # the coloured corner
        assert after.getpixel((310, 10))[1] > 200


def test_photo_in_a_pdf_keeps_every_bit_of_its_picture_and_loses_what_the_camera_said() -> None:
    photo = plain_jpeg()
    kept = queries.read_received(receive(scanned_pdf(photo)))
    for word in (b"Exif", b"Telefono", b"Nota de prueba"):
        assert word in photo
        assert word not in kept
    with pikepdf.open(io.BytesIO(kept)) as document:
        embedded = document.pages[0].Resources.XObject.Im0.read_raw_bytes()
    with Image.open(io.BytesIO(embedded)) as after, Image.open(io.BytesIO(photo)) as before:
        assert after.tobytes() == before.tobytes()
    assert photo.endswith(embedded[embedded.index(b"\xff\xda") :])


def test_photo_of_several_pictures_keeps_the_first() -> None:
    output = io.BytesIO()
    picture().save(output, "MPO", save_all=True, append_images=[picture(width=320)])
    with Image.open(io.BytesIO(queries.read_received(receive(output.getvalue())))) as after:
        assert (after.format, after.size) == ("JPEG", (640, 480))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_photo_in_other_colours(mode: str) -> None:
    output = io.BytesIO()
    picture().convert(mode).save(output, "JPEG")
    with Image.open(io.BytesIO(queries.read_received(receive(output.getvalue())))) as after:
        assert after.mode == ("L" if mode == "L" else "RGB")


def test_progressive_photo_and_one_without_tables_in_common_form() -> None:
    for options in ({"progressive": True}, {"subsampling": 0}, {"quality": 100}, {"quality": 5}):
        assert receive(plain_jpeg(**options)).pages == 1


def test_pdf_loses_what_nobody_sees() -> None:
    content = plain_pdf()
    assert b"Autora de prueba" in content
    with pikepdf.open(io.BytesIO(queries.read_received(receive(content)))) as kept:
        assert "/Info" not in kept.trailer
        assert "/Metadata" not in kept.Root
        assert len(kept.pages) == 1


def test_signed_pdf_is_kept_byte_for_byte() -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    signed = authority.issue().sign(plain_pdf())
    file = receive(signed)
    assert queries.read_received(file) == signed
    assert file.sha256 == file.received_sha256
    (found,) = queries.signatures_of(file)
    assert (found.identification, found.intact, found.institution) == (CEDULA, True, False)


def test_certificate_that_says_where_to_ask_is_asked_about_by_a_job() -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    file = receive(authority.issue(ocsp_url="http://127.0.0.1:9/").sign(plain_pdf()))
    assert file.revocation_due_at == NOW
    assert queries.signatures_of(file)[0].revocation is Revocation.PENDING


def test_our_own_signature_is_known_as_ours() -> None:
    issued = signing.sign(plain_pdf(), at=NOW, others_sign=True)
    (ours,) = queries.signatures_of(receive(issued))
    assert ours.institution
    signed_by_others = Authority.make(now=NOW).issue().sign(issued, field_name="Otra")
    marks = [found.institution for found in queries.signatures_of(receive(signed_by_others))]
    assert marks == [True, False]


def test_same_bytes_twice_are_two_files_and_one_on_the_disk() -> None:
    first, second = receive(plain_pdf()), receive(plain_pdf())
    assert first.id != second.id
    assert first.sha256 == second.sha256
    stored = list(files.received(first.sha256).parent.iterdir())
    assert [path.name for path in stored] == [first.sha256]


def test_what_is_prepared_and_not_kept_has_no_row() -> None:
    prepared = actions.prepare(chunks=[plain_pdf()], name="a.pdf", most=MOST, now=NOW)
    assert files.received(prepared.sha256).exists()
    assert not ReceivedFile.objects.exists()
    assert actions.tidy(before=datetime.now(UTC) - timedelta(days=1)) == 0
    assert actions.tidy(before=datetime.now(UTC) + timedelta(seconds=1)) == 1
    assert not files.received(prepared.sha256).exists()


def test_keeping_what_went_meanwhile_says_try_again() -> None:
    prepared = actions.prepare(chunks=[plain_pdf()], name="a.pdf", most=MOST, now=NOW)
    files.received(prepared.sha256).unlink()
    with pytest.raises(actions.BusyError):
        actions.keep(prepared=prepared, actor="test", now=NOW)
    assert not ReceivedFile.objects.exists()
    assert not Entry.objects.filter(event="document.received").exists()


def test_discarded_file_goes_at_night_and_not_before_the_last_that_has_its_bytes() -> None:
    first, second = receive(plain_pdf()), receive(plain_pdf())
    later = datetime.now(UTC) + timedelta(days=2)
    actions.discard(received_id=first.id, actor="test", now=NOW)
    assert actions.tidy(before=later) == 0
    assert queries.read_received(second)
    actions.discard(received_id=second.id, actor="test", now=NOW)
    assert actions.tidy(before=later) == 1
    assert not files.received(first.sha256).exists()
    assert Entry.objects.filter(event="document.discarded").count() == 2


def test_discarding_what_is_gone_does_nothing() -> None:
    actions.discard(received_id=uuid4(), actor="test", now=NOW)
    assert not Entry.objects.exists()


def test_changed_and_missing_bytes_are_told() -> None:
    file = receive(plain_pdf())
    path = files.received(file.sha256)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(queries.ChangedFileError):
        queries.read_received(file)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        queries.read_received(file)


@pytest.mark.parametrize(
    ("state", "openable"),
    [
        (ScanState.PENDING, False),
        (ScanState.INFECTED, False),
        (ScanState.CLEAN, True),
        (ScanState.NOT_SCANNED, True),
    ],
)
def test_guard_lets_open_only_what_may_be_opened(state: ScanState, *, openable: bool) -> None:
    file = receive(plain_pdf())
    file.scan = state
    if openable:
        assert queries.read_received(file)
        return
    with pytest.raises(queries.NotOpenableError) as refused:
        queries.read_received(file)
    assert refused.value.state is state


@pytest.mark.parametrize("wrong", [{"scan": "open"}, {"scan": "clean", "virus": "X"}, {"scan": "infected"}])
def test_database_refuses_states_that_contradict_themselves(wrong: dict[str, str]) -> None:
    file = receive(plain_pdf())
    with pytest.raises(IntegrityError), transaction.atomic():
        ReceivedFile.objects.filter(id=file.id).update(**wrong)


def test_full_disk_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        receive(plain_pdf())
    assert not ReceivedFile.objects.exists()
    assert not [path for path in Path(files.received("")).parent.rglob("*") if path.is_file()]
