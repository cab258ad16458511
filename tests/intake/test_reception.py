import re

import pytest
from django.test import Client

from afilia.cases.models import Case
from afilia.employers.models import Employer
from afilia.intake import rules
from afilia.notices.models import Message
from afilia.verification.rules import Pass
from tests.cases.builders import make_registration
from tests.intake.conftest import AT, Applicant, MakeApplicant

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["", "recepcion/", "seguimiento/"])
def test_the_door_is_open_for_everybody(client: Client, page: str) -> None:
    text = client.get(f"{AT}{page}").content.decode()
    assert text.count("<h1") == 1


def test_the_number_of_the_request_is_brought_by_the_page_of_the_registration(client: Client) -> None:
    assert 'value="2026-00000007"' in client.get(f"{AT}recepcion/?solicitud=2026-00000007").content.decode()


def test_a_code_opens_a_draft_with_what_the_portal_knows(applicant: Applicant) -> None:
    page = applicant.client.get(applicant.enter()).content.decode()
    employer = applicant.registration.employer
    for known in (employer.name, employer.ruc, employer.representative.names, employer.email):
        assert known in page
    for document in ("Solicitud de entrega de clave", "Acuerdo de responsabilidad", "RUC", "Cédula de quien"):
        assert document in page
    assert "Cuando no falte nada" in page


def test_no_draft_is_begun_before_the_code(applicant: Applicant) -> None:
    page = applicant.ask()["Location"]
    assert not Case.objects.exists()
    assert applicant.client.post(page, {"code": "000000"}).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.parametrize("change", [{"number": "2026-99999999"}, {"ruc": "1799998242001"}])
def test_a_pair_that_does_not_exist_looks_the_same_and_sends_nothing(
    applicant: Applicant, change: dict[str, str]
) -> None:
    right = applicant.client.get(applicant.ask()["Location"]).content.decode()
    sent = Message.objects.exclude(to="").count()
    wrong = applicant.client.get(applicant.ask(**change)["Location"]).content.decode()
    assert Message.objects.exclude(to="").count() == sent

    def same(page: str) -> str:
        return re.sub(r'"\w{64}"|recepcion/[0-9a-f-]{36}|data-countdown="\d+"|\d+ segundos', "", page)

    assert same(right) == same(wrong)


def test_an_address_that_nobody_proved_gets_no_code(make_applicant: MakeApplicant) -> None:
    applicant = make_applicant(email_verified_at=None)
    applicant.ask()
    assert not Message.objects.exclude(to="").exists()


def test_the_page_of_a_code_is_of_the_browser_that_asked(applicant: Applicant, client: Client) -> None:
    page = applicant.ask()["Location"]
    assert client.get(page).status_code == 404
    assert client.post(page, {"code": "123456"}).status_code == 404


def test_another_code_can_be_asked_for(applicant: Applicant) -> None:
    page = applicant.ask()["Location"]
    first = applicant.mail
    assert applicant.client.post(page, {"do": "send"}).status_code == 200
    assert applicant.mail != first
    for _ in range(3):
        applicant.client.post(page, {"do": "send"})
    assert "Ya se enviaron cinco códigos" in applicant.client.post(page, {"do": "send"}).content.decode()


def test_who_comes_again_finds_the_draft_as_it_was(applicant: Applicant, settings: object) -> None:
    first = applicant.enter()
    applicant.fill(but=("acuerdo",))
    elsewhere = Applicant(applicant.registration, settings)
    assert elsewhere.enter() == first
    assert Case.objects.count() == 1
    assert elsewhere.client.get(first).content.decode().count("Adjunto") == 3


def test_a_shared_browser_closes_what_it_has_open_and_nothing_is_lost(applicant: Applicant) -> None:
    draft = applicant.enter()
    assert applicant.registration.employer.name in applicant.client.get(AT).content.decode()
    assert applicant.client.post(AT)["Location"] == AT
    page = applicant.client.get(AT).content.decode()
    assert "Siguen guardados" in page
    assert applicant.registration.employer.name not in page
    assert applicant.client.get(draft).status_code == 404
    assert applicant.enter() == draft


