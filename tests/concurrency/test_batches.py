"""What happens when two do the same thing at once: real threads, real transactions."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event, Thread
from uuid import UUID

import pytest
from django.db import connection, transaction

from afilia.audit import actions as audit_actions
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.batches import actions, files
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.documents.models import IssuedDocument
from afilia.novedades import actions as novedades
from afilia.novedades.models import Filing, Novedad
from afilia.workers.models import Employment, IdentityNumber, Person
from tests.batches.filing import Desk, make_desk, text
from tests.builders import NOW, cedula, make_employment
from tests.concurrency.conftest import Together
from tests.conftest import RunJobs

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def workers(desk: Desk, count: int) -> list[str]:
    branch = desk.employer.branches.get(number="0001")
    return [make_employment(branch=branch).person.numbers.get().number for _ in range(count)]


def registering(*batches: Batch) -> list[Callable[[], None]]:
    return [partial(actions.register, batch_id=batch.pk, now=NOW) for batch in batches]


def test_two_confirmations_at_once_register_once(desk: Desk, together: Together, run_jobs: RunJobs) -> None:
    (worker,) = workers(desk, 1)
    batch = desk.plan(desk.record("MSU", worker)).batch
    run_jobs()
    assert together(*[partial(desk.confirm, batch)] * 4) == [None] * 4
    assert run_jobs().count("batches.register") == 1
    assert Novedad.objects.count() == Filing.objects.count() == 1
    assert Entry.objects.filter(event="batch.confirmed").count() == 1
    assert audit.verify() is None


def test_two_workers_with_the_same_job_register_once(desk: Desk, together: Together) -> None:
    (worker,) = workers(desk, 1)
    batch = desk.plan(desk.record("MSU", worker)).batch
    desk.confirm(batch)
    assert together(*registering(batch) * 3) == [None] * 3
    assert Novedad.objects.count() == Filing.objects.count() == 1
    assert together(*[partial(actions.issue_receipt, batch_id=batch.pk, now=NOW)] * 3) == [None] * 3
    assert IssuedDocument.objects.count() == 1
    assert Entry.objects.filter(event="batch.receipt-issued").count() == 1
    assert audit.verify() is None


def test_two_batches_of_other_workers_are_both_registered(desk: Desk, together: Together) -> None:
    first, second = workers(desk, 2)
    batches = [desk.plan(desk.record("MSU", number)).batch for number in (first, second)]
    for batch in batches:
        desk.confirm(batch)
    assert together(*registering(*batches)) == [None, None]
    assert {*Batch.objects.values_list("state", flat=True)} == {State.REGISTERED}
    assert Novedad.objects.count() == 2
    assert audit.verify() is None


def test_of_two_batches_with_the_same_worker_the_second_goes_back_to_the_employer(
    desk: Desk, together: Together
) -> None:
    shared, other = workers(desk, 2)
    batches = [
        desk.plan(desk.record("MSU", shared, sueldo="700.00"), desk.record("MSU", other)).batch,
        desk.plan(desk.record("MSU", shared, sueldo="800.00")).batch,
    ]
    for batch in batches:
        desk.confirm(batch)
    assert together(*registering(*batches)) == [None, None]
    states = [*Batch.objects.values_list("state", flat=True)]
    assert sorted(states) == [State.PLANNED, State.REGISTERED]
    back = Batch.objects.get(state=State.PLANNED)
    assert back.summary["changed"] is True
    assert back.summary["corrections"] == 1
    assert Novedad.objects.filter(employment__person__numbers__number=shared).count() == 1
    # Confirmed again, as a correction, it is registered.
    assert desk.confirm(back, corrections=True) is None
    actions.register(batch_id=back.pk, now=NOW)
    revisions = Novedad.objects.filter(employment__person__numbers__number=shared)
    assert sorted(revisions.values_list("revision", flat=True)) == [0, 1]


def test_a_batch_whose_plan_changed_shows_the_plan_that_holds_now(desk: Desk) -> None:
    (worker,) = workers(desk, 1)
    first = desk.plan(desk.record("MSU", worker, sueldo="700.00")).batch
    second = desk.plan(desk.record("MSU", worker, sueldo="800.00")).batch
    for batch in (first, second):
        desk.confirm(batch)
    shown = files.plan_folder(Batch.objects.get(pk=second.pk))
    for register in registering(first, second):
        register()
    again = Batch.objects.get(pk=second.pk)
    assert [part.name for part in sorted(files.plan_folder(again).glob("lines-*"))] == ["lines-0001.parquet"]
    # Whoever opened the page before reads on in the plan that the page was made from.
    assert files.plan_folder(again) != shown
    assert [part.name for part in sorted(shown.glob("lines-*"))] == ["lines-0001.parquet"]


def test_the_same_bytes_at_once_are_one_batch(desk: Desk, together: Together, run_jobs: RunJobs) -> None:
    (worker,) = workers(desk, 1)
    content = text(desk.record("MSU", worker))
    results = together(*[partial(desk.receive, content)] * 4)
    assert {type(result) for result in results} == {Batch}
    batch = Batch.objects.get()
    assert (files.folder(batch) / "upload").read_bytes() == content.encode()
    assert [*(files.folder(batch).parent / "waiting").iterdir()] == []
    run_jobs()
    batch.refresh_from_db()
    assert batch.state == State.PLANNED


def test_two_employers_who_take_in_the_same_stranger_make_one_person(together: Together) -> None:
    number = cedula()
    desks = [make_desk() for _ in range(3)]
    batches = [desk.plan(desk.record("ENT", number), desk.record("ENT", cedula())).batch for desk in desks]
    for desk, batch in zip(desks, batches, strict=True):
        desk.confirm(batch)
    assert together(*registering(*batches)) == [None] * 3
    assert IdentityNumber.objects.filter(number=number).count() == 1
    assert Person.objects.count() == 4
    assert Employment.objects.filter(person__numbers__number=number).count() == 3


def test_many_batches_of_many_employers_at_once(together: Together) -> None:
    desks = [make_desk() for _ in range(2)]
    batches = []
    for desk in desks:
        for number in workers(desk, 3):
            batches.append(desk.plan(desk.record("MSU", number)).batch)
            desk.confirm(batches[-1])
    assert together(*registering(*batches)) == [None] * 6
    assert Filing.objects.count() == Novedad.objects.count() == 6
    assert audit.verify() is None


def test_a_new_plan_asked_for_while_one_is_made_wins(
    desk: Desk, together: Together, run_jobs: RunJobs
) -> None:
    content = text(*(desk.record("MSU", number) for number in workers(desk, 40)))
    batch = desk.receive(content)
    plan = partial(actions.plan, batch_id=batch.pk, attempt=1, now=NOW)
    first, second = together(plan, partial(desk.receive, content))
    assert first is None
    assert isinstance(second, Batch)
    run_jobs()
    batch.refresh_from_db()
    assert (batch.state, batch.attempt) == (State.PLANNED, 2)
    assert files.plan_folder(batch).name == "plan-2"


def test_the_database_knows_at_once_of_a_thousand_new_rows(desk: Desk) -> None:
    numbers = [cedula() for _ in range(1000)]
    desk.file(*(desk.record("ENT", number) for number in numbers))
    desk.file(*(desk.record("INS", number) for number in numbers))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples FROM pg_class WHERE relname IN"
            " ('novedades_novedad_ent', 'novedades_novedad_ins', 'workers_person',"
            " 'workers_identitynumber', 'workers_employment')"
        )
        known = dict(cursor.fetchall())
    assert known == {
        "novedades_novedad_ent": 1000,
        "novedades_novedad_ins": 1000,
        "workers_person": 1000,
        "workers_identitynumber": 1000,
        "workers_employment": 1000,
    }


# Nobody waits for a large batch that is being registered, and nobody waits for each other


@contextmanager
def busy(work: Callable[[], object]) -> Iterator[Callable[[], object]]:
    """Another thread that did some work in a transaction and holds it open; calling it ends it."""
    done, go_on = Event(), Event()
    result: list[object] = []

    def run() -> None:
        try:
            with transaction.atomic():
                work()
                done.set()
                assert go_on.wait(20)
                audit_actions.record("tests.busy", actor="system", subject="tests", at=NOW)
        except Exception as error:  # noqa: BLE001  the test judges it
            result.append(error)
        finally:
            connection.close()

    thread = Thread(target=run)

    def finish() -> object:
        go_on.set()
        thread.join(20)
        return result or None

    thread.start()
    assert done.wait(20)
    try:
        yield finish
    finally:
        finish()


def test_an_upload_does_not_wait_for_a_batch_that_is_being_registered(desk: Desk) -> None:
    (worker,) = workers(desk, 1)
    with busy(partial(novedades.lock_history, desk.employer)) as finish:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '3s'")
        batch = desk.receive(text(desk.record("MSU", worker)))
        assert finish() is None
    assert batch.state == State.RECEIVED


def change(batch_id: UUID) -> None:
    """As the receipt does: a column that is unique, which shuts out whoever refers to the row."""
    document = IssuedDocument.objects.create(
        kind="receipt", number="1", code_digest=b"1", issued_at=NOW, file="x", sha256="x"
    )
    Batch.objects.filter(pk=batch_id).update(receipt=document)


def test_mending_and_the_receipt_of_the_same_batch_do_not_block_each_other(
    desk: Desk, together: Together
) -> None:
    (worker,) = workers(desk, 1)
    parent = desk.file(desk.record("MSU", worker), desk.record("MSU", "0000000000"))
    line = desk.record("INS", worker)
    mend = partial(actions.mend, sender=desk.sender, batch=parent, lines=[line], now=NOW)
    with busy(partial(change, parent.pk)) as finish:
        waiting = Thread(target=lambda: results.extend(together(mend)))
        results: list[object] = []
        waiting.start()
        until_someone_waits()
        assert finish() is None
        waiting.join(20)
    assert [type(result) for result in results] == [Batch]


def until_someone_waits() -> None:
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchone()[0]:
                return
        Event().wait(0.02)
    raise AssertionError("nobody waits")
