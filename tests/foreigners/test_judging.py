"""The legal unit's queue of notarial powers."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from afilia.audit.models import Entry
from afilia.documents import actions as documents
from afilia.foreigners.actions import judging
from afilia.foreigners.models import Power
from afilia.foreigners.rules.states import PowerState
from afilia.notices.models import Message
from afilia.staff import queries as staff
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.builders import NOW
from tests.documents.papers import plain_jpeg
from tests.foreigners.builders import make_open_employer, make_power
from tests.staff.builders import make_staff, sign_in_staff

pytestmark = pytest.mark.django_db
QUEUE = "/funcionarios/poderes/"
GOOD = {"scope": "general", "valid_from": "2026-06-02", "valid_until": "2026-12-31"}
WHY = {"reason": "ilegible", "text": "La segunda página no se lee."}


@pytest.fixture
def lawyer() -> StaffMember:
    return make_staff(Role.LEGAL, province="17")


@pytest.fixture
def desk(client: Client, lawyer: StaffMember) -> Client:
    return sign_in_staff(client, lawyer)


@pytest.fixture
def power() -> Power:
    employer = make_open_employer()
    file = documents.receive(
        chunks=[plain_jpeg()], name="poder.jpg", most=1_000_000, actor="holder:1", now=NOW
    )
    return make_power(employer, file=file)


def page_of(power: Power) -> str:
    return f"{QUEUE}{power.pk}/"


def test_a_power_waits_in_the_queue_of_its_province(desk: Client, power: Power) -> None:
    shown = desk.get(QUEUE).content.decode()
    assert power.names in shown
    assert page_of(power) in shown
    power.province = "09"
    power.save()
    assert page_of(power) not in desk.get(QUEUE).content.decode()


def test_the_file_is_shown_as_a_picture_and_each_look_is_written_down(desk: Client, power: Power) -> None:
    page = desk.get(page_of(power))
    assert f"{page_of(power)}1/" in page.content.decode()
    picture = desk.get(f"{page_of(power)}1/")
    assert picture["Content-Type"] == "image/jpeg"
    assert desk.get(f"{page_of(power)}2/").status_code == 404
    assert desk.get(f"{page_of(power)}original/").headers["Content-Disposition"].startswith("attachment")
    looks = Entry.objects.filter(event="foreigners.power-looked-at").order_by("pk")
    assert [look.facts["what"] for look in looks] == ["power", "page 1", "page 2", "original"]


def test_validating_says_for_what_and_until_when_and_tells_the_employer(
    desk: Client, power: Power, lawyer: StaffMember
) -> None:
    answer = desk.post(page_of(power), GOOD)
    assert answer["Location"] == QUEUE
    power.refresh_from_db()
    assert power.state == PowerState.VALIDATED
    assert (power.scope, power.valid_until, power.checked_by) == ("general", date(2026, 12, 31), lawyer)
    mail = Message.objects.get()
    assert mail.to == power.employer.email
    assert "31 de diciembre de 2026" in mail.text
    entry = Entry.objects.get(event="foreigners.power-validated")
    assert power.names not in str(entry.facts)
    assert power.names in desk.get(QUEUE).content.decode()


@pytest.mark.parametrize(
    "changes", [{"valid_from": ""}, {"valid_until": "2026-01-01"}, {"scope": "otro"}, {"valid_from": "x"}]
)
def test_what_is_wrong_is_shown_and_nothing_is_validated(
    desk: Client, power: Power, changes: dict[str, Any]
) -> None:
    answer = desk.post(page_of(power), GOOD | changes)
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()
    power.refresh_from_db()
    assert power.state == PowerState.SUBMITTED


def test_a_power_is_refused_with_a_reason_and_a_text(desk: Client, power: Power) -> None:
    refuse = f"{page_of(power)}negar/"
    assert desk.post(refuse, {"reason": "ilegible"}).status_code == 422
    assert desk.post(refuse, WHY | {"reason": "ya-tiene-clave"}).status_code == 422
    assert desk.post(refuse, WHY)["Location"] == QUEUE
    power.refresh_from_db()
    assert (power.state, power.reason) == (PowerState.REFUSED, "ilegible")
    assert "La segunda página no se lee." in Message.objects.get().text
    assert "La segunda página no se lee." in desk.get(page_of(power)).content.decode()


def test_the_second_of_two_decisions_does_nothing(desk: Client, power: Power) -> None:
    desk.post(page_of(power), GOOD)
    for url, said in ((page_of(power), GOOD), (f"{page_of(power)}negar/", WHY)):
        answer = desk.post(url, said, follow=True)
        assert "Otra persona ya decidió" in answer.content.decode()
    assert (
        Entry.objects.filter(event__startswith="foreigners.power-")
        .exclude(event="foreigners.power-looked-at")
        .count()
        == 1
    )
    with pytest.raises(judging.JudgedError):
        judging.refuse(
            power_id=power.pk, by=staff.staff(make_staff(Role.LEGAL, province="17")), now=NOW, **WHY
        )


def test_of_another_province_and_for_other_roles_it_does_not_exist(client: Client, power: Power) -> None:
    elsewhere = sign_in_staff(Client(), make_staff(Role.LEGAL, province="09"))
    counter = sign_in_staff(Client(), make_staff(Role.COUNTER))
    for part in ("", "negar/", "1/", "original/"):
        url = f"{page_of(power)}{part}"
        assert elsewhere.get(url).status_code == 404
        assert counter.get(url).status_code == 404
        assert client.get(url).status_code == 302
    assert elsewhere.post(page_of(power), GOOD).status_code == 404
    assert elsewhere.post(f"{page_of(power)}negar/", WHY).status_code == 404
    with pytest.raises(Power.DoesNotExist):
        judging.refuse(
            power_id=power.pk, by=staff.staff(make_staff(Role.LEGAL, province="09")), now=NOW, **WHY
        )


def test_the_national_legal_unit_sees_and_judges_those_of_all_provinces(power: Power) -> None:
    desk = sign_in_staff(Client(), make_staff(Role.LEGAL, province=""))
    shown = desk.get(QUEUE).content.decode()
    assert page_of(power) in shown
    assert "Pichincha" in shown
    assert desk.post(page_of(power), GOOD)["Location"] == QUEUE
    power.refresh_from_db()
    assert power.state == PowerState.VALIDATED


def test_a_file_that_the_scanner_did_not_clear_is_not_shown(desk: Client, power: Power) -> None:
    power.file.scan = "pending"
    power.file.save()
    assert "no se puede abrir" in desk.get(page_of(power)).content.decode()
    assert desk.get(f"{page_of(power)}1/").status_code == 404
