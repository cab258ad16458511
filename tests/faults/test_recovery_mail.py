"""Mails with codes, a real worker and a real mail server: busy, down, refusing, back again."""

from statistics import median

import pytest

from tests.faults.plant import Plant
from tests.notices.postbox import Postbox, free_port, mail_server

BUSY = "tests.faults.slow_tasks"
ASK = f"""
import {BUSY}
from afilia.kit import queue
for _ in range(3):
    queue.defer("tests.wait-for-the-word")
"""
OPEN = """
import sys, time
from django.utils import timezone
from afilia.verification import actions
for email in sys.argv[1:]:
    actions.open_attempt(
        purpose="test", email=email, template="recovery/mail/code.txt", facts={"ruc": "1799998242001"},
        now=timezone.now(), deliver=email != "nobody",
    )
    print(time.time())
    time.sleep(0.2)
"""
OWNER, REFUSED = "titular@example.com", "nadie@example.com"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """The port of the mail server of the plant."""
    port = free_port()
    monkeypatch.setenv("AFILIA_EMAIL_URL", f"smtp://127.0.0.1:{port}")
    return port


def states(plant: Plant) -> list[str]:
    return [state for (state,) in plant.rows("SELECT state FROM notices_message ORDER BY id")]


def test_a_mail_is_sent_within_a_second_while_long_jobs_fill_the_worker(plant: Plant, port: int) -> None:
    plant.rows("CREATE TABLE steps (id serial, step text)")
    plant.rows("CREATE TABLE word (said int)")
    plant.start_worker(tasks=BUSY)
    with mail_server(port=port) as (postbox, _):
        committed = plant.python(ASK + OPEN, *[OWNER] * 5).split()
        plant.until(lambda: len(postbox.mails) == 5)
    started = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
    plant.until(lambda: plant.rows(started) == [(2,)])
    plant.rows("INSERT INTO word VALUES (1)")
    taken = [came - float(went) for went, came in zip(committed, sorted(postbox.arrived), strict=True)]
    assert median(taken) < 1.0, taken


def test_a_server_that_was_down_gets_what_still_lives_and_a_refused_mail_is_given_up(
    plant: Plant, port: int
) -> None:
    plant.start_worker()
    plant.python(OPEN, OWNER, "nobody")
    tried = "SELECT count(*) FROM notices_message WHERE tried_at IS NOT NULL AND state = 'waiting'"
    plant.until(lambda: plant.rows(tried) == [(2,)])
    # The second one dies in the queue.
    plant.rows("UPDATE notices_message SET expires_at = now() WHERE \"to\" = ''")
    postbox = Postbox()
    postbox.refused = {REFUSED}
    with mail_server(postbox, port=port):
        plant.until(lambda: states(plant) == ["sent", "expired"])
        plant.python(OPEN, REFUSED, OWNER)
        plant.until(lambda: states(plant) == ["sent", "expired", "failed", "sent"])
    assert [mail["To"] for mail in postbox.mails] == [OWNER, OWNER]
    jobs = "SELECT DISTINCT status::text FROM procrastinate_jobs WHERE task_name = 'notices.send'"
    plant.until(lambda: plant.rows(jobs) == [("succeeded",)])
    assert plant.rows("SELECT count(*) FROM notices_message WHERE sealed IS NOT NULL") == [(0,)]
