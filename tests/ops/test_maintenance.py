"""The portal closed for maintenance, and the page that says how it is."""

from collections.abc import Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from afilia.kit import maintenance
from afilia.notices.models import Message
from afilia.ops import status
from afilia.registries import civil
from afilia.registries.circuit import Circuit


@pytest.fixture(autouse=True)
def own_folder(settings: object, tmp_path: object) -> Iterator[None]:
    """Others of this session must not find the portal closed."""
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    status._status.cache_clear()
    yield
    status._status.cache_clear()


def run(*arguments: str) -> str:
    said = StringIO()
    call_command("maintenance", *arguments, stdout=said)
    return said.getvalue()


def tomorrow() -> str:
    return (timezone.localtime() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")


def test_a_closed_portal_says_when_to_come_back_in_both_languages(client: Client) -> None:
    run("on", "--until", tomorrow())
    for language, words in (("es", "en mantenimiento"), ("en", "under maintenance")):
        answer = client.get("/empleadores/ingresar/", headers={"accept-language": language})
        assert answer.status_code == 503
        assert 86_000 < int(answer.headers["Retry-After"]) <= 86_400
        assert words in answer.content.decode()
        assert "no-store" in answer.headers["Cache-Control"]


def test_it_reads_no_database_and_refuses_what_is_sent(client: Client) -> None:
    run("on", "--until", tomorrow())
    assert client.post("/empleadores/ingresar/", {"ruc": "1"}).status_code == 503  # no mark: a query fails


def test_a_time_that_is_over_is_not_told(client: Client) -> None:
    now = timezone.now()
    maintenance.begin(since=now - timedelta(hours=2), until=now - timedelta(hours=1))
    answer = client.get("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert "en unos minutos" in answer.content.decode()


@pytest.mark.django_db
def test_probes_and_the_state_answer_all_the_same(client: Client) -> None:
    run("on", "--until", tomorrow())
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
    answer = client.get("/estado.json").json()
    assert answer["status"] == "down"
    assert answer["maintenance_until"]
    assert "en mantenimiento" in client.get("/estado/").content.decode()


def test_it_is_opened_again_once(client: Client) -> None:
    run("on", "--until", tomorrow())
    assert "closed since" in run("show")
    assert run("off") == "open\n"
    assert client.get("/").status_code == 200
    with pytest.raises(CommandError):
        run("off")


@pytest.mark.parametrize("until", ["2001-01-01T00:00", None])
def test_it_is_not_closed_without_a_time_to_come_back(until: str | None) -> None:
    with pytest.raises(CommandError, match="--until"):
        run("on", *(["--until", until] if until else []))
    assert maintenance.current() is None


@pytest.mark.django_db
def test_everything_works_where_a_worker_lives_and_no_mail_waits(client: Client) -> None:
    beat()
    answer = client.get("/estado.json").json()
    assert answer["status"] == "works"
    assert set(answer["parts"].values()) == {"works"}
    assert "Todo funciona." in client.get("/estado/").content.decode()


@pytest.mark.django_db
def test_without_a_worker_filing_and_mail_are_slow(client: Client) -> None:
    parts = client.get("/estado.json").json()["parts"]
    assert (parts["portal"], parts["filing"], parts["mail"]) == ("works", "slow", "slow")


@pytest.mark.django_db
def test_mail_that_waits_long_is_told(client: Client) -> None:
    beat()
    Message.objects.create(to="a@b.example", written_at=timezone.now() - timedelta(minutes=11))
    parts = client.get("/estado.json").json()["parts"]
    assert (parts["filing"], parts["mail"]) == ("works", "slow")


@pytest.mark.django_db
def test_a_register_that_is_left_alone_only_delays(
    client: Client, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat()
    stopped = Circuit(failures_to_stop=1)
    stopped.failed(now=status.time.monotonic())
    monkeypatch.setattr(civil, "circuit", stopped)
    settings.REGISTRO_CIVIL_URL = "https://civil.example"  # type: ignore[attr-defined]
    answer = client.get("/estado.json").json()
    assert (answer["status"], answer["parts"]["registro-civil"]) == ("slow", "slow")


def test_the_page_answers_without_a_database(client: Client, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        connection.close()
        good = dict(connection.settings_dict)
        connection.settings_dict.update(HOST="127.0.0.1", PORT="1", OPTIONS={})
        try:
            answer = client.get("/estado/")
            said = client.get("/estado.json").json()
        finally:
            connection.settings_dict.update(good)
            connection.close()
    assert answer.status_code == 200
    assert "no puede atender" in answer.content.decode()
    assert said["parts"]["portal"] == "down"


def beat() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
