"""A job that fails for a fault of ours: nothing is lost, and nobody waits without a word."""

import shutil

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from afilia.batches import files, queries
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.ops import actions as ops
from afilia.ops import queries as ops_queries
from tests.batches.filing import Desk, make_desk, text
from tests.builders import NOW, make_branch, make_employer, make_employment, make_key, signed_in_client
from tests.conftest import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "se detuvo por una falla nuestra"


@pytest.fixture
def desk(client: Client) -> Desk:
    employer = make_employer()
    make_branch(employer)
    key = make_key(employer)
    signed_in_client(client, key)
    return make_desk(employer, key=key)


def fail(batch: Batch, task: str, **arguments: object) -> None:
    """A job of the batch as it is left by an error that is not worth another try."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)"
            " VALUES ('default', %s, jsonb_build_object('batch_id', %s::text) || %s::jsonb, 'failed')",
            [task, str(batch.pk), str(arguments).replace("'", '"')],
        )


@pytest.fixture
def line(desk: Desk) -> str:
    employment = make_employment(branch=desk.employer.branches.get())
    return desk.record("MSU", employment.person.numbers.get().number)


def shown(client: Client, batch: Batch, name: str) -> str:
    return client.get(reverse(name, args=[batch.pk])).content.decode()


@pytest.mark.parametrize("name", ["batches:batch", "batches:progress"])
def test_the_page_says_that_the_fault_is_ours(client: Client, desk: Desk, line: str, name: str) -> None:
    batch = desk.receive(text(line))
    assert WORDS not in shown(client, batch, name)
    fail(batch, "batches.plan", attempt=1)
    assert WORDS in shown(client, batch, name)


def test_a_plan_that_was_asked_for_again_is_not_stopped_by_the_one_before(desk: Desk, line: str) -> None:
    batch = desk.receive(text(line))
    fail(batch, "batches.plan", attempt=1)
    assert queries.is_stopped(batch)
    again = desk.receive(text(line))
    assert not queries.is_stopped(again)


def test_the_night_runs_what_failed_again(client: Client, desk: Desk, line: str, run_jobs: RunJobs) -> None:
    planned = desk.plan(line)
    run_jobs()
    desk.confirm(planned.batch)
    folder = files.plan_folder(planned.batch)
    shutil.move(folder, folder.with_name("away"))
    with pytest.raises(AssertionError, match=r"batches\.register: failed"):
        run_jobs()
    fail(planned.batch, "batches.register")
    batch = Batch.objects.get()
    assert batch.state == State.CONFIRMED
    assert queries.is_stopped(batch)
    assert WORDS in shown(client, batch, "batches:batch")
    assert ops_queries.jobs_by_status()["failed"] == 1
    shutil.move(folder.with_name("away"), folder)

    ops.tidy(now=NOW)
    assert run_jobs() == ["batches.register", "batches.receipt", "notices.send"]
    batch.refresh_from_db()
    assert batch.state == State.REGISTERED
    assert not queries.is_stopped(batch)
