from datetime import date, datetime, timedelta

import pytest
from django.test import Client

from afilia.ops.demo import staff
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.staff.builders import make_office

NOW = datetime.fromisoformat("2026-11-21T12:00:00+00:00")

pytestmark = pytest.mark.django_db


def test_every_printed_official_gets_in_with_the_code_that_the_page_shows(client: Client) -> None:
    office = make_office(open_from=date(2020, 1, 2))
    staff.load(now=NOW - timedelta(days=1))
    for official in staff.OFFICIALS:
        answer = client.post("/funcionarios/entrar/", {"email": official.email, "key": staff.KEY})
        assert answer["Location"] == "/funcionarios/entrar/codigo/"
        code = client.get(answer["Location"]).context["code_of_demo"]
        assert client.post(answer["Location"], {"code": code})["Location"] == "/funcionarios/"
        page = client.get("/funcionarios/").content.decode()
        assert official.names in page
        assert (office.name if official.has_office else "Pichincha") in page
    assert staff.present() == [*staff.OFFICIALS]
    assert {role for official in staff.OFFICIALS for role in official.roles} == {*Role}


def test_where_there_is_no_office_nobody_attends() -> None:
    staff.load(now=NOW)
    assert [official.label for official in staff.present()] == [
        "Coordinación",
        "Revisión jurídica",
        "Supervisión de la provincia",
    ]
    assert {*StaffMember.objects.values_list("office", "province")} == {(None, "17")}
