"""Received files and the virus scanner; the server speaks clamd's protocol, and clamd itself where it is."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from pytest_django import Settings

from afilia.audit.models import Entry
from afilia.documents import actions, files, queries
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.documents.scanner import Scanner, ScannerDownError
from afilia.kit.environment import SettingError
from tests.documents import clamd
from tests.documents.papers import MOST, plain_pdf

NOW = datetime.now(UTC).replace(microsecond=0)
NOBODY = Scanner(host="127.0.0.1", port=9)


def receive(text: str = "Solicitud") -> ReceivedFile:
    return actions.receive(
        chunks=[plain_pdf(text=text)], name="a.pdf", most=MOST, actor="test", now=NOW - timedelta(minutes=1)
    )


def scan(file: ReceivedFile) -> ReceivedFile:
    actions.scan(received_id=file.id, now=NOW)
    return ReceivedFile.objects.get(id=file.id)


@pytest.mark.parametrize(
    ("address", "scanner"),
    [
        ("", None),
        ("tcp://clamav:3310", Scanner(host="clamav", port=3310)),
        ("tcp://[::1]:3310/", Scanner(host="::1", port=3310)),
        ("unix:///run/clamav/clamd.ctl", Scanner(path="/run/clamav/clamd.ctl")),
    ],
)
def test_address_of_the_scanner(address: str, scanner: Scanner | None) -> None:
    assert Scanner.read("AFILIA_CLAMAV", address) == scanner


@pytest.mark.parametrize(
    "address",
    ["clamav:3310", "tcp://clamav", "tcp://clamav:99999", "unix://host/x", "http://x:1", "tcp://:1"],
)
def test_what_is_no_address_is_said(address: str) -> None:
    with pytest.raises(SettingError, match=r"AFILIA_CLAMAV is .*tcp://host:port or unix:///"):
        Scanner.read("AFILIA_CLAMAV", address)


def test_scanner_gets_every_byte_and_its_answer_is_read() -> None:
    content = bytes(range(256)) * 1000  # more than a block, no multiple of it
    with clamd.serving() as server:
        assert server.scanner.scan(content) == ""
        assert server.scanner.scan(b"") == ""
        assert server.scanner.scan(content + clamd.VIRUS) == clamd.NAME
        assert server.scanner.version().startswith("ClamAV 1.4.6")
        assert server.seen == [content, b"", content + clamd.VIRUS]


@pytest.mark.parametrize(
    "reply", ["INSTREAM size limit exceeded. ERROR", "stream: ERROR", "", "UNKNOWN COMMAND", "stream: FOUND"]
)
def test_answer_that_is_no_verdict_is_never_clean(reply: str) -> None:
    with clamd.serving() as server:
        server.reply = reply or " "
        with pytest.raises(ScannerDownError):
            server.scanner.scan(b"x")


def test_connection_cut_before_the_verdict_is_never_clean() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        scanner = Scanner(host="127.0.0.1", port=listener.getsockname()[1])

        def cut() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"stream: OK")

        thread = Thread(target=cut)
        thread.start()
        with pytest.raises(ScannerDownError):
            scanner.scan(b"x")
        thread.join()


@pytest.mark.skipif(clamd.CLAMD is None, reason="clamd is not installed")
def test_clamd_itself(tmp_path: Path) -> None:
    with clamd.real(tmp_path / "clamd") as scanner:
        assert scanner.scan(plain_pdf()) == ""
        assert scanner.scan(plain_pdf(text=clamd.VIRUS.decode())) == clamd.NAME
        assert scanner.scan(b"\0" * 300_000) == ""
        assert scanner.scan(b"before " + clamd.VIRUS + b" after") == clamd.NAME
        assert scanner.version().startswith("ClamAV ")


@pytest.mark.django_db
def test_without_a_scanner_a_file_is_not_scanned_and_may_be_opened(settings: Settings) -> None:
    settings.CLAMAV = None
    file = receive()
    assert file.scan == ScanState.NOT_SCANNED
    assert queries.read_received(file)
    assert actions.scan_waiting(now=NOW) == 0


@pytest.mark.django_db
def test_file_waits_and_is_found_clean(settings: Settings) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        file = receive()
        assert file.scan == ScanState.PENDING
        with pytest.raises(queries.NotOpenableError):
            queries.read_received(file)
        file = scan(file)
        assert server.seen == [queries.read_received(file)]
    assert (file.scan, file.virus, file.scanned_at) == (ScanState.CLEAN, "", NOW)
    entry = Entry.objects.get(event="document.scanned")
    assert (entry.subject, entry.facts) == (f"received:{file.id}", {"state": "clean", "virus": ""})


@pytest.mark.django_db
def test_virus_is_named_and_the_file_stays_closed(settings: Settings) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        server.reply = f"stream: {clamd.NAME} FOUND"
        file = scan(receive())
    assert (file.scan, file.virus) == (ScanState.INFECTED, clamd.NAME)
    with pytest.raises(queries.NotOpenableError):
        queries.read_received(file)


@pytest.mark.django_db
def test_second_scan_changes_nothing(settings: Settings) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        file = scan(receive())
        assert actions.scan(received_id=file.id, now=NOW) is None
        assert len(server.seen) == 1
    assert Entry.objects.filter(event="document.scanned").count() == 1


@pytest.mark.django_db
def test_file_waits_while_the_scanner_is_down_and_is_scanned_afterwards(settings: Settings) -> None:
    settings.CLAMAV = NOBODY
    first, second = receive("uno"), receive("dos")
    with pytest.raises(ScannerDownError, match=r"tcp://127\.0\.0\.1:9: Connection refused"):
        actions.scan(received_id=first.id, now=NOW)
    assert actions.scan_waiting(now=NOW) == 0
    assert queries.scans() == {"pending": 2, "clean": 0, "infected": 0, "not-scanned": 0}
    assert queries.longest_scan_wait(now=NOW) == timedelta(minutes=1)
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        assert actions.scan_waiting(now=NOW) == 2
    assert set(ReceivedFile.objects.values_list("scan", flat=True)) == {ScanState.CLEAN}
    assert queries.longest_scan_wait(now=NOW) == timedelta(0)
    assert {first.id, second.id} == set(ReceivedFile.objects.values_list("id", flat=True))


@pytest.mark.django_db
def test_files_of_before_the_scanner_are_scanned_too(settings: Settings) -> None:
    settings.CLAMAV = None
    file = receive()
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        assert actions.scan_waiting(now=NOW) == 1
    assert ReceivedFile.objects.get(id=file.id).scan == ScanState.CLEAN


@pytest.mark.django_db
def test_scanner_taken_away_leaves_nobody_waiting(settings: Settings) -> None:
    settings.CLAMAV = NOBODY
    file = receive()
    settings.CLAMAV = None
    assert actions.scan_waiting(now=NOW) == 1
    assert ReceivedFile.objects.get(id=file.id).scan == ScanState.NOT_SCANNED


@pytest.mark.django_db
def test_file_that_is_gone_does_not_hold_up_the_others(settings: Settings) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        gone, there = receive("uno"), receive("dos")
        files.received(gone.sha256).unlink()
        assert actions.scan_waiting(now=NOW) == 1
    assert ReceivedFile.objects.get(id=there.id).scan == ScanState.CLEAN
    assert ReceivedFile.objects.get(id=gone.id).scan == ScanState.PENDING
