"""The pages of an employer: requests for codes and notarial powers."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from afilia.access.models import Delegation, EmployerKey
from afilia.employers.models import Employer
from afilia.foreigners.models import CodeRequest, Power
from afilia.foreigners.rules.states import State
from afilia.procedures.rules import WhoComes
from afilia.registries.models import SutRecord
from tests.builders import (
    NOW,
    cedula,
    give_access,
    make_branch,
    make_contract,
    make_key,
    signed_in_client,
)
from tests.documents.builders import text_of
from tests.documents.papers import plain_jpeg
from tests.foreigners.builders import ACCOUNT, make_comes, make_open_employer, make_power, make_request

pytestmark = pytest.mark.django_db
HOME = "/empleadores/extranjeros/"
NEW = f"{HOME}nueva/empleador/"
WORKER = {
    "document": "passport",
    "country": "CO",
    "number": "ax-123456",
    "names": "Prada  Ejemplo Lucía",
    "birth_on": "1991-04-02",
    "account": ACCOUNT,
    "revision": "0",
}
PAGES = ("", "cambiar/empleador/", "retirar/", "solicitud.pdf", "turno/", "entrada/")
POWER = {
    "power_names": "Lara Quispe Tomás",
    "power_document": "cedula",
    "notary": "Notaría Décima de Quito",
    "deed": "2026-17-01-10-P001",
    "granted_on": "2026-06-01",
    "valid_from": "2026-06-01",
    "valid_until": "",
    "scope": "codigo-extranjeros",
    "province": "17",
}


@pytest.fixture
def employer(db: None) -> Employer:
    employer = make_open_employer()
    make_branch(employer)
    make_contract(employer)
    return employer


@pytest.fixture
def key(employer: Employer) -> EmployerKey:
    return make_key(employer)


@pytest.fixture
def browser(key: EmployerKey) -> Client:
    return signed_in_client(Client(), key)


def of(request: CodeRequest, page: str = "") -> str:
    return f"{HOME}{request.key}/{page}"


def test_a_request_is_prepared_and_printed(browser: Client, employer: Employer) -> None:
    assert "todavía no hay" in browser.get(HOME).content.decode().lower()
    assert browser.get(f"{HOME}nueva/").status_code == 200
    sent = browser.post(NEW, WORKER)
    request = CodeRequest.objects.get()
    assert sent["Location"] == of(request)
    assert (request.number, request.names) == ("AX123456", "Prada Ejemplo Lucía")
    page = browser.get(of(request)).content.decode()
    assert "Igual en el SUT" in page
    assert "firma electrónica" in page
    paper = browser.get(of(request, "solicitud.pdf"))
    text = text_of(paper.content)
    for said in (request.request_number, "AX123456", employer.ruc):
        assert said.replace(" ", "") in text, said
    assert browser.get(of(request, "autorizacion.pdf")).status_code == 404
    assert request.request_number in browser.get(HOME).content.decode()


def test_the_list_to_bring_is_that_of_the_case(browser: Client, employer: Employer) -> None:
    third = make_request(
        employer,
        by_number="1",
        who_comes=WhoComes.AUTHORISED_THIRD_PARTY,
        comes=make_comes(),
    )
    page = browser.get(of(third)).content.decode()
    for said in ("Autorización", "asaporte"):
        assert said in page
    assert "Visa del trabajador" not in page
    authorisation = text_of(browser.get(of(third, "autorizacion.pdf")).content)
    assert third.comes_number in authorisation
    assert third.signer_number in authorisation


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "A1"}, "number"),
        ({"number": "ÑANDÚ-77"}, "number"),
        ({"country": ""}, "country"),
        ({"country": "EC"}, "country"),
        ({"document": "cedula"}, "document"),
        ({"names": " "}, "names"),
        ({"birth_on": "2020-01-01"}, "birth_on"),
        ({"birth_on": "31/02/1990"}, "birth_on"),
        ({"account": " "}, "account"),
        ({"account": "x" * 2001}, "account"),
        ({"number": "AX999999"}, "number"),  # another than in the SUT
        ({"birth_on": "1991-04-03"}, "birth_on"),
        ({"names": "Prada Ejemplo Luz"}, "names"),
    ],
)
def test_bad_input_names_its_field_and_keeps_the_rest(
    browser: Client, changes: dict[str, str], field: str
) -> None:
    sent = browser.post(NEW, WORKER | changes)
    assert sent.status_code == 422
    page = sent.content.decode()
    assert f'id="id_{field}-error"' in page
    assert f'href="#id_{field}' in page
    assert not CodeRequest.objects.exists()


def test_a_difference_with_the_sut_says_what_it_has(browser: Client) -> None:
    page = browser.post(NEW, WORKER | {"country": "PE"}).content.decode()
    assert "En el SUT consta «Colombia»" in page


def test_a_second_click_leads_to_the_same_request(browser: Client) -> None:
    assert browser.post(NEW, WORKER)["Location"] == browser.post(NEW, WORKER)["Location"]
    assert CodeRequest.objects.count() == 1


def test_a_change_makes_the_papers_before_it_old(browser: Client) -> None:
    browser.post(NEW, WORKER)
    request = CodeRequest.objects.get()
    change = of(request, "cambiar/empleador/")
    assert 'value="AX123456"' in browser.get(change).content.decode()
    sent = browser.post(change, WORKER | {"account": "Otra cosa.", "revision": "1"}, follow=True)
    assert "versión 2" in sent.content.decode()
    assert browser.post(change, WORKER | {"revision": "1"}).status_code == 422
    assert browser.post(change, WORKER | {"revision": ""}).status_code == 422
    assert CodeRequest.objects.get().account == "Otra cosa."


def test_a_request_is_withdrawn_only_when_it_is_meant(browser: Client) -> None:
    browser.post(NEW, WORKER)
    request = CodeRequest.objects.get()
    assert browser.post(of(request, "retirar/"), {}).status_code == 422
    browser.post(of(request, "retirar/"), {"answer": "no"})
    assert CodeRequest.objects.get().state == State.PREPARED
    page = browser.post(of(request, "retirar/"), {"answer": "yes"}, follow=True).content.decode()
    assert "está retirada" in page
    assert CodeRequest.objects.get().state == State.WITHDRAWN
    assert browser.get(of(request, "solicitud.pdf")).status_code == 404
    assert browser.get(of(request, "cambiar/empleador/"))["Location"] == of(request)
    assert browser.get(of(request, "entrada/"))["Location"] == of(request)


@pytest.mark.parametrize("page", PAGES)
def test_a_request_is_for_its_employer_alone(browser: Client, page: str) -> None:
    others = make_request()
    assert browser.get(of(others, page)).status_code == 404
    assert browser.post(of(others, "pedir-turno/")).status_code == 404
    assert Client().get(of(others, page))["Location"].startswith("/empleadores/ingresar/")


def test_a_key_for_some_branches_shows_what_its_person_prepared(employer: Employer) -> None:
    branch = make_branch(employer, number="0002")
    clerk = make_key(employer, branches=(branch,))
    browser = signed_in_client(Client(), clerk)
    others, power = make_request(employer), make_power(employer)
    assert browser.get(of(others)).status_code == 404
    assert browser.get(f"{HOME}poderes/{power.pk}/").status_code == 404
    assert others.request_number not in browser.get(HOME).content.decode()
    sent = browser.post(NEW, WORKER)
    assert browser.get(sent["Location"]).status_code == 200


def test_a_register_that_is_down_is_said_and_the_request_prepared(browser: Client) -> None:
    SutRecord.objects.all().delete()
    page = browser.post(NEW, WORKER, follow=True).content.decode()
    assert "El SUT no responde todavía" in page
    assert "Descargar la solicitud" in page


def test_a_third_party_with_a_code_shows_a_passport_too(browser: Client) -> None:
    asked = WORKER | {
        "comes_names": "Lara Quispe Tomás",
        "comes_document": "foreigner-code",
        "comes_number": "6100000018",
    }
    there = f"{HOME}nueva/tercero/"
    page = browser.post(there, asked).content.decode()
    assert 'id="id_comes_passport-error"' in page
    assert 'id="id_comes_country-error"' in page
    sent = browser.post(there, asked | {"comes_passport": "zz 99881", "comes_country": "VE"})
    request = CodeRequest.objects.get()
    assert sent["Location"] == of(request)
    assert (request.comes_passport, request.comes_country) == ("ZZ99881", "VE")
    assert browser.post(there, asked | {"comes_document": "passport"}).status_code == 422


def test_an_attorney_needs_a_power_first(browser: Client, employer: Employer) -> None:
    there = f"{HOME}nueva/apoderado/"
    assert "no ha enviado ningún poder" in browser.get(there).content.decode()
    assert browser.post(there, WORKER).status_code == 422
    number = cedula()
    image = SimpleUploadedFile("poder.jpg", plain_jpeg())
    sent = browser.post(f"{HOME}poderes/nuevo/", POWER | {"power_number": number, "file": image})
    power = Power.objects.get()
    assert sent["Location"] == f"{HOME}poderes/{power.pk}/"
    assert "todavía no lo ha validado" in browser.get(sent["Location"]).content.decode()
    assert power.names in browser.get(f"{HOME}poderes/").content.decode()
    sent = browser.post(there, WORKER | {"power": str(power.pk)})
    request = CodeRequest.objects.get()
    assert (request.power, request.comes_number) == (power, number)
    page = browser.get(sent["Location"]).content.decode()
    assert "El poder de quien va no sirve todavía" in page
    assert "Pedir un turno" not in page
    assert browser.post(of(request, "pedir-turno/"))["Location"] == of(request)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"granted_on": "2099-01-01", "valid_from": "2099-01-01"}, "granted_on"),
        ({"valid_from": "2026-05-31"}, "valid_from"),
        ({"valid_until": "2026-05-31"}, "valid_until"),
        (
            {"granted_on": "2020-01-01", "valid_from": "2020-01-01", "valid_until": "2020-12-31"},
            "valid_until",
        ),
        ({"scope": "otro"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"province": "99"}, "province"),
        ({"power_number": "1700000000"}, "power_number"),
        ({"power_document": "passport", "power_number": "AB12345"}, "power_country"),
        ({"file": b""}, "file"),
        ({"file": b"MZ not a picture"}, "file"),
        ({"file": b"\xff" * (1024 * 1024 + 1)}, "file"),
    ],
)
def test_a_power_that_cannot_serve_is_not_taken(
    browser: Client, changes: dict[str, str | bytes], field: str
) -> None:
    content = changes.pop("file", plain_jpeg())
    file = SimpleUploadedFile("poder.jpg", content)
    sent = browser.post(f"{HOME}poderes/nuevo/", POWER | {"power_number": cedula(), "file": file} | changes)
    assert sent.status_code == 422
    assert f'id="id_{field}-error"' in sent.content.decode()
    assert not Power.objects.exists()


def test_a_power_is_for_its_employer_alone(browser: Client) -> None:
    others = make_power(make_open_employer(), valid_until=date(2027, 1, 1))
    assert browser.get(f"{HOME}poderes/{others.pk}/").status_code == 404
    sent = browser.post(f"{HOME}nueva/apoderado/", WORKER | {"power": str(others.pk)})
    assert sent.status_code == 422


def test_an_employer_sees_the_requests_that_an_accountant_prepared(
    browser: Client, employer: Employer, key: EmployerKey
) -> None:
    given = give_access(employer, accepted_at=NOW)
    theirs = make_request(employer, by_number=given.number)
    before = make_request(employer, by_number=given.number, now=NOW - timedelta(days=1))
    own = make_request(employer, by_number=key.number)
    page = f"/empleadores/ayuda-contable/{given.pk}/solicitudes/"
    assert page in browser.get(f"/empleadores/ayuda-contable/{given.pk}/registros/").content.decode()
    shown = browser.get(page).content.decode()
    assert theirs.request_number in shown
    assert before.request_number not in shown
    assert own.request_number not in shown
    Delegation.objects.filter(pk=given.pk).update(accepted_at=None, key=None)
    assert browser.get(page).status_code == 404
