"""Uploads that nobody confirms: discarded by the employer or by time, and how many may wait."""

import re
import uuid
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.batches import actions, queries
from afilia.batches import files as batch_files
from afilia.batches.actions import UploadRefusal, UploadRefusedError
from afilia.batches.models import Batch
from afilia.batches.rules import Refusal, State
from afilia.ops import actions as ops
from tests.batches.filing import Desk, make_desk, text
from tests.builders import (
    NOW,
    cedula,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    signed_in_client,
)

pytestmark = pytest.mark.django_db

MONTH = timedelta(days=30)


@pytest.fixture
def key() -> EmployerKey:
    employer = make_employer()
    make_branch(employer)
    return make_key(employer)


@pytest.fixture
def desk(key: EmployerKey) -> Desk:
    return make_desk(key.employer, key=key)


@pytest.fixture
def line(desk: Desk) -> str:
    employment = make_employment(branch=desk.employer.branches.get())
    return desk.record("MSU", employment.person.numbers.get().number)


@pytest.fixture
def holder(client: Client, key: EmployerKey) -> Client:
    return signed_in_client(client, key)


def words(client: Client, batch: Batch, page: str = "") -> str:
    content = client.get(f"/empleadores/batch/{batch.pk}/{page}").content.decode()
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", content.partition("<main")[2])).split())


def events(batch: Batch) -> list[tuple[str, str]]:
    entries = Entry.objects.filter(subject=f"batch:{batch.pk}").order_by("pk")
    return [*entries.values_list("event", "actor")]


# By time


@pytest.mark.parametrize("novedad", ["MSU", "INS"], ids=["planned", "refused"])
@pytest.mark.parametrize(("age", "stays"), [(MONTH, True), (MONTH + timedelta(microseconds=1), False)])
def test_what_nobody_confirmed_in_thirty_days_is_discarded(
    desk: Desk, line: str, novedad: str, age: timedelta, stays: bool
) -> None:
    planned = desk.plan(line, "", novedad=novedad)
    batch, before = planned.batch, planned.batch.state
    actions.discard_unconfirmed(before=NOW + age - MONTH, now=NOW + age)
    batch.refresh_from_db()
    assert batch.state == (before if stays else State.DISCARDED)
    assert batch_files.are_there(batch.pk) is stays
    assert batch.discarded_at == (None if stays else NOW + age)
    if not stays:
        assert batch.summary == planned.summary
        assert events(batch)[-1] == ("batch.discarded", "system")


def test_the_night_discards_by_the_setting(desk: Desk, line: str, settings: object) -> None:
    batch = desk.plan(line).batch
    ops.tidy(now=NOW + timedelta(days=8))
    batch.refresh_from_db()
    assert batch.state == State.PLANNED
    settings.UPLOAD_DAYS = 7  # type: ignore[attr-defined]
    ops.tidy(now=NOW + timedelta(days=8))
    batch.refresh_from_db()
    assert (batch.state, batch.discarded_by) == (State.DISCARDED, "")


def test_what_waits_for_its_plan_or_was_confirmed_is_not_discarded(desk: Desk, line: str) -> None:
    received = desk.receive(text(desk.record("MSU", cedula())))
    confirmed = desk.plan(line).batch
    assert desk.confirm(confirmed) is None
    registered = desk.file(desk.record("INS", line.split(";")[5]))
    actions.discard_unconfirmed(before=NOW + MONTH, now=NOW + MONTH)
    states = [Batch.objects.get(pk=batch.pk).state for batch in (received, confirmed, registered)]
    assert states == [State.RECEIVED, State.CONFIRMED, State.REGISTERED]
    assert all(batch_files.are_there(batch.pk) for batch in (received, confirmed, registered))


def test_what_came_back_after_being_confirmed_waits_anew(desk: Desk, line: str) -> None:
    late = NOW + MONTH - timedelta(hours=1)
    batch = desk.plan(line, "").batch
    Batch.objects.filter(pk=batch.pk).update(planned_on=late.date())
    assert desk.confirm(batch, now=late) is None
    desk.file(line)
    actions.register(batch_id=batch.pk, now=late)
    actions.discard_unconfirmed(before=late, now=late + MONTH)
    assert Batch.objects.get(pk=batch.pk).state == State.PLANNED
    actions.discard_unconfirmed(before=late + timedelta(seconds=1), now=late + MONTH)
    assert Batch.objects.get(pk=batch.pk).state == State.DISCARDED