def test_who_lost_number_and_code_comes_to_the_case_by_the_mail(
    applicant: Applicant, settings: object
) -> None:
    applicant.enter()
    applicant.fill()
    applicant.submit()
    assert Applicant(applicant.registration, settings).enter() == f"{AT}tramites/{applicant.case.number}/"


def test_the_link_in_the_mail_shows_and_the_button_opens(applicant: Applicant, client: Client) -> None:
    applicant.enter()
    found = re.search(r"/ventanilla-virtual/continuar/[0-9a-f]{32}/", applicant.mail)
    assert found
    shown = client.get(found[0])
    assert (
        shown["Referrer-Policy"] == "same-origin"
    )  # without any, a browser sends `Origin: null` with the button
    assert applicant.registration.employer.name in shown.content.decode()
    assert client.get(applicant.draft).status_code == 404
    assert client.post(found[0])["Location"] == applicant.draft
    assert client.get(applicant.draft).status_code == 200


def test_a_link_that_is_over_says_how_to_go_on(applicant: Applicant, client: Client) -> None:
    for token in ("0" * 32, "x"):
        page = client.get(f"{AT}continuar/{token}/")
        assert page.status_code == 404
        assert "El enlace ya no vale" in page.content.decode()
        assert client.post(f"{AT}continuar/{token}/").status_code == 404


def test_the_link_is_sent_again_and_the_first_one_is_void(applicant: Applicant, client: Client) -> None:
    applicant.enter()
    found = re.search(r"/ventanilla-virtual/continuar/[0-9a-f]{32}/", applicant.mail)
    assert found
    applicant.client.post(applicant.draft, {"do": "send-link"})
    assert client.get(found[0]).status_code == 404


def test_who_asks_too_much_proves_that_it_is_no_program(applicant: Applicant) -> None:
    for _ in range(rules.BEGINNING.free):
        assert applicant.ask(number="2026-99999999").status_code == 302
    page = applicant.ask()
    assert page.status_code == 429
    assert "data-challenge" in page.content.decode()
    assert applicant.registration.number in page.content.decode()  # what was typed stays


@pytest.mark.parametrize(
    ("counts", "needed"),
    [
        ({}, Pass.FREE),
        ({"subscriber": 6}, Pass.PROOF),
        ({"subscriber": 61}, Pass.CLOSED),
        ({"neighbours": 61}, Pass.PROOF),
        ({"one": 500}, Pass.FREE),  # strangers do not shut out who asks from here
        ({"one": 6, "pair": 4}, Pass.PROOF),
        ({"one": 41, "pair": 4}, Pass.CLOSED),
    ],
    ids=range(7),
)
def test_limits(counts: dict[str, int], needed: Pass) -> None:
    assert rules.pass_for(**{"one": 1, "pair": 1, "subscriber": 1, "neighbours": 1} | counts) is needed


def test_number_and_code_cannot_be_tried_out(applicant: Applicant, client: Client) -> None:
    applicant.enter()
    applicant.fill()
    applicant.submit()
    number = applicant.case.number
    for at in range(rules.BEGINNING.free):
        tried = client.post(f"{AT}seguimiento/", {"number": f"{number}{at}", "code": applicant.code})
        assert tried.status_code == 422
        assert "No hay ningún trámite con ese número y ese código" in tried.content.decode()
    tried = client.post(f"{AT}seguimiento/", {"number": number, "code": applicant.code})
    assert tried.status_code == 429
    assert "data-challenge" in tried.content.decode()


def test_right_tries_count_for_nothing(applicant: Applicant, client: Client) -> None:
    applicant.enter()
    applicant.fill()
    applicant.submit()
    answers = {"number": applicant.case.number, "code": applicant.code}
    for _ in range(rules.BEGINNING.free + 2):
        assert client.post(f"{AT}seguimiento/", answers).status_code == 302


def test_an_employer_that_changes_its_mail_proves_the_new_one(applicant: Applicant) -> None:
    other = make_registration()
    Employer.objects.filter(pk=other.employer_id).update(email="otra@example.com")
    assert applicant.ask(number=other.number).status_code == 302  # its RUC is another's
    assert not Message.objects.filter(to="otra@example.com").exists()
