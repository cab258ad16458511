"""Received files while others receive, discard and tidy."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction

from afilia.documents import actions, files, queries
from afilia.documents.models import ReceivedFile
from tests.documents.papers import MOST, plain_pdf

NOW = datetime.now(UTC)
LATER = NOW + timedelta(days=2)

pytestmark = pytest.mark.django_db(transaction=True)


def prepare(text: str = "Solicitud") -> actions.Prepared:
    return actions.prepare(chunks=[plain_pdf(text=text)], name="a.pdf", most=MOST, now=NOW)


def keep(prepared: actions.Prepared) -> ReceivedFile:
    return actions.keep(prepared=prepared, actor="test", now=NOW)


def test_same_bytes_from_many_at_once_are_all_kept() -> None:
    clients = 8
    barrier = Barrier(clients)

    def receive(_: int) -> ReceivedFile:
        try:
            barrier.wait()
            return keep(prepare())
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        kept = list(pool.map(receive, range(clients)))
    assert ReceivedFile.objects.count() == clients
    assert len({file.sha256 for file in kept}) == 1
    assert queries.read_received(kept[0])


def test_bytes_are_not_tidied_away_under_a_file_that_is_being_kept() -> None:
    prepared = prepare()
    tidied: list[int] = []

    def tidy() -> None:
        try:
            tidied.append(actions.tidy(before=LATER))
        finally:
            connection.close()

    with transaction.atomic():
        file = keep(prepared)
        other = threading.Thread(target=tidy)
        other.start()
        other.join(timeout=30)
        assert tidied == [0]  # without waiting: the night comes again
    assert queries.read_received(file)
    assert actions.tidy(before=LATER) == 0


def test_keeping_and_tidying_in_a_race_lose_nothing() -> None:
    rounds = 15
    prepared = [prepare(text=f"Solicitud {number}") for number in range(rounds)]
    barrier = Barrier(2)
    outcomes: list[ReceivedFile | None] = []

    def keep_all() -> None:
        try:
            for one in prepared:
                barrier.wait()
                try:
                    outcomes.append(keep(one))
                except actions.BusyError:
                    outcomes.append(None)
        finally:
            connection.close()

    def tidy_all() -> None:
        try:
            for _ in range(rounds):
                barrier.wait()
                actions.tidy(before=LATER)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(keep_all), pool.submit(tidy_all)]:
            done.result()
    kept = [file for file in outcomes if file]
    assert ReceivedFile.objects.count() == len(kept)
    for file in kept:
        assert queries.read_received(file)


def test_two_discard_the_same_file() -> None:
    file = keep(prepare())
    barrier = Barrier(2)

    def discard(_: int) -> None:
        try:
            barrier.wait()
            actions.discard(received_id=file.id, actor="test", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(discard, range(2)))
    assert not ReceivedFile.objects.exists()
    assert files.received(file.sha256).exists()
    assert actions.tidy(before=LATER) == 1