def test_what_is_sent_again_while_the_night_is_at_work_is_not_discarded(
    desk: Desk, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch, night, listed = desk.plan(line).batch, NOW + MONTH, queries.unconfirmed_since

    def overtaken(moment: datetime) -> list[UUID]:
        monkeypatch.undo()
        found = [*listed(moment)]
        desk.plan(line, now=night)
        return found

    monkeypatch.setattr(queries, "unconfirmed_since", overtaken)
    actions.discard_unconfirmed(before=night, now=night)
    assert Batch.objects.get(pk=batch.pk).state == State.PLANNED
    assert batch_files.are_there(batch.pk)


def test_files_left_by_a_process_that_died_while_discarding_go_the_next_night(desk: Desk, line: str) -> None:
    batch = desk.plan(line).batch
    Batch.objects.filter(pk=batch.pk).update(state=State.DISCARDED, discarded_at=NOW)
    actions.discard_unconfirmed(before=NOW, now=NOW)
    assert not batch_files.are_there(batch.pk)


def test_the_plans_before_the_last_one_go_when_registering_makes_it_again(desk: Desk, line: str) -> None:
    for _ in range(3):
        batch = desk.plan(line).batch
    assert desk.confirm(batch) is None
    number = line.split(";")[5]
    desk.file(desk.record("MSU", number, period="202610"))  # another pay before: it goes back
    desk.file(desk.record("INS", number))
    actions.register(batch_id=batch.pk, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.attempt) == (State.PLANNED, 4)
    kept = sorted(path.name for path in batch_files.folder(batch).iterdir())
    assert kept == ["plan-3", "plan-4", "upload"]


# By the employer


def test_the_employer_discards_and_the_page_says_so(holder: Client, desk: Desk, line: str) -> None:
    batch = desk.plan(line).batch
    assert "Descartar esta carga" in words(holder, batch)
    asked = words(holder, batch, "descartar/")
    assert "¿Descartar esta carga?" in asked
    response = holder.post(reverse("batches:discard", args=[batch.pk]))
    assert response["Location"] == reverse("batches:batch", args=[batch.pk])
    page = words(holder, batch)
    assert "sin que nadie la confirmara. No se registró nada de ella." in page
    assert desk.sender.by_number in page
    assert not batch_files.are_there(batch.pk)
    assert events(batch)[-1] == ("batch.discarded", desk.sender.actor)
    assert "Descartada" in holder.get("/empleadores/batch/historial/?estado=discarded").content.decode()


def test_a_refused_file_is_discarded_like_a_planned_one(holder: Client, desk: Desk, line: str) -> None:
    batch = desk.plan(line, novedad="INS").batch
    assert "Descartar esta carga" in words(holder, batch)
    holder.post(reverse("batches:discard", args=[batch.pk]))
    assert "Carga descartada" in holder.get(f"/empleadores/batch/{batch.pk}/").content.decode()


def test_what_time_discarded_says_how_long_it_waited(holder: Client, desk: Desk, line: str) -> None:
    batch = desk.plan(line).batch
    actions.discard_unconfirmed(before=NOW + MONTH, now=NOW + MONTH)
    assert "Esperó más de 30 días" in words(holder, batch)


def test_of_a_discarded_batch_there_is_nothing_to_download_mend_or_confirm(
    holder: Client, desk: Desk, line: str
) -> None:
    batch = desk.plan(line, desk.record("MSU", cedula())).batch
    assert actions.discard(batch_id=batch.pk, sender=desk.sender, now=NOW)
    pages = ["corregir/", "descartar/", "informe.csv", "informe.xlsx", "informe.json", "rechazadas.txt"]
    assert {holder.get(f"/empleadores/batch/{batch.pk}/{page}").status_code for page in pages} == {404}
    assert desk.confirm(batch) is Refusal.NOT_PLANNED
    response = holder.post(f"/empleadores/batch/{batch.pk}/", {"mode": "good"})
    assert response["Location"] == f"/empleadores/batch/{batch.pk}/"


def test_what_has_gone_on_is_not_discarded(holder: Client, desk: Desk, line: str) -> None:
    batch = desk.plan(line).batch
    desk.confirm(batch)
    response = holder.post(reverse("batches:discard", args=[batch.pk]), follow=True)
    assert "ya siguió adelante y no se descartó" in response.content.decode()
    assert batch_files.are_there(batch.pk)
    assert not actions.discard(batch_id=batch.pk, sender=desk.sender, now=NOW)


def test_a_stranger_discards_nothing(client: Client, desk: Desk, line: str) -> None:
    batch = desk.plan(line).batch
    address = reverse("batches:discard", args=[batch.pk])
    assert client.post(address)["Location"].startswith(reverse("access:sign-in"))
    stranger = signed_in_client(client, make_key(make_employer()))
    assert stranger.get(address).status_code == stranger.post(address).status_code == 404
    with pytest.raises(Batch.DoesNotExist):
        actions.discard(batch_id=batch.pk, sender=make_desk().sender, now=NOW)
    assert Batch.objects.get().state == State.PLANNED


def test_the_same_bytes_after_discarding_are_received_anew_by_whoever_sends_them(
    desk: Desk, line: str
) -> None:
    first = desk.plan(line).batch
    actions.discard(batch_id=first.pk, sender=desk.sender, now=NOW)
    colleague = make_desk(desk.employer, key=make_key(desk.employer))
    later = NOW + timedelta(hours=1)
    again = colleague.plan(line, now=later)
    assert (again.batch.pk, again.outcomes) == (first.pk, ["new"])
    assert (again.batch.received_at, again.batch.by_number) == (later, colleague.sender.by_number)
    assert (again.batch.discarded_at, again.batch.state) == (None, State.PLANNED)
    assert colleague.go_on(again, now=later).state == State.REGISTERED


# How many may wait


def test_beyond_so_many_batches_the_next_is_refused_until_one_goes(
    desk: Desk, line: str, settings: object, files: Path
) -> None:
    settings.UNCONFIRMED_MAX_BATCHES = 2  # type: ignore[attr-defined]
    first = desk.plan(line).batch
    desk.receive(text(line, ""))
    with pytest.raises(UploadRefusedError) as refused:
        desk.receive(text("", line), novedad="MSU")
    assert refused.value.reason is UploadRefusal.TOO_MUCH_WAITING
    assert [*(files / "batches" / "waiting").iterdir()] == []
    desk.receive(text(line))  # the same again is no other one
    assert queries.unconfirmed(desk.employer) == (2, 2 * len(text(line)) + 2)
    assert make_desk().receive(text(line)).state == State.RECEIVED
    actions.plan(batch_id=first.pk, attempt=2, now=NOW)
    actions.discard(batch_id=first.pk, sender=desk.sender, now=NOW)
    assert desk.receive(text("", line), novedad="MSU").state == State.RECEIVED


def test_the_refusal_says_what_to_do(holder: Client, desk: Desk, line: str, settings: object) -> None:
    settings.UNCONFIRMED_MAX_BATCHES = 1  # type: ignore[attr-defined]
    planned = desk.plan(line)
    file = Path(settings.FILES_DIR) / "another.txt"  # type: ignore[attr-defined]
    file.write_text(text(line, ""))
    with file.open("rb") as sent:
        response = holder.post(reverse("batches:upload"), {"novedad": "MSU", "file": sent})
    assert response.status_code == 422
    assert "Confirme o descarte alguno en el historial" in response.content.decode()
    desk.go_on(planned)
    assert desk.receive(file.read_bytes(), novedad="MSU").state == State.RECEIVED


def test_beyond_so_many_bytes_the_next_is_refused(desk: Desk, line: str, settings: object) -> None:
    settings.UNCONFIRMED_MAX_MB = 1  # type: ignore[attr-defined]
    half = b"x" * (512 * 1024)
    desk.receive(half, novedad="MSU")
    batch = desk.receive(half[:-1] + b"y", novedad="MSU")
    with pytest.raises(UploadRefusedError):
        desk.receive(b"z", novedad="MSU")
    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    actions.discard(batch_id=batch.pk, sender=desk.sender, now=NOW)
    desk.receive(b"z", novedad="MSU")
    with pytest.raises(UploadRefusedError):
        desk.receive(half[:-1] + b"y", novedad="MSU")


def test_nothing_of_a_batch_that_is_not_there() -> None:
    assert not batch_files.are_there(uuid.uuid4())
