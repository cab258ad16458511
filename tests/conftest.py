"""The whole suite runs on real PostgreSQL: the embedded one, or the server that DATABASE_URL names."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

RunJobs = Callable[[], list[str]]

TESTS = Path(__file__).parent
LONG = [
    *(TESTS / folder for folder in ("faults", "journeys", "concurrency", "bench")),
    *(
        TESTS / file
        for file in ("novedades/test_damage.py", "ops/test_serve.py", "recovery/test_same_answer.py")
    ),
]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", action="store_true", help="let the journeys save pictures of their pages")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: begun last, they would leave all processes but one idle."""
    items.sort(key=lambda item: not any(item.path.is_relative_to(part) for part in LONG))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> None:
    """Let transactional tests empty the append-only tables, which production never may."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'no_truncate'")
        for (table,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER no_truncate ON {table}")


# A table that nobody wrote to since it was made or truncated has an empty file.
FILLED = """
SELECT quote_ident(relname) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
  AND relname NOT IN ('django_migrations', 'django_content_type')
"""


@pytest.fixture(scope="session", autouse=True)
def flush() -> Iterator[None]:
    """Empty what a transactional test filled, the queue's tables too, which Django's flush leaves alone.

    It takes a superuser to delete without triggers; where there is none, all tables are truncated.
    """
    from django.db import connection, transaction
    from django.test import TransactionTestCase

    truncate = TransactionTestCase._fixture_teardown

    def delete(case: TransactionTestCase) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchall() != [("on",)]:
                truncate(case)
                cursor.execute(EMPTY_QUEUE)
                return
            cursor.execute(FILLED)
            tables = [table for (table,) in cursor.fetchall()]
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables) or "SELECT")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", delete)
        yield


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: object) -> Path:
    """A folder of its own for the files of each test."""
    folder = tmp_path / "files"
    settings.FILES_DIR = folder  # type: ignore[attr-defined]
    settings.FILE_UPLOAD_TEMP_DIR = folder / "batches" / "waiting"  # type: ignore[attr-defined]
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        },
    }
    return folder


@pytest.fixture(autouse=True)
def language() -> None:
    """No test speaks the language in which the request of an earlier one was answered."""
    from django.utils import translation

    translation.deactivate()


@pytest.fixture
def run_jobs(transactional_db: None) -> Iterator[RunJobs]:
    """Run the real worker until the queue is empty; the result names the tasks that ran, in order.

    A job that failed fails the test.
    """
    from django.db import connection

    from afilia.ops import worker

    def run() -> list[str]:
        asyncio.run(worker.run_until_empty())
        with connection.cursor() as cursor:
            cursor.execute("SELECT task_name, status FROM procrastinate_jobs ORDER BY id")
            rows = cursor.fetchall()
            cursor.execute(EMPTY_QUEUE)
        unfinished = [f"{task}: {status}" for task, status in rows if status != "succeeded"]
        assert not unfinished, unfinished
        return [task for task, _ in rows]

    _empty_queue()
    yield run
    _empty_queue()


EMPTY_QUEUE = (
    "TRUNCATE procrastinate_jobs, procrastinate_events, procrastinate_workers, procrastinate_periodic_defers"
)


def _empty_queue() -> None:
    """The tables of the queue are not Django's, so its flush leaves them alone."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(EMPTY_QUEUE)


@pytest.fixture
def light_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Real Argon2 at the least cost, for tests that compute many."""
    from afilia.access import hashing

    cost = f"m={hashing.MEMORY_KIB},t={hashing.TIME_COST}"
    monkeypatch.setattr(hashing, "OF_NOBODY", hashing.OF_NOBODY.replace(cost, "m=8,t=1"))
    monkeypatch.setattr(hashing, "MEMORY_KIB", 8)
    monkeypatch.setattr(hashing, "TIME_COST", 1)


@pytest.fixture
def computations(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The cost of every Argon2 computation while the test runs; each is really made."""
    from afilia.access import hashing

    made: list[object] = []
    real = hashing.hash_secret

    def counted(secret: bytes, salt: bytes, *cost: object) -> bytes:
        made.append((len(salt), *cost))
        return real(secret, salt, *cost)

    monkeypatch.setattr(hashing, "hash_secret", counted)
    return made
