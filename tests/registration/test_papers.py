import io
from datetime import timedelta

import pikepdf
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.documents.models import IssuedDocument
from afilia.employers import actions as employers
from afilia.employers.models import Registration
from afilia.employers.rules import Document, Kind
from afilia.notices.models import Message
from afilia.registration import actions
from afilia.registration.roads import roads
from tests.builders import NOW
from tests.documents.builders import text_of
from tests.employers.builders import make_application, make_representative
from tests.registration.conftest import Applicant, code_to, make_taxpayer, of_company

pytestmark = pytest.mark.django_db
FIND = "/empleadores/registro/solicitud/"
EMAIL = "empresa@example.com"


@pytest.fixture
def registration() -> Registration:
    return employers.register(application=make_application(), now=timezone.now())


def content(response: HttpResponse) -> bytes:
    assert response.status_code == 200
    return b"".join(response)


def ask(client: Client, registration: Registration, **changes: str) -> HttpResponse:
    asked = {"number": registration.number, "ruc": registration.employer.ruc, **changes}
    return client.post(FIND, asked)


def test_request_and_agreement_say_what_was_registered_and_verify(applicant: Applicant) -> None:
    ruc = make_taxpayer()
    done = applicant.answer(**of_company(ruc))["Location"]
    number = Registration.objects.get().number
    titles = {"solicitud": "Solicitud de entrega de clave", "acuerdo": "Acuerdo de responsabilidad"}
    for paper, kind in titles.items():
        response = applicant.client.get(f"{done}{paper}.pdf")
        assert response["Content-Type"] == "application/pdf"
        assert response["Content-Disposition"] == f'attachment; filename="{paper}-{number}.pdf"'
        pdf = content(response)
        text = text_of(pdf)
        for part in (number, ruc, "COMERCIALDEPRUEBAS.A.", "ANDRADEPRUEBALUISA"):
            assert part in text
        with pikepdf.open(io.BytesIO(pdf)) as document:
            assert document.Root.MarkInfo.Marked
            assert document.Root.Lang == "es-EC"
        upload = io.BytesIO(pdf)
        upload.name = "solicitud.pdf"
        page = Client().post("/verificar/", {"file": upload}).content.decode()
        assert "El documento es auténtico" in page
        assert kind in page
        assert "COMERCIAL" not in page
    assert applicant.client.get(f"{done}otro.pdf").status_code == 404


def test_same_paper_is_the_same_file_at_each_download(applicant: Applicant) -> None:
    done = applicant.answer(**of_company(make_taxpayer()))["Location"]
    first = content(applicant.client.get(f"{done}solicitud.pdf"))
    assert content(applicant.client.get(f"{done}solicitud.pdf")) == first
    assert IssuedDocument.objects.count() == 1
    downloads = Entry.objects.filter(event="registration.paper-downloaded")
    assert downloads.count() == 2
    assert "COMERCIAL" not in str(downloads[0].facts)


def test_papers_are_had_again_by_number_ruc_and_the_mail_of_the_employer(
    registration: Registration, settings: object
) -> None:
    client = Client(headers={"accept-language": "es"})
    assert client.get(FIND).status_code == 200
    at = ask(client, registration)["Location"]
    assert "data-countdown" in client.get(at).content.decode()
    wrong = client.post(at, {"code": "x"})
    assert "El código no es correcto" in wrong.content.decode()
    response = client.post(at, {"code": code_to(EMAIL, settings)})
    assert response["Location"] == f"{FIND}{registration.number}/"
    assert content(client.get(f"{response['Location']}solicitud.pdf")).startswith(b"%PDF")
    assert Entry.objects.filter(event="registration.found").count() == 1


def test_pair_that_does_not_exist_looks_the_same_and_sends_nothing(registration: Registration) -> None:
    def page(client: Client, **changes: str) -> tuple[int, str, str]:
        first = ask(client, registration, **changes)
        second = client.get(first["Location"])
        return first.status_code, second.content.decode(), Message.objects.latest("pk").to

    known = page(Client(headers={"accept-language": "es"}))
    for changes in ({"number": "2026-99999999"}, {"ruc": "1710034065001"}):
        unknown = page(Client(headers={"accept-language": "es"}), **changes)
        assert unknown[0] == known[0] == 302
        assert len(unknown[1]) == len(known[1])
        assert (unknown[2], known[2]) == ("", EMAIL)


