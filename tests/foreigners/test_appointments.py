"""Requests and appointments: prepared with one, or brought to one; without a key."""

import pytest
from django.test import Client

from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of as appointment_reference
from afilia.appointments.rules.states import Identity, PersonKind
from afilia.employers.models import Employer
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.references import reference_of
from afilia.foreigners.rules.states import State
from afilia.notices.models import Message
from afilia.procedures.rules import WhoComes
from afilia.registries.models import SutRecord
from tests.appointments.builders import CODE_PROCEDURE, book, make_agenda, make_who
from tests.appointments.conftest import clock
from tests.appointments.pages import Clock
from tests.builders import make_contract, make_key, signed_in_client
from tests.documents.builders import text_of
from tests.foreigners.builders import make_comes, make_open_employer, make_request
from tests.foreigners.test_pages import WORKER

__all__ = ["clock"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def employer(db: None) -> Employer:
    employer = make_open_employer()
    make_contract(employer)
    return employer


@pytest.fixture
def booked(employer: Employer, clock: Clock) -> Appointment:
    return book_for(employer)


def book_for(employer: Employer, **changes: object) -> Appointment:
    """An appointment for a code on Monday at nine, of somebody for the employer."""
    who = make_who(ruc=employer.ruc, applicant="company", **changes)
    return book(make_agenda(procedures=[CODE_PROCEDURE]), who=who)


def of(booked: Appointment, page: str = "") -> str:
    return f"/turnos/t/{appointment_reference(booked)}/codigo-extranjero/{page}"


def behind(request: CodeRequest, page: str = "") -> str:
    return f"/extranjeros/s/{reference_of(request.key)}/{page}"


def asked(booked: Appointment, employer: Employer, **changes: str) -> dict[str, str]:
    return (
        WORKER
        | {
            "ruc": employer.ruc,
            "signer_document": "cedula",
            "signer_number": booked.number,
            "signer_names": booked.names,
        }
        | changes
    )


def test_the_page_of_an_appointment_offers_to_prepare(booked: Appointment, employer: Employer) -> None:
    browser = Client()
    page = browser.get(f"/turnos/t/{appointment_reference(booked)}/").content.decode()
    assert of(booked) in page
    assert browser.get(of(booked)).status_code == 200
    form = browser.get(of(booked, "nueva/")).content.decode()
    assert f'value="{employer.ruc}"' in form
    assert f'value="{booked.number}"' in form
    sent = browser.post(of(booked, "nueva/"), asked(booked, employer))
    request = CodeRequest.objects.get()
    assert sent["Location"] == behind(request)
    assert (request.appointment, request.prepared_by, request.employer) == (booked, "", employer)
    mail = Message.objects.filter(to=employer.email).latest("pk")
    assert "sin clave" in mail.text
    assert reference_of(request.key) not in mail.text
    page = browser.get(behind(request)).content.decode()
    assert request.names in page
    assert booked.code in page
    assert request.request_number in browser.get(of(booked)).content.decode()
    paper = text_of(browser.get(behind(request, "solicitud.pdf")).content)
    assert booked.number in paper


def test_without_a_key_it_is_said_what_differs_and_not_what_the_sut_has(
    booked: Appointment, employer: Employer
) -> None:
    contract = SutRecord.objects.get(ruc=employer.ruc)
    typed = asked(booked, employer, number="XX999999", names=contract.names.split()[0])
    page = Client().post(of(booked, "nueva/"), typed).content.decode()
    assert page.count("No es igual en el SUT") == 4  # of two fields: in the summary and beside each
    assert contract.number not in page
    assert contract.names not in page
    Client().post(of(booked, "nueva/"), asked(booked, employer))
    CodeRequest.objects.update(
        sut=CodeRequest.objects.get().sut | {"number": "ZZ777777"}, sut_state="different"
    )
    page = Client().get(behind(CodeRequest.objects.get())).content.decode()
    assert "Número del documento" in page
    assert "ZZ777777" not in page


def test_another_procedures_appointment_offers_nothing(employer: Employer) -> None:
    other = book(make_agenda())
    page = Client().get(f"/turnos/t/{appointment_reference(other)}/").content.decode()
    assert "codigo-extranjero" not in page
    assert Client().get(of(other)).status_code == 404
    assert Client().get(of(other, "nueva/")).status_code == 404


def test_an_appointment_that_is_over_prepares_nothing(booked: Appointment, clock: Clock) -> None:
    clock.pass_by(days=3)
    assert Client().get(of(booked, "nueva/")).status_code == 404


def test_the_appointment_is_in_the_name_of_who_comes(booked: Appointment, employer: Employer) -> None:
    sent = Client().post(
        of(booked, "nueva/"), asked(booked, employer, signer_number=employer.representative.number)
    )
    assert sent.status_code == 422
    assert "a nombre de quien va a la oficina" in sent.content.decode()


@pytest.mark.parametrize("ruc", ["1790000000001x", "", "1791251237001"])
def test_an_employer_that_nobody_knows_is_said(booked: Appointment, employer: Employer, ruc: str) -> None:
    sent = Client().post(of(booked, "nueva/"), asked(booked, employer, ruc=ruc))
    assert sent.status_code == 422
    assert 'id="id_ruc-error"' in sent.content.decode()


def test_a_third_party_prepares_with_their_own_appointment(employer: Employer, clock: Clock) -> None:
    booked = book_for(employer, who_comes="authorised-third-party")
    typed = asked(
        booked,
        employer,
        signer_number=employer.representative.number,
        comes_document="cedula",
        comes_number=booked.number,
        comes_names=booked.names,
    )
    Client().post(of(booked, "nueva/"), typed)
    request = CodeRequest.objects.get()
    assert request.who_comes == WhoComes.AUTHORISED_THIRD_PARTY
    assert Client().get(behind(request, "autorizacion.pdf")).status_code == 200


def test_who_has_the_reference_changes_and_withdraws(booked: Appointment, employer: Employer) -> None:
    browser = Client()
    browser.post(of(booked, "nueva/"), asked(booked, employer))
    request = CodeRequest.objects.get()
    changed = asked(booked, employer, account="Otra cosa.", revision="1")
    browser.post(behind(request, "cambiar/empleador/"), changed)
    assert CodeRequest.objects.get().account == "Otra cosa."
    browser.post(behind(request, "retirar/"), {"answer": "yes"})
    assert CodeRequest.objects.get().state == State.WITHDRAWN
    assert "está retirada" in browser.get(behind(request)).content.decode()


def test_of_what_an_employer_prepared_the_reference_shows_the_state_alone(employer: Employer) -> None:
    request = make_request(employer)
    page = Client().get(behind(request)).content.decode()
    assert request.request_number in page
    for secret in (request.names, request.number, request.account, request.signer_number, employer.ruc):
        assert secret not in page
    for closed in ("cambiar/empleador/", "retirar/", "solicitud.pdf"):
        assert Client().get(behind(request, closed)).status_code == 404
    assert Client().post(behind(request, "retirar/"), {"answer": "yes"}).status_code == 404
    assert CodeRequest.objects.get().state == State.PREPARED


def test_wrong_references_are_counted_and_the_right_one_is_found(employer: Employer) -> None:
    request = make_request(employer)
    for turn in range(30):
        assert Client().get(f"/extranjeros/s/{turn:032x}/").status_code == 404
    assert Client().get(f"/extranjeros/s/{31:032x}/").status_code == 429
    assert Client().get(behind(request)).status_code == 200


def test_a_request_is_brought_to_the_appointment_booked_for_it(employer: Employer, clock: Clock) -> None:
    request = make_request(employer)
    browser = signed_in_client(Client(), make_key(employer, number=request.signer_number))
    sent = browser.post(f"/empleadores/extranjeros/{request.key}/pedir-turno/")
    assert sent["Location"] == "/turnos/?tramite=codigo-extranjeros"
    booked = book_for(employer)  # of somebody else
    page = browser.get(of(booked)).content.decode()
    assert request.request_number in page
    assert browser.post(of(booked)).status_code == 422
    identity = Identity(kind=PersonKind.CEDULA, number=request.signer_number)
    mine = book_for(employer, identity=identity)
    assert browser.post(of(mine))["Location"] == of(mine)
    assert CodeRequest.objects.get().appointment == mine
    page = browser.get(f"/empleadores/extranjeros/{request.key}/").content.decode()
    assert mine.code in page
    page = browser.get(of(mine)).content.decode()
    assert "(la preparó el empleador)" in page
    assert request.names not in page


def test_a_request_is_brought_to_an_appointment_by_its_code(employer: Employer, clock: Clock) -> None:
    comes = make_comes()
    request = make_request(employer, who_comes=WhoComes.AUTHORISED_THIRD_PARTY, comes=comes)
    identity = Identity(kind=PersonKind.CEDULA, number=comes.number)
    booked = book_for(employer, identity=identity)
    there = behind(request, "turno/")
    assert Client().post(there, {"code": "XXXX"}).status_code == 422
    assert Client().post(there, {"code": ""}).status_code == 422
    assert Client().post(there, {"code": booked.code})["Location"] == behind(request)
    assert CodeRequest.objects.get().appointment == booked
    assert "unida a un turno" in Client().get(behind(request)).content.decode()


def test_codes_of_appointments_are_not_guessed(employer: Employer) -> None:
    request = make_request(employer)
    answers = {
        Client().post(behind(request, "turno/"), {"code": f"A{turn:03}"}).status_code for turn in range(40)
    }
    assert answers == {422, 429}
