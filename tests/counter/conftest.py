import pytest
from django.test import Client

from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.staff.builders import make_staff, sign_in_staff


@pytest.fixture
def official() -> StaffMember:
    return make_staff(Role.COORDINATION, province="17")


@pytest.fixture
def desk(client: Client, official: StaffMember) -> Client:
    return sign_in_staff(client, official)