def test_code_of_somebody_else_opens_nothing(registration: Registration, settings: object) -> None:
    at = ask(Client(), registration)["Location"]
    stranger = Client()
    assert stranger.get(at).status_code == 404
    assert stranger.post(at, {"code": code_to(EMAIL, settings)}).status_code == 404
    assert stranger.get(f"{FIND}{registration.number}/").status_code == 404


def test_code_goes_to_the_address_that_the_employer_has_now(
    registration: Registration, settings: object
) -> None:
    employer = registration.employer
    change = employers.change_email(
        employer_id=employer.pk, email="nueva@example.com", actor="holder:1", now=NOW
    )
    employers.take_email_change(change_id=change.pk, now=NOW + timedelta(days=30))
    ask(Client(), registration)
    assert len(code_to("nueva@example.com", settings)) == 6


def test_one_recipient_gets_only_so_many_codes_an_hour(registration: Registration, settings: object) -> None:
    settings.REGISTRATIONS_PER_HOUR = 2  # type: ignore[attr-defined]
    answers = [ask(Client(), registration, ruc=ruc).status_code for ruc in ["1710034065001"] * 3]
    assert answers == [302, 302, 429]
    assert ask(Client(), registration).status_code == 302


@pytest.mark.parametrize("number", ["", "2026-1", "x", "2026-0000000a"])
def test_number_that_cannot_be_one_is_asked_again(registration: Registration, number: str) -> None:
    assert ask(Client(), registration, number=number).status_code == 422


@pytest.mark.parametrize(
    ("paper", "title"),
    [
        ("solicitud", "Solicitud de entrega de clave, formulario"),
        ("autorizacion", "Autorización a un tercero, formulario"),
        ("acuerdo", "Acuerdo de responsabilidad, formulario"),
    ],
)
def test_blank_form_is_there_for_anyone(client: Client, paper: str, title: str) -> None:
    address = f"/empleadores/formularios/{paper}.pdf"
    assert address in client.get("/empleadores/formularios/").content.decode()
    response = client.get(address)
    with pikepdf.open(io.BytesIO(response.content)) as document:
        assert document.docinfo["/Title"] == title
    assert client.get("/empleadores/formularios/otro.pdf").status_code == 404


def test_papers_that_the_job_makes_are_those_that_are_downloaded(registration: Registration) -> None:
    actions.issue_all(registration_id=registration.pk)
    actions.issue_all(registration_id=registration.pk)
    assert set(IssuedDocument.objects.values_list("kind", "number")) == {
        ("key-request", registration.number),
        ("agreement", registration.number),
    }


def test_paper_keeps_what_was_said_of_a_foreign_person_and_a_third_party() -> None:
    application = make_application(
        representative=make_representative(document=Document.PASSPORT, number="AB123456", country="CO"),
        collector=make_representative(names="VERA LUIS"),
    )
    registration = employers.register(application=application, now=timezone.now())
    document = actions.issue(registration=registration, paper=actions.Paper.REQUEST)
    with actions.issued.open_document(document) as file:
        text = text_of(file.read())
    for part in ("Pasaporte", "AB123456", "Colombia", "VERALUIS"):
        assert part in text


@pytest.mark.parametrize(
    ("case", "brought", "left"),
    [
        (
            (Document.CEDULA, Kind.COMPANY, False),
            ["Cédula de quien representa al empleador", "RUC", "Escaneado."],
            ["Visa", "artesanal", "tercera persona"],
        ),
        ((Document.VISA, Kind.FOREIGN_PERSON, False), ["Visa", "Original."], ["Pasaporte", "Cédula"]),
        ((Document.CEDULA, Kind.ARTISAN, True), ["artesanal", "Cédula de la tercera persona"], ["Pasaporte"]),
        ((Document.CEDULA, Kind.DOMESTIC, False), ["firmada a mano"], ["RUC"]),
        (
            (Document.FOREIGNER_CODE, Kind.FOREIGN_PERSON, False),
            ["Código de identificación para extranjeros"],
            ["Pasaporte"],
        ),
    ],
)
def test_roads_say_what_to_bring_in_exactly_this_case(
    case: tuple[Document, Kind, bool], brought: list[str], left: list[str]
) -> None:
    document, kind, third_party = case
    said = str(
        [road["items_to_bring"] for road in roads(document=document, kind=kind, third_party=third_party)]
    )
    assert all(part in said for part in brought)
    assert not any(part in said for part in left)
