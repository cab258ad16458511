"""A process that is killed between a booking and its mail: both are there, and the mail goes out once."""

import pytest

from tests.faults.plant import Plant
from tests.notices.postbox import free_port, mail_server

# Books, says so, and is killed: either in the transaction of the confirmation, or as soon as it is committed.
BOOK = """
import os, signal, sys
from datetime import date, time
from django.utils import timezone
from afilia.appointments import actions, queries
from afilia.appointments.actions import recording
from afilia.appointments.booking import Who
from afilia.appointments.rules.states import Identity, PersonKind
from afilia.offices.models import Agenda, Office, OfficeHours

office, _ = Office.objects.get_or_create(
    code="UIO-1", defaults={"name": "Quito", "province": "17", "city": "Cayambe", "address": "Calle 1",
    "counters": 1, "open_from": date(2020, 1, 1)},
)
for day in range(7):
    OfficeHours.objects.get_or_create(office=office, weekday=day, opens=time(8), closes=time(17))
agenda, _ = Agenda.objects.get_or_create(
    office=office, defaults={"procedures": ["clave-patronal"], "minutes": 15, "seats": 1}
)
now = timezone.now()
day = next(day for day in queries.days(office, "clave-patronal", now=now) if day.places)
place = next(each for each in queries.hours(office, "clave-patronal", day.on, now=now) if each.places)
who = Who(
    identity=Identity(kind=PersonKind.PASSPORT, number=sys.argv[1], country="CO"), names="PRUEBA",
    email=f"{sys.argv[1].lower()}@example.com", phone=sys.argv[1],
)
held = actions.hold(
    agenda_id=agenda.pk, starts_at=place.starts_at, procedure="clave-patronal", who=who,
    address="192.0.2.1", now=now,
)
die = lambda *args, **facts: os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[2] == "before":
    recording.record = die
actions.confirm(appointment_id=held.pk, now=now)
die()
"""
STATES = "SELECT number, state FROM appointments_appointment ORDER BY number"


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """The port of the mail server of the plant."""
    port = free_port()
    monkeypatch.setenv("AFILIA_EMAIL_URL", f"smtp://127.0.0.1:{port}")
    return port


def killed(plant: Plant, *arguments: str) -> None:
    with pytest.raises(AssertionError):  # it did not end well
        plant.python(BOOK, *arguments)


def test_a_kill_after_the_booking_loses_no_mail_and_a_kill_before_it_sends_none(
    plant: Plant, port: int
) -> None:
    killed(plant, "A1", "after")
    killed(plant, "B2", "before")
    assert plant.rows(STATES) == [("A1", "confirmed"), ("B2", "held")]
    assert plant.rows("SELECT sum(taken) FROM appointments_agendaday") == [(1,)]
    assert plant.rows('SELECT "to", state FROM notices_message') == [("a1@example.com", "waiting")]
    worker = plant.start_worker()
    with mail_server(port=port) as (postbox, _):
        sent = "SELECT count(*) FROM notices_message WHERE state = 'sent'"
        plant.until(lambda: plant.rows(sent) == [(1,)])
        plant.kill(worker)
        plant.start_worker()
        jobs = "SELECT status::text FROM procrastinate_jobs WHERE task_name = 'notices.send'"
        plant.until(lambda: plant.rows(jobs) == [("succeeded",)])
    assert [mail["To"] for mail in postbox.mails] == ["a1@example.com"]
