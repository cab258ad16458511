import pytest

from afilia.offices.models import Office
from afilia.staff.rules import Staff
from tests.attendance.builders import make_official, make_open_office


@pytest.fixture
def office(db: None) -> Office:
    return make_open_office()


@pytest.fixture
def staff(office: Office) -> Staff:
    return make_official(office)
