import pytest
from django.db import connection
from django.test import Client

from afilia.kit import queue
from tests.conftest import EMPTY_QUEUE


def test_live(client: Client) -> None:
    assert client.get("/livez").content == b"ok\n"


@pytest.mark.django_db
def test_ready_when_the_database_has_all_migrations(client: Client) -> None:
    assert client.get("/readyz").content == b"ok\n"


@pytest.mark.django_db
def test_not_ready_while_a_migration_is_missing(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'novedades' AND name LIKE '0002%'")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"1 migrations are missing\n")


def test_not_ready_without_a_database(client: Client, settings: object, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        good = dict(connection.settings_dict)
        connection.settings_dict.update(HOST="127.0.0.1", PORT="1", OPTIONS={})
        try:
            answer = client.get("/readyz")
        finally:
            connection.settings_dict.update(good)
            connection.close()
    assert (answer.status_code, answer.content) == (503, b"the database does not answer\n")


@pytest.mark.django_db
def test_metrics_count_jobs_batches_and_workers(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute(EMPTY_QUEUE)  # of what tests that commit left in it
    queue.defer("builtin:procrastinate.builtin_tasks.remove_old_jobs", max_hours=1)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
    text = client.get("/metrics").content.decode()
    assert 'afilia_jobs{status="todo"} 1.0' in text
    assert 'afilia_jobs{status="failed"} 0.0' in text
    assert 'afilia_batches{state="planned"} 0.0' in text
    assert "afilia_workers 1.0" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("192.0.2.7", {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
    ],
)
def test_metrics_are_for_the_same_machine(
    client: Client, address: str, headers: dict[str, str], status: int
) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address, headers=headers).status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("authorization", "status"), [("Bearer right", 200), ("Bearer wrong", 404), ("right", 404), ("", 404)]
)
def test_with_a_token_metrics_are_for_who_has_it(
    client: Client, settings: object, authorization: str, status: int
) -> None:
    settings.METRICS_TOKEN = "right"  # type: ignore[attr-defined]
    answer = client.get("/metrics", REMOTE_ADDR="192.0.2.7", headers={"Authorization": authorization})
    assert answer.status_code == status


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics"])
def test_probes_only_read(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
