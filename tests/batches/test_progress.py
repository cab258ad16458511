"""How far a job is, seen from outside its transaction."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from django.db import connection, transaction
from django.test import Client

from afilia.batches import locks
from afilia.batches.models import Batch
from afilia.batches.progress import shown, written
from afilia.batches.queries import progress
from afilia.novedades.models import Novedad
from tests.batches.filing import Desk, make_desk
from tests.builders import make_branch, make_employer, make_employment, make_key, signed_in_client
from tests.faults.plant import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk(client: Client) -> Desk:
    employer = make_employer()
    make_branch(employer)
    key = make_key(employer)
    signed_in_client(client, key)
    return make_desk(employer, key=key)


LINES = 100_000  # what is sent last may still be on its way


@pytest.fixture
def batch(desk: Desk) -> Batch:
    """A confirmed batch of which its plan says that it has so many lines."""
    employment = make_employment(branch=desk.employer.branches.get())
    planned = desk.plan(desk.record("MSU", employment.person.numbers.get().number)).batch
    assert desk.confirm(planned) is None
    Batch.objects.filter(pk=planned.pk).update(summary={**planned.summary, "new": LINES})
    return Batch.objects.get(pk=planned.pk)


@contextmanager
def registering(batch: Batch, *, lines: int = LINES // 2) -> Iterator[None]:
    """A worker in the middle of a batch: so many lines are sent, and its transaction is open."""
    own = connection.copy()
    columns = "employment_id, kind, period, subject, revision, filing_id, line"
    sent = "".join(f"{line},MSU,202611,x,0,1,{line}\n" for line in range(lines)).encode()
    try:
        with own.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [locks.key_of(batch.pk)])
            cursor.execute("BEGIN")
            with (
                suppress(KilledError),
                cursor.copy(f"COPY novedades_novedad ({columns}) FROM STDIN CSV") as copy,
            ):
                copy.write(sent)
                yield
                raise KilledError
            cursor.execute("ROLLBACK")
    finally:
        own.close()


class KilledError(Exception):
    """Ends the worker in the middle."""


def test_registering_shows_the_lines_that_are_written(client: Client, batch: Batch) -> None:
    assert written(batch) == 0
    with registering(batch):
        until(lambda: written(batch) > LINES // 4, within=10)
        assert written(batch) <= LINES // 2
        assert not Novedad.objects.exists()
        page = client.get(f"/empleadores/batch/{batch.pk}/avance/").content.decode()
        shown_percent = re.search(r'value="(\d+)" max="100"', page)
        assert shown_percent
        assert 25 <= int(shown_percent[1]) <= 50
    assert written(batch) == 0
    page = client.get(f"/empleadores/batch/{batch.pk}/avance/").content.decode()
    assert "<progress" in page
    assert "value=" not in page
    assert "100.000 líneas, todas en un solo paso" in page  # not the one that its file has


def test_what_is_written_for_another_batch_is_not_shown(desk: Desk, batch: Batch) -> None:
    other = desk.plan(desk.record("MSU", "0000000000")).batch
    with registering(other):
        until(lambda: written(other), within=10)
        assert written(batch) == 0


def test_a_plan_is_shown_from_within_a_transaction(batch: Batch) -> None:
    with transaction.atomic(), shown(batch) as show:
        show(0.5, 2)
        transaction.set_rollback(True)
    assert progress(batch) == (50, 2)


@pytest.mark.parametrize("first", [0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF])
def test_locks_of_every_number_are_found(batch: Batch, first: int) -> None:
    batch.pk = type(batch.pk)(int=(first << 96) | (0xFFFFFFFE << 64) | 1)
    with registering(batch):
        until(lambda: written(batch), within=10)
