from datetime import date, timedelta

import pytest
from django.utils import timezone

from afilia.ops.demo import DATA, complaints, staff, whole
from afilia.procedures.catalogue import load
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from afilia.transparency.models import Build, Complaint, MonthlyFact
from afilia.transparency.policy import complaint_policy
from afilia.transparency.queries import complaints as queries
from afilia.transparency.rules.counting import Measure
from tests.builders import NOW
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded() -> list[Complaint]:
    make_office(province="17", open_from=date(2020, 1, 2))
    staff.load(now=NOW)
    assert complaints.load(now=NOW)
    return [*Complaint.objects.order_by("pk")]


def test_the_demo_has_complaints_and_thanks_answered_open_and_late(loaded: list[Complaint]) -> None:
    assert len(loaded) == len(complaints.DATA["complaint"])
    assert {one.kind for one in loaded} == {"complaints", "thanks"}
    open_ones = [one for one in loaded if one.answered_at is None]
    assert {one.due_on < NOW.date() for one in open_ones} == {True, False}
    assert {one.outcome for one in loaded} - {""} <= set(complaint_policy().outcomes)
    assert {one.procedure for one in loaded} <= set(load().procedures)
    assert not any(one.email for one in loaded)
    assert not complaints.load(now=NOW + timedelta(days=1))


def test_each_supervisor_of_the_demo_has_something_to_answer(loaded: list[Complaint]) -> None:
    for member in StaffMember.objects.filter(roles__contains=[Role.SUPERVISOR]):
        assert queries.queue(staff_queries.staff(member), is_answered=False).exists()


def test_without_officials_nobody_complains() -> None:
    assert not complaints.load(now=NOW)
    assert not Complaint.objects.exists()


def test_what_the_demo_did_is_in_the_figures_from_the_start() -> None:
    now = timezone.now()  # the certificate of the made-up institution is of today
    assert whole.load(now=now)
    assert DATA["employer"]
    assert Build.objects.get().mark
    counted = MonthlyFact.objects.filter(measure=Measure.COMPLAINTS).values_list("value", flat=True)
    assert sum(counted) == Complaint.objects.filter(kind="complaints").count() > 0
    assert not whole.load(now=now)
