"""A registration before its last page: its answers are its browser's, and nothing is written."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from afilia.employers.models import Branch, Employer, Registration
from afilia.registration import actions
from afilia.registration.models import Draft
from tests.builders import KEY, make_employer, make_key
from tests.registration.conftest import START, Applicant, make_taxpayer, of_company

pytestmark = pytest.mark.django_db


def test_page_cannot_be_reached_before_its_turn(applicant: Applicant) -> None:
    for step in ("revisar", "codigo", "sucursales", "persona"):
        response = applicant.client.get(f"{applicant.address}{step}/")
        assert response["Location"] == f"{applicant.address}clase/"
    assert applicant.client.get(f"{applicant.address}otra/").status_code == 404


def test_another_kind_asks_for_the_employer_again_and_keeps_the_rest(applicant: Applicant) -> None:
    answers = of_company(make_taxpayer())
    applicant.answer(until="revisar", **answers)
    assert applicant.post("clase", {"kind": "company"})["Location"].endswith("/revisar/")
    assert applicant.post("clase", {"kind": "public"})["Location"].endswith("/ruc/")
    assert applicant.post("clase", {"kind": "company"})["Location"].endswith("/ruc/")
    assert applicant.answer(until="revisar", **answers)["Location"].endswith("/revisar/")


def test_another_address_has_to_be_proved_again(applicant: Applicant) -> None:
    applicant.answer(until="revisar", **of_company(make_taxpayer()))
    assert applicant.post("correo", {"email": "empresa@example.com"})["Location"].endswith("/revisar/")
    assert applicant.post("correo", {"email": "otra@example.com"})["Location"].endswith("/codigo/")
    response = applicant.post("revisar", {})
    assert response["Location"].endswith("/codigo/")
    assert not Employer.objects.exists()


def test_two_tabs_have_drafts_of_their_own(applicant: Applicant, settings: object) -> None:
    other = Applicant(applicant.client, settings).begin()
    applicant.answer(until="ruc")
    other.answer(until="ruc", clase={"kind": "public"})
    assert re.search(r'value="company"[^>]* checked', applicant.page("clase"))
    assert re.search(r'value="public"[^>]* checked', other.page("clase"))


def test_answers_that_another_tab_changed_are_shown_again_before_they_count(applicant: Applicant) -> None:
    applicant.answer(until="revisar", **of_company(make_taxpayer()))
    seen = applicant.seen()
    applicant.post("telefono", {"phone": "02 394 5666"})
    page = applicant.post("revisar", {"seen": seen}).content.decode()
    assert "Las respuestas cambiaron en otra ventana" in page
    assert "023945666" in page
    assert not Employer.objects.exists()
    assert applicant.post("revisar", {}).status_code == 302
    assert Employer.objects.get().phone == "023945666"


def test_signing_in_forgets_a_draft_and_the_first_page_says_so(applicant: Applicant) -> None:
    applicant.answer(until="ruc")
    said = "ingresa con una clave o cierra una sesión en este navegador, lo escrito se pierde"
    assert said in applicant.client.get(START).content.decode()
    key = make_key(make_employer())
    signed_in = applicant.client.post("/empleadores/ingresar/", {"number": key.number, "key": KEY})
    assert signed_in.status_code == 302
    assert applicant.client.get(f"{applicant.address}ruc/").status_code == 404


def test_start_leads_back_to_what_was_begun(applicant: Applicant) -> None:
    assert "Continúe" not in applicant.client.get(START).content.decode()
    applicant.answer(until="ruc")
    page = applicant.client.get(START).content.decode()
    assert f'href="{applicant.address}revisar/"' in page


def test_stranger_reaches_neither_draft_nor_papers(applicant: Applicant) -> None:
    applicant.answer(until="ruc")
    stranger = Client()
    for address in (f"{applicant.address}clase/", f"{applicant.address}ruc/"):
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {"kind": "public"}).status_code == 404
    response = applicant.answer(**of_company(make_taxpayer()))
    for paper in ("", "solicitud.pdf", "acuerdo.pdf"):
        assert stranger.get(f"{response['Location']}{paper}").status_code == 404
        own = applicant.client.get(f"{response['Location']}{paper}")
        assert own.status_code == 200
        assert b"".join(own)


def test_answers_are_not_kept_in_the_clear(applicant: Applicant) -> None:
    applicant.answer(until="revisar", **of_company(make_taxpayer()))
    sealed = bytes(Draft.objects.get().sealed)
    for part in (b"empresa@example.com", b"ANDRADE", b"COMERCIAL"):
        assert part not in sealed


def test_old_drafts_are_forgotten_and_finished_ones_too(applicant: Applicant) -> None:
    applicant.answer(**of_company(make_taxpayer()))
    actions.forget(now=Draft.objects.get().started_at + timedelta(hours=23))
    assert Draft.objects.exists()
    actions.forget(now=Draft.objects.get().started_at + timedelta(hours=25))
    assert not Draft.objects.exists()
    assert Registration.objects.count() == 1


def test_pages_stay_in_no_cache(applicant: Applicant) -> None:
    for address in (START, f"{applicant.address}clase/"):
        assert "no-store" in applicant.client.get(address)["Cache-Control"]


def test_nothing_is_written_of_the_employer_before_the_end(applicant: Applicant) -> None:
    applicant.answer(until="revisar", **of_company(make_taxpayer()))
    assert not Employer.objects.exists()
    assert not Branch.objects.exists()
