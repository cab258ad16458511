"""What an operator is told about the scanner and the trust roots."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from afilia.documents import actions
from afilia.documents.models import TrustRoot
from afilia.ops import doctor, metrics
from tests.documents import clamd
from tests.documents.authority import Authority
from tests.documents.papers import MOST, plain_pdf

NOW = datetime.now(UTC).replace(microsecond=0)
pytestmark = pytest.mark.django_db


def verdict(name: str, *, now: datetime = NOW) -> tuple[bool, str]:
    return {check: (passed, line) for check, passed, line in doctor.examine(now=now)}[name]


def test_no_scanner_is_no_trouble(settings: Settings) -> None:
    settings.CLAMAV = None
    assert verdict("scanner") == (True, "none: files that people send are shown as not scanned")


def test_file_that_waits_too_long_is_trouble(settings: Settings) -> None:
    with clamd.serving() as server:
        settings.CLAMAV = server.scanner
        actions.receive(chunks=[plain_pdf()], name="a.pdf", most=MOST, actor="test", now=NOW)
        assert verdict("scanner", now=NOW + timedelta(minutes=15))[0]
        passed, line = verdict("scanner", now=NOW + timedelta(minutes=16))
    assert (passed, line) == (False, "A file has waited 16 minutes for its scan: see the log.")
    figures = metrics.render(now=NOW + timedelta(minutes=2)).decode()
    assert 'afilia_received_files{scan="pending"} 1.0' in figures
    assert 'afilia_received_files{scan="infected"} 0.0' in figures
    assert "afilia_scan_wait_seconds 120.0" in figures


def test_trust_roots_are_counted_and_expire(settings: Settings) -> None:
    assert verdict("trust roots") == (True, "0 authorities are believed")
    Authority.make(now=NOW).trust()
    assert verdict("trust roots") == (True, "1 authorities are believed")
    TrustRoot.objects.update(valid_until=NOW - timedelta(days=1))
    passed, line = verdict("trust roots")
    assert not passed
    assert "Autoridad de prueba – raíz" in line


def test_production_without_trust_roots_is_trouble(settings: Settings) -> None:
    settings.DEMO = False
    passed, line = verdict("trust roots")
    assert not passed
    assert "afilia trust-roots add" in line
