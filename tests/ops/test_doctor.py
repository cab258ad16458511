import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.documents import signing
from afilia.kit import addresses, proxies
from afilia.ops import doctor
from tests.builders import make_contract, make_employer, make_sri_load

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def verdict(name: str, *, now: datetime | None = None) -> tuple[bool, str]:
    found = {check: (passed, line) for check, passed, line in doctor.examine(now=now or timezone.now())}
    return found[name]


def add_worker() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_all_is_well(tmp_path: Path, settings: object, capsys: pytest.CaptureFixture[str]) -> None:
    settings.SIGNING_PKCS12 = tmp_path / "demo.p12"  # type: ignore[attr-defined]
    add_worker()
    make_sri_load(loaded_at=timezone.now())
    make_contract(make_employer())
    call_command("doctor")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(doctor.CHECKS)
    assert all(line.startswith("ok ") for line in lines)


def test_trouble_ends_with_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        call_command("doctor")
    assert ended.value.code == 1
    assert "TROUBLE  worker" in capsys.readouterr().out


def test_a_worker_that_was_not_seen_for_a_while() -> None:
    add_worker()
    assert verdict("worker") == (True, "1 running")
    assert verdict("worker", now=timezone.now() + timedelta(minutes=1))[0] is False


def test_missing_migrations() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'novedades' AND name LIKE '0002%'")
    assert verdict("database") == (False, "1 migrations are missing: run `afilia migrate`.")


def test_a_folder_that_cannot_be_written(tmp_path: Path, settings: object) -> None:
    (tmp_path / "file").touch()
    settings.FILES_DIR = tmp_path / "file" / "folder"  # type: ignore[attr-defined]
    passed, line = verdict("files")
    assert not passed
    assert str(settings.FILES_DIR) in line  # type: ignore[attr-defined]


def test_a_signing_file_that_is_none(tmp_path: Path, settings: object) -> None:
    settings.SIGNING_PKCS12 = tmp_path / "none.p12"  # type: ignore[attr-defined]
    settings.SIGNING_PKCS12.write_text("none")  # type: ignore[attr-defined]
    passed, line = verdict("signature")
    assert not passed
    assert "AFILIA_SIGNING_PKCS12" in line


@pytest.mark.parametrize(
    ("days_left", "passed", "words"),
    [
        (31, True, "valid until"),
        (29, False, "get the next certificate"),
        (-1, False, "receipts wait unsigned"),
    ],
)
def test_a_signing_certificate_that_expires(days_left: int, passed: bool, words: str) -> None:
    now = signing.valid_until() - timedelta(days=days_left)
    found = verdict("signature", now=now)
    assert found[0] is passed
    assert words in found[1]


def test_a_ledger_that_somebody_changed() -> None:
    entry = audit.record("test.done", actor="system", subject="test", at=NOW)
    assert verdict("ledger") == (True, "the chain is whole")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET event = 'test.undone' WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    passed, line = verdict("ledger")
    assert not passed
    assert f"Entry {entry.pk} " in line


def test_an_empty_copy_of_the_sri() -> None:
    passed, line = verdict("sri")
    assert not passed
    assert "import-sri" in line


@pytest.mark.parametrize(("days", "passed"), [(0, True), (45, True), (46, False)])
def test_the_copy_of_the_sri_ages(days: int, passed: bool) -> None:
    make_sri_load(loaded_at=NOW - timedelta(days=days))
    assert verdict("sri", now=NOW)[0] is passed


def test_a_service_of_the_sri_that_is_down(settings: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.SRI_URL = f"http://127.0.0.1:{server.getsockname()[1]}"  # type: ignore[attr-defined]
    passed, line = verdict("sri")
    assert not passed
    assert "does not answer" in line


def test_an_empty_copy_of_the_sut() -> None:
    passed, line = verdict("sut")
    assert not passed
    assert "import-sut" in line


def test_a_service_of_the_sut_that_is_down(settings: object) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.SUT_URL = f"http://127.0.0.1:{server.getsockname()[1]}"  # type: ignore[attr-defined]
    passed, line = verdict("sut")
    assert not passed
    assert "does not answer" in line


class Quiet(WSGIRequestHandler):
    def log_message(self, *_args: object) -> None:
        """Nothing on the standard error."""


@contextmanager
def portal(settings: object, *, drops: bool) -> Iterator[None]:
    """The portal at its public address, behind a proxy that drops names with an underscore or does not."""

    class Proxy(Quiet):
        def get_environ(self) -> dict[str, object]:
            for name in [name for name in self.headers if drops and "_" in name]:
                del self.headers[name]
            return super().get_environ()

    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Proxy) as server:
        settings.PUBLIC_URL = f"http://127.0.0.1:{server.server_port}"  # type: ignore[attr-defined]
        settings.TRUSTED_PROXIES = addresses.networks(["127.0.0.1"])  # type: ignore[attr-defined]
        thread = Thread(target=server.handle_request)
        thread.start()
        try:
            yield
        finally:
            thread.join(10)


def test_a_proxy_that_drops_names_with_an_underscore(settings: object) -> None:
    with portal(settings, drops=True):
        assert verdict("proxies")[0] is True


def test_a_proxy_that_lets_anyone_say_who_they_are(settings: object) -> None:
    with portal(settings, drops=False):
        passed, line = verdict("proxies")
    assert not passed
    assert "X_Forwarded_For" in line


def test_a_portal_that_is_not_there_behind_its_proxy(settings: object) -> None:
    settings.TRUSTED_PROXIES = addresses.networks(["127.0.0.1"])  # type: ignore[attr-defined]
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.PUBLIC_URL = f"http://127.0.0.1:{server.getsockname()[1]}"  # type: ignore[attr-defined]
    passed, line = verdict("proxies")
    assert not passed
    assert "does not answer" in line


@pytest.mark.parametrize("asked", ["", "doctor", "doctor:1x:signature"])
def test_nobody_but_the_doctor_is_told_what_the_proxy_does(client: Client, asked: str) -> None:
    assert proxies.ANSWER not in client.get("/livez", headers={proxies.ASK: asked}).headers
