"""Scanner, authorities and processes fail while files come in; nothing is lost, nothing opened too early."""

import os
import select
import socket
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import transaction
from pytest_django import Settings

from afilia.documents import actions, queries
from afilia.documents.models import ReceivedFile
from afilia.documents.rules.files import ScanState
from afilia.documents.rules.signatures import Revocation
from afilia.documents.scanner import Scanner
from afilia.ops import doctor, metrics
from tests.conftest import RunJobs
from tests.documents import clamd
from tests.documents.authority import Authority
from tests.documents.papers import MOST, plain_pdf
from tests.documents.responder import answering

NOW = datetime.now(UTC).replace(microsecond=0)

pytestmark = pytest.mark.django_db(transaction=True)


def receive(content: bytes | None = None) -> ReceivedFile:
    return actions.receive(chunks=[content or plain_pdf()], name="a.pdf", most=MOST, actor="test", now=NOW)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def state(file: ReceivedFile) -> str:
    return ReceivedFile.objects.get(id=file.id).scan


def check(name: str) -> tuple[bool, str]:
    return {check: (passed, line) for check, passed, line in doctor.examine(now=datetime.now(UTC))}[name]


def test_file_is_scanned_by_the_worker(settings: Settings, run_jobs: RunJobs) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        file = receive()
        assert run_jobs() == ["documents.scan"]
    assert state(file) == ScanState.CLEAN


def test_scanner_that_is_down_loses_nothing_and_is_told(settings: Settings, run_jobs: RunJobs) -> None:
    port = free_port()
    settings.CLAMAV = Scanner(host="127.0.0.1", port=port)
    file = receive()
    assert run_jobs() == ["documents.scan"]  # it succeeded in finding out that there is nobody
    assert state(file) == ScanState.PENDING
    with pytest.raises(queries.NotOpenableError):
        queries.read_received(ReceivedFile.objects.get(id=file.id))
    passed, line = check("scanner")
    assert not passed
    assert line.startswith(f"tcp://127.0.0.1:{port}: Connection refused")
    assert b'afilia_received_files{scan="pending"} 1.0' in metrics.render(now=NOW)
    with clamd.serving(port):
        assert actions.scan_waiting(now=datetime.now(UTC)) == 1
        assert check("scanner") == (True, "ClamAV 1.4.6/27890/Fri Nov 20 08:00:00 2026")
    assert state(file) == ScanState.CLEAN


def test_authority_that_is_down_is_a_fact_and_the_file_is_there(run_jobs: RunJobs) -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    file = receive(authority.issue(ocsp_url=f"http://127.0.0.1:{free_port()}/").sign(plain_pdf()))
    assert run_jobs() == ["documents.ask_authorities"]
    file.refresh_from_db()
    assert queries.signatures_of(file)[0].revocation is Revocation.UNREACHABLE
    assert queries.read_received(file)


def test_authority_that_answers_is_asked_by_the_worker(run_jobs: RunJobs) -> None:
    authority = Authority.make(now=NOW)
    authority.trust()
    with answering(authority, now=NOW) as responder:
        file = receive(authority.issue(ocsp_url=f"{responder.url}/ocsp").sign(plain_pdf()))
        run_jobs()
    file.refresh_from_db()
    assert queries.signatures_of(file)[0].revocation is Revocation.GOOD


def test_transaction_that_fails_leaves_no_file_and_no_job(settings: Settings, run_jobs: RunJobs) -> None:
    settings.CLAMAV = Scanner(host="127.0.0.1", port=free_port())
    prepared = actions.prepare(chunks=[plain_pdf()], name="a.pdf", most=MOST, now=NOW)

    @transaction.atomic
    def keep_and_fail() -> None:
        actions.keep(prepared=prepared, actor="test", now=NOW)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        keep_and_fail()
    assert not ReceivedFile.objects.exists()
    assert run_jobs() == []
    assert actions.keep(prepared=prepared, actor="test", now=NOW).sha256 == prepared.sha256  # asked again


def test_process_of_the_sandbox_ends_with_who_asked_it() -> None:
    """No process is left when a web server is killed, however it was killed."""
    script = (
        "from datetime import UTC, datetime\n"
        "from afilia.documents.examination import errors, sandbox\n"
        "from afilia.procedures.rules import Format\n"
        "import psutil, signal\n"
        "try:\n"
        "    sandbox.examine(b'x', accept=Format, roots=[], at=datetime.now(UTC))\n"
        "except errors.FileRefusedError:\n"
        "    pass\n"
        "print(*[child.pid for child in psutil.Process().children()], flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout
        (number,) = server.stdout.readline().split()
        watched = os.pidfd_open(int(number))  # readable when the process ends
        try:
            server.kill()
            server.wait()
            assert select.select([watched], [], [], 30)[0]
        finally:
            os.close(watched)
