"""Who reads of a person at an office is in the ledger."""

import pytest
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.offices.models import Office
from afilia.staff import queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Staff
from tests.attendance.builders import call, make_appointment, open_counter, receive, walk_in
from tests.staff.builders import make_staff, sign_in_staff

AT = "/funcionarios/turnos"


@pytest.fixture
def member(office: Office) -> StaffMember:
    return make_staff(office=office)


@pytest.fixture
def reader(member: StaffMember) -> Staff:
    return queries.staff(member)


@pytest.fixture
def desk(client: Client, member: StaffMember) -> Client:
    return sign_in_staff(client, member)


def looks() -> list[tuple[str, str]]:
    return list(Entry.objects.filter(event="attendance.looked-at").values_list("actor", "subject"))


def test_to_open_an_appointment_is_written_down(desk: Client, reader: Staff, office: Office) -> None:
    appointment = make_appointment(office, now=timezone.now())
    assert appointment.names in desk.get(f"{AT}/cita/{appointment.pk}/").content.decode()
    assert looks() == [(reader.actor, f"appointment:{appointment.pk}")]


def test_to_open_somebody_who_came_is_written_down(desk: Client, reader: Staff, office: Office) -> None:
    now = timezone.now()
    visit = receive(make_appointment(office, now=now), now=now)
    desk.get(f"{AT}/visita/{visit.pk}/")
    assert looks() == [(reader.actor, f"visit:{visit.pk}")]


def test_who_was_called_to_the_own_counter_is_written_down_already(
    desk: Client, reader: Staff, office: Office
) -> None:
    now = timezone.now()
    receive(make_appointment(office, now=now), now=now)
    open_counter(office, reader, now=now)
    visit = call(office, reader, now=now)
    desk.get(f"{AT}/visita/{visit.pk}/")
    assert looks() == []


def test_of_who_said_nothing_of_themselves_nothing_is_read(
    desk: Client, reader: Staff, office: Office
) -> None:
    now = timezone.now()
    open_counter(office, reader, now=now)  # so that the office is open, whatever day it is
    visit = walk_in(office, now=now)
    desk.get(f"{AT}/visita/{visit.pk}/")
    assert looks() == []
