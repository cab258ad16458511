"""Availability: asked from outside the web process, and told by the ledger."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from afilia.audit.models import Entry
from afilia.transparency.actions import building, measuring
from afilia.transparency.models import Attempt, MonthlyFact
from afilia.transparency.rules.counting import Measure
from tests.journeys.portal import free_port

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


@contextmanager
def portal(status: int, *, first: int = 200) -> Iterator[str]:
    """A server that answers each question with a status, of `first` its first page; its address."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(first if self.path == "/" else status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    asked: list[str] = []
    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert set(asked) <= {"/readyz", "/"}


@pytest.mark.parametrize(
    ("status", "first", "answered"),
    [(200, 200, True), (503, 200, False), (404, 200, False), (200, 503, False), (200, 500, False)],
)
def test_the_portal_is_available_when_it_is_ready_and_lets_people_in(
    status: int, first: int, answered: bool, settings: object
) -> None:
    with portal(status, first=first) as address:
        settings.PUBLIC_URL = address  # type: ignore[attr-defined]
        assert measuring.ask(now=NOON) is answered
    assert Attempt.objects.get(at=NOON).answered is answered


def test_a_portal_that_nobody_reaches_is_not_available(settings: object) -> None:
    settings.PUBLIC_URL = f"http://127.0.0.1:{free_port()}"  # type: ignore[attr-defined]
    assert measuring.ask(now=NOON) is False
    assert Attempt.objects.count() == 1


def test_a_job_that_runs_twice_asks_once(settings: object) -> None:
    settings.PUBLIC_URL = f"http://127.0.0.1:{free_port()}"  # type: ignore[attr-defined]
    measuring.ask(now=NOON)
    measuring.ask(now=NOON)
    assert Attempt.objects.count() == 1


def test_a_day_that_is_over_goes_into_the_ledger_and_its_attempts_are_forgotten() -> None:
    for minutes, answered in ((0, True), (5, False), (10, True)):
        Attempt.objects.create(at=NOON + timedelta(minutes=minutes), answered=answered)
    last = Attempt.objects.create(at=datetime(2026, 11, 21, 5, tzinfo=UTC), answered=True)  # of the next day
    assert measuring.write_days(now=datetime(2026, 11, 21, 4, 59, tzinfo=UTC)) == []
    now = datetime(2026, 11, 21, 5, 21, tzinfo=UTC)
    assert measuring.write_days(now=now) == [date(2026, 11, 20)]
    assert measuring.write_days(now=now) == []
    entry = Entry.objects.get()
    assert (entry.subject, entry.facts) == ("availability:2026-11-20", {"asked": 3, "answered": 2})
    assert [*Attempt.objects.all()] == [last]


def test_the_last_day_of_a_month_counts_in_it_though_it_is_told_in_the_next() -> None:
    Attempt.objects.create(at=datetime(2026, 11, 30, 17, tzinfo=UTC), answered=True)
    now = datetime(2026, 12, 1, 5, 21, tzinfo=UTC)
    measuring.write_days(now=now)
    assert building.build(now=now) == [date(2026, 11, 1)]
    facts = dict(MonthlyFact.objects.values_list("measure", "value"))
    assert facts == {Measure.ASKED: 1, Measure.ANSWERED_ATTEMPTS: 1, Measure.DAYS_MEASURED: 1}
