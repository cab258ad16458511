from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from afilia.appointments.models import Appointment
from afilia.attendance.models import DayFigure, Visit
from afilia.audit import queries as audit
from afilia.identifiers.person import person_number_fault
from afilia.notices.models import Message
from afilia.offices.models import Office
from afilia.ops.demo import attendance, staff
from tests.attendance.builders import make_open_office

MONDAY = datetime(2026, 11, 23, 15, 7, tzinfo=UTC)  # seven past ten in Quito


@pytest.fixture
def office(db: None) -> Office:
    """The demo's office of the capital with its official."""
    made = make_open_office()
    staff.load(now=MONDAY)
    return made


def test_people_wait_in_the_office_of_the_demo(office: Office) -> None:
    attendance.load(now=MONDAY)
    today = Visit.objects.filter(day__on=MONDAY.date())
    assert Counter(today.values_list("state", flat=True)) == {"waiting": 5}
    assert Counter(today.values_list("standing", flat=True)) == {"appointment": 2, "late": 1, "walk-in": 2}
    assert Appointment.objects.filter(on=MONDAY.date(), state="confirmed").count() == 7
    assert not Message.objects.exists()
    assert audit.verify() is None


def test_the_day_before_has_its_figures(office: Office) -> None:
    attendance.load(now=MONDAY)
    total = DayFigure.objects.get(procedure="")
    assert (total.arrived, total.attended, total.unattended) == (5, 4, 1)
    assert total.wait_median is not None


@pytest.mark.parametrize("day", range(7))
@pytest.mark.parametrize("hour", [0, 4, 5, 12, 22])
def test_it_can_be_loaded_at_any_hour_of_any_day(office: Office, day: int, hour: int) -> None:
    attendance.load(now=MONDAY + timedelta(days=day, hours=hour))
    assert DayFigure.objects.exists()


def test_where_there_is_no_office_nobody_comes(db: None) -> None:
    staff.load(now=MONDAY)
    attendance.load(now=MONDAY)
    assert not Visit.objects.exists()


def test_every_identification_is_valid(office: Office) -> None:
    attendance.load(now=MONDAY)
    numbers = Appointment.objects.values_list("number", flat=True)
    assert [number for number in numbers if person_number_fault(number, foreigner_prefixes=["61"])] == []
