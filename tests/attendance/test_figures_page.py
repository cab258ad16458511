import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.attendance import actions
from afilia.offices.models import Office
from afilia.staff.rules import Role, Staff
from tests.attendance.builders import (
    KEY,
    NOW,
    at,
    make_appointment,
    make_open_office,
    open_counter,
    serve,
    walk_in,
)
from tests.staff.builders import make_staff, sign_in_staff

PAGE = "/funcionarios/turnos/cifras/"
PERIOD = "?desde=2026-11-20&hasta=2026-11-23"


@pytest.fixture
def desk(client: Client, office: Office) -> Client:
    return sign_in_staff(client, make_staff(Role.SUPERVISOR, office=office))


@pytest.fixture
def closed_day(office: Office, staff: Staff) -> None:
    """On the 23rd one person waited seven minutes and was attended, and one never came."""
    open_counter(office, staff)
    walk_in(office)
    make_appointment(office, minutes=30)
    serve(office, staff, now=at(7))
    actions.close_day(office=office, on=NOW.date(), now=NOW + timedelta(days=1))


def rows(client: Client, query: str = PERIOD) -> list[dict[str, str]]:
    response = client.get(f"/funcionarios/turnos/cifras.csv{query}")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


@pytest.mark.usefixtures("closed_day")
def test_the_page_shows_each_day_by_procedure(desk: Client) -> None:
    shown = desk.get(PAGE + PERIOD).content.decode()
    assert "Todos los trámites" in shown
    assert shown.count("7\u00a0min") == 4  # median and p95, of the procedure and of all
    assert "Todavía abierto" not in shown


@pytest.mark.usefixtures("closed_day")
def test_the_file_has_a_line_a_day_and_procedure(desk: Client, office: Office) -> None:
    both = rows(desk)
    assert [row["procedure"] for row in both] == ["", KEY]
    assert {(row["office"], row["date"], row["closed"]) for row in both} == {(office.code, "2026-11-23", "1")}
    kept = ("arrived", "walk_ins", "attended", "missed", "unattended", "wait_median", "wait_p95")
    assert [both[0][name] for name in kept] == ["1", "1", "1", "1", "0", "420", "420"]


@pytest.mark.usefixtures("closed_day")
def test_other_days_and_other_offices_are_not_in_it(desk: Client) -> None:
    assert rows(desk, "?desde=2026-11-20&hasta=2026-11-22") == []
    elsewhere = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, office=make_open_office()))
    assert rows(elsewhere) == []


def test_today_is_told_as_it_stands(desk: Client, office: Office, staff: Staff) -> None:
    open_counter(office, staff, now=timezone.now())
    walk_in(office, now=timezone.now())
    assert "Todavía abierto" in desk.get(PAGE).content.decode()
    assert {row["closed"] for row in rows(desk, "")} == {"0"}


@pytest.mark.parametrize(
    "query",
    [
        "?desde=2026-11-23&hasta=2026-11-20",
        "?desde=2020-01-01&hasta=2026-11-20",
        "?desde=ayer",
        "?hasta=0001-01-05",
    ],
    ids=["backwards", "too long", "no date", "before all calendars"],
)
def test_a_period_that_is_none_is_said(desk: Client, query: str) -> None:
    response = desk.get(PAGE + query)
    assert response.status_code == 422
    assert "govuk-error-summary" in response.content.decode()


def test_days_without_anything_are_said(desk: Client) -> None:
    assert "no hay registros de atención" in desk.get(PAGE).content.decode()
