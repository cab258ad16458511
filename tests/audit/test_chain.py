from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import import_module
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction

from afilia.audit import actions, queries, rules
from afilia.audit.models import Entry

NOW = datetime(2026, 11, 21, 8, 30, 0, 123456, tzinfo=UTC)


def record(number: int = 1, **facts: rules.Fact) -> Entry:
    return actions.record("batch.registered", actor="system", subject=f"batch:{number}", at=NOW, facts=facts)


@contextmanager
def triggers_off() -> Iterator[None]:
    """As an intruder with the rights of the database's owner."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        yield
        cursor.execute("SET session_replication_role = DEFAULT")


def migration_sql(name: str) -> str:
    return str(getattr(import_module("afilia.audit.migrations.0002_append_only"), name))


@pytest.mark.django_db
def test_each_entry_carries_the_digest_of_the_one_before() -> None:
    first, second = record(1), record(2)
    assert first.previous == rules.BEGINNING
    assert second.previous == first.digest
    assert queries.head() == second.digest
    assert queries.verify() is None


@pytest.mark.django_db
def test_empty_ledger_is_whole() -> None:
    assert queries.head() == rules.BEGINNING
    assert queries.verify() is None


@pytest.mark.django_db
def test_facts_come_back_as_they_were_hashed() -> None:
    record(nested={"ñ": ["á", None, True, -1, 10**30, ""]}, text='"\\\u2028€')
    assert queries.verify() is None


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_recorded() -> None:
    with pytest.raises(transaction.TransactionManagementError, match=r"batch\.registered"):
        record()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_entry_vanishes_with_the_change_that_it_tells_of() -> None:
    def change_that_fails() -> None:
        with transaction.atomic():
            record()
            raise LookupError

    with pytest.raises(LookupError):
        change_that_fails()
    assert not Entry.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_threads_recording_at_once_make_one_unbroken_chain() -> None:
    def work(thread: int) -> None:
        try:
            for turn in range(20):
                with transaction.atomic():
                    record(thread, turn=turn)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert Entry.objects.count() == 160
    assert queries.verify() is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET event = 'x'", "DELETE FROM audit_entry", "DELETE FROM audit_entry WHERE false"],
)
def test_database_refuses_to_change_the_ledger(statement: str) -> None:
    record()
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_database_refuses_to_empty_the_ledger() -> None:
    with connection.cursor() as cursor:
        cursor.execute(migration_sql("ALLOW"))  # the suite itself lives without this trigger
        cursor.execute(migration_sql("FORBID"))
        with pytest.raises(IntegrityError, match="append-only"):
            cursor.execute("TRUNCATE audit_entry")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        "event = 'batch.refused'",
        "at = at + interval '1 microsecond'",
        "actor = 'staff:1'",
        "subject = 'batch:9'",
        """facts = '{"lines": 401}'""",
        r"digest = '\x00'",
        r"previous = '\x00'",
    ],
)
def test_changed_entry_is_found(change: str) -> None:
    entries = [record(number, lines=400) for number in range(3)]
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE audit_entry SET {change} WHERE id = %s", [entries[1].pk])
    assert queries.verify() == entries[1]


@pytest.mark.django_db
def test_removed_entry_is_found_at_the_next() -> None:
    entries = [record(number) for number in range(3)]
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM audit_entry WHERE id = %s", [entries[1].pk])
    assert queries.verify() == entries[2]


@pytest.mark.django_db
def test_command_prints_the_head_of_a_whole_chain() -> None:
    entry, out = record(), StringIO()
    call_command("audit-verify", stdout=out)
    assert bytes(entry.digest).hex() in out.getvalue()


@pytest.mark.django_db
def test_command_fails_and_names_the_entry_where_the_chain_breaks() -> None:
    entry = record()
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_entry SET event = 'x'")
    with pytest.raises(CommandError, match=f"entry {entry.pk}:"):
        call_command("audit-verify")
