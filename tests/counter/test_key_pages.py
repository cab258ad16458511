"""The pages on which an official hands over a key."""

import io
import logging
from datetime import timedelta

import pypdfium2
import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access.models import EmployerKey
from afilia.audit.models import Entry
from afilia.config import logs
from afilia.counter.models import Handover
from afilia.counter.queries import keys as queries
from afilia.employers.models import Employer
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.attendance.builders import call, make_appointment, make_open_office, open_counter, receive
from tests.builders import cedula, make_employer, make_key, signed_in_client
from tests.counter.builders import give, make_applicant, make_approved, make_clerk, make_prepared
from tests.staff.builders import make_office, make_staff, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]
KEYS = "/funcionarios/claves/"
PAPERS = ["solicitud", "acuerdo", "identidad"]
OWN_KEY = "tijera nube caimito 7"


@pytest.fixture
def clerk() -> StaffMember:
    return make_staff()


@pytest.fixture
def desk(client: Client, clerk: StaffMember) -> Client:
    return sign_in_staff(client, clerk)


def page_of(employer: Employer) -> str:
    return f"{KEYS}{employer.pk}/"


def papers_of(employer: Employer, who: str = "employer") -> str:
    return f"{page_of(employer)}documentos/?quien={who}"


def ticked(employer: Employer, **changes: object) -> dict[str, object]:
    """All boxes of the checklist of who represents a company."""
    boxes = {"papers": PAPERS}
    return boxes | {"is_identified": "on", "email": employer.email, "road": "sheet"} | changes


def prepare(desk: Client, employer: Employer, **changes: object) -> str:
    answer = desk.post(papers_of(employer), ticked(employer, **changes))
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def key_on(sheet: HttpResponse) -> str:
    text = pypdfium2.PdfDocument(io.BytesIO(sheet.content))[0].get_textpage().get_text_range()
    return next(word for word in text.split() if word.count("-") == 3)


@pytest.mark.parametrize(
    "typed", ["ruc", "cedula", "registration", "collector", "spaced"], ids=["ruc", "cedula", "n", "col", "sp"]
)
def test_an_employer_is_found_by_its_numbers(desk: Client, typed: str) -> None:
    collector = cedula()
    employer = make_applicant(collector=collector)
    make_applicant()
    ruc = employer.ruc
    numbers = {
        "ruc": ruc,
        "cedula": employer.representative.number,
        "registration": employer.registration.number,
        "collector": collector,
        "spaced": f" {ruc[:4]} {ruc[4:10]}-{ruc[10:]}",
    }
    assert desk.post(KEYS, {"typed": numbers[typed]})["Location"] == page_of(employer)


def test_a_number_of_several_employers_lists_them_and_that_of_none_says_so(desk: Client) -> None:
    number = cedula()
    employers = [make_applicant(number=number) for _ in range(2)]
    shown = desk.post(KEYS, {"typed": number}).content.decode()
    assert all(page_of(employer) in shown for employer in employers)
    assert "No hay un empleador registrado" in desk.post(KEYS, {"typed": cedula()}).content.decode()
    searches = Entry.objects.filter(event="counter.searched").order_by("pk")
    assert [one.facts["found"] for one in searches] == [2, 0]
    assert number not in str([one.facts for one in searches])
    assert "Escriba un RUC" in desk.post(KEYS, {"typed": ""}).content.decode()


@pytest.mark.parametrize(
    "page", ["", "documentos/", "documentos/?quien=employer", "negar/", "negar/?quien=employer"]
)
def test_looking_at_an_employer_is_written_down(desk: Client, clerk: StaffMember, page: str) -> None:
    employer = make_applicant()
    assert employer.ruc in desk.get(page_of(employer) + page).content.decode()
    entry = Entry.objects.get(event="counter.looked-at")
    assert (entry.actor, entry.subject) == (f"staff:{clerk.pk}", f"employer:{employer.pk}")
    if page:
        desk.post(page_of(employer) + page)  # what is wrong in a form is shown beside the same data
        assert Entry.objects.filter(event="counter.looked-at").count() == 2


def test_looking_at_what_a_colleague_hands_over_is_written_down(desk: Client, clerk: StaffMember) -> None:
    handover = make_prepared(make_applicant(), by=staff_queries.staff(make_staff(office=clerk.office)))
    assert handover.came_names in desk.get(f"{KEYS}entrega/{handover.pk}/").content.decode()
    assert Entry.objects.get(event="counter.looked-at").actor == f"staff:{clerk.pk}"


def test_the_key_on_the_sheet_signs_in_and_is_shown_once(desk: Client) -> None:
    employer = make_applicant()
    handover = prepare(desk, employer)
    before = desk.get(handover).content.decode()
    assert "Crear la clave e imprimir la hoja" in before
    assert not EmployerKey.objects.exists()
    sheet = desk.post(handover, {"seen": "0"})
    assert (sheet["Content-Type"], sheet["Content-Disposition"][:6]) == ("application/pdf", "inline")
    assert "no-store" in sheet["Cache-Control"]
    key = key_on(sheet)
    after = desk.get(handover).content.decode() + desk.get(page_of(employer)).content.decode()
    assert key not in after
    assert "Clave entregada" in after
    assert "todavía no cambió por una propia" in after
    again = desk.post(handover, {"seen": "0"})
    assert (again.status_code, again["Content-Type"]) == (409, "text/html; charset=utf-8")
    assert "Esta clave ya se entregó" in again.content.decode()
    browser = Client()
    number = employer.representative.number
    choose = browser.post("/empleadores/ingresar/", {"number": number, "key": key})["Location"]
    assert choose == "/empleadores/ingresar/clave-nueva/"
    assert browser.post(choose, {"new_key": OWN_KEY, "repeat": OWN_KEY}).status_code == 302
    assert browser.get("/empleadores/sesiones/").status_code == 200
    done = desk.get(handover).content.decode()
    assert "la persona eligió la suya" in done
    assert "Imprimir otra hoja" not in done
    assert desk.post(handover, {"seen": "1"}).status_code == 409


def test_a_sheet_printed_again_has_another_key(desk: Client) -> None:
    employer = make_applicant()
    handover = prepare(desk, employer)
    first = key_on(desk.post(handover, {"seen": "0"}))
    second = key_on(desk.post(handover, {"seen": "1"}))
    assert first != second
    assert "Se entregó 2 veces" in desk.get(handover).content.decode()
    number = employer.representative.number
    refused = Client().post("/empleadores/ingresar/", {"number": number, "key": first})
    assert refused.status_code == 200


def test_a_sheet_that_cannot_be_made_is_printed_again_and_its_key_is_nobodys(
    desk: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    employer, lost = make_applicant(), "bcdf-ghjk-mnpq-rstv"
    handover = prepare(desk, employer)
    desk.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(logs.formatter(readable=False))
    with monkeypatch.context() as broken:
        broken.setattr("afilia.access.actions.doors.new_handed_key", lambda: lost)
        broken.setattr("afilia.documents.key_sheets.compile_pdf", lambda *_, **__: 1 / 0)
        failed = desk.post(handover, {"seen": "0"})
    assert failed.status_code == 500
    assert "ZeroDivisionError" in caplog.text
    assert lost not in caplog.text + failed.content.decode()
    assert "Clave entregada" in desk.get(handover).content.decode()
    key = key_on(desk.post(handover, {"seen": "1"}))
    number = employer.representative.number
    opened = Client().post("/empleadores/ingresar/", {"number": number, "key": key})
    assert opened["Location"] == "/empleadores/ingresar/clave-nueva/"


def test_the_sheet_does_not_tell_the_number_with_which_it_opens(desk: Client) -> None:
    number = cedula()
    employer = make_applicant(number=number, ruc=f"{number}001", kind="artisan")
    handover = prepare(desk, employer, papers=[*PAPERS, "calificacion-artesanal"])
    sheet = desk.post(handover, {"seen": "0"})
    text = pypdfium2.PdfDocument(io.BytesIO(sheet.content))[0].get_textpage().get_text_range()
    assert number not in text
    assert f"termina en {number[-3:]}" in text


def test_each_missing_paper_is_said_and_nothing_is_prepared(desk: Client) -> None:
    employer = make_applicant()
    page = desk.post(papers_of(employer), {"email": employer.email, "road": "sheet"}).content.decode()
    for name in ("Solicitud de entrega de clave", "Acuerdo de responsabilidad", "Cédula de quien representa"):
        assert f"Falta: {name}" in page
    assert "Compruebe la identidad" in page
    assert not Handover.objects.exists()


def test_a_third_party_is_named_and_is_not_the_representative(desk: Client) -> None:
    collector = cedula()
    employer = make_applicant(collector=collector)
    address = papers_of(employer, "authorised-third-party")
    shown = desk.get(address).content.decode()
    for known in (collector, "TERCERA PRUEBA ROSA", employer.email):
        assert known not in shown, "it is copied from the papers, not from what anybody may have registered"
    boxes = ticked(employer, papers=[*PAPERS, "identidad-tercero"])
    own = desk.post(address, boxes | {"came_number": employer.representative.number, "came_names": "X Y"})
    assert "Esa es la cédula de quien representa" in own.content.decode()
    assert desk.post(address, boxes | {"came_number": "1", "came_names": ""}).status_code == 200
    done = desk.post(address, boxes | {"came_number": collector, "came_names": "TERCERA PRUEBA ROSA"})
    handover = Handover.objects.get()
    assert done["Location"] == f"{KEYS}entrega/{handover.pk}/"
    assert (handover.came_number, handover.came_names) == (collector, "TERCERA PRUEBA ROSA")
    page = desk.get(done["Location"]).content.decode()
    assert "TERCERA PRUEBA ROSA" in page
    assert "No consta en el registro" not in page


def test_a_third_party_whom_the_registration_does_not_name_is_marked(desk: Client) -> None:
    employer = make_applicant(collector=cedula())
    boxes = ticked(employer, papers=[*PAPERS, "identidad-tercero"])
    said = {"came_number": cedula(), "came_names": "OTRA PRUEBA INÉS"}
    done = desk.post(papers_of(employer, "authorised-third-party"), boxes | said)
    assert "No consta en el registro" in desk.get(done["Location"]).content.decode()


def test_nobody_comes_in_a_capacity_that_the_sheet_does_not_know(desk: Client) -> None:
    employer = make_applicant()
    for who in ("attorney", "nobody", ""):
        page = desk.get(papers_of(employer, who)).content.decode()
        assert "Elija quién vino" in page
    assert (
        "Cédula de la tercera persona"
        in desk.get(papers_of(employer, "authorised-third-party")).content.decode()
    )


def test_a_passport_asks_for_the_foreigner_code_and_says_where_one_comes_from(desk: Client) -> None:
    employer = make_applicant(document="passport", number="AB123456", kind="company")
    boxes = ticked(employer)
    assert "Original" in desk.get(papers_of(employer)).content.decode()
    page = desk.post(papers_of(employer), boxes | {"number": ""}).content.decode()
    assert "Código de identificación para extranjeros" in page
    assert "no es un código" in desk.post(papers_of(employer), boxes | {"number": cedula()}).content.decode()
    assert desk.post(papers_of(employer), boxes | {"number": "6100000000"}).status_code == 302


def test_who_has_a_key_is_led_to_recovery_and_the_clerk_goes_no_further(desk: Client) -> None:
    employer = make_applicant()
    make_key(employer, number=employer.representative.number)
    page = desk.get(page_of(employer)).content.decode()
    assert "ya tiene una clave propia" in page
    assert "/empleadores/clave/recuperar/" in page
    assert "pida a quien supervisa" in page
    assert "¿Quién vino?" not in page
    desk.post(papers_of(employer), ticked(employer, again="Me lo pidió"))
    assert not Handover.objects.exists()


def test_a_supervisor_gives_another_key_and_says_why(client: Client) -> None:
    desk = sign_in_staff(client, make_staff(Role.SUPERVISOR))
    employer = make_applicant()
    make_key(employer, number=employer.representative.number)
    assert "Escriba por qué" in desk.post(papers_of(employer), ticked(employer, again="")).content.decode()
    handover = prepare(desk, employer, again="Perdió el correo y el teléfono.")
    assert "Perdió el correo" in desk.get(handover).content.decode()
    assert desk.post(handover, {"seen": "0"})["Content-Type"] == "application/pdf"


def test_without_a_representative_on_record_nobody_gets_a_key(desk: Client) -> None:
    employer = make_employer()
    assert "No consta quién representa" in desk.get(page_of(employer)).content.decode()
    assert "No consta quién representa" in desk.post(papers_of(employer), {}).content.decode()


def test_a_key_is_refused_with_a_reason_of_the_data(desk: Client) -> None:
    employer = make_applicant()
    address = f"{page_of(employer)}negar/?quien=authorised-third-party"
    assert "Elija un motivo" in desk.post(address, {"reason": "", "text": ""}).content.decode()
    assert "El RUC no está activo en el SRI." in desk.get(address).content.decode()
    answer = desk.post(address, {"reason": "no-representa", "text": "Traiga la autorización."})
    assert answer["Location"] == page_of(employer)
    page = desk.get(page_of(employer)).content.decode()
    assert "no representa al empleador" in page
    assert "Traiga la autorización." in page


def test_refusals_of_the_last_step_are_told_in_the_page(desk: Client, clerk: StaffMember) -> None:
    employer = make_applicant()
    late = prepare(desk, employer)
    Handover.objects.update(prepared_at=timezone.now() - timedelta(hours=1))
    refused = desk.post(late, {"seen": "0"})
    assert (refused.status_code, "Pasó más de una hora" in refused.content.decode()) == (409, True)
    mine = prepare(desk, employer)
    other = make_clerk()
    now = timezone.now()
    give(make_prepared(employer, other, now=now), other, now=now)
    assert "otra persona entregó la clave" in desk.post(mine, {"seen": "0"}).content.decode()


def test_an_approved_case_waits_on_the_page_of_its_office_and_goes_by_a_link(client: Client) -> None:
    office = make_office()
    case = make_approved(office)
    desk = sign_in_staff(client, make_staff(office=office))
    assert str(case.number) in desk.get(KEYS).content.decode()
    page = desk.get(f"{KEYS}{case.employer_id}/").content.decode()
    assert f"Su trámite {case.number} está aprobado" in page
    address = desk.post(f"{KEYS}{case.employer_id}/enlace/")["Location"]
    assert desk.post(address, {"seen": "0"})["Location"] == address
    assert "El enlace está en camino" in desk.get(address).content.decode()
    stranger = sign_in_staff(Client(), make_staff())
    assert str(case.number) not in stranger.get(KEYS).content.decode()
    assert stranger.post(f"{KEYS}{case.employer_id}/enlace/").status_code == 404


def test_a_case_whose_employer_got_a_key_elsewhere_is_ended_by_its_office(client: Client) -> None:
    office = make_office()
    case = make_approved(office)
    desk, address = sign_in_staff(client, make_staff(office=office)), f"{KEYS}{case.employer_id}/terminar/"
    assert "Terminar el trámite" not in desk.get(page_of(case.employer)).content.decode()
    told = desk.post(address, follow=True).content.decode()
    assert "todavía no tiene clave" in told
    case.refresh_from_db()
    assert case.state == "approved"
    elsewhere = make_clerk()
    now = timezone.now()
    employer = queries.employer(case.employer_id)
    assert employer is not None
    give(make_prepared(employer, elsewhere, now=now), elsewhere, now=now)
    assert sign_in_staff(Client(), make_staff()).post(address).status_code == 404
    assert "Terminar el trámite" in desk.get(page_of(employer)).content.decode()
    assert f"El trámite {case.number} terminó" in desk.post(address, follow=True).content.decode()
    case.refresh_from_db()
    assert case.state == "delivered"


def addresses() -> list[str]:
    return ["", "1/", "1/documentos/?quien=employer", "1/negar/?quien=employer"]


@pytest.mark.parametrize("address", addresses())
def test_strangers_of_the_counter_get_404_and_anonymous_people_the_sign_in_page(address: str) -> None:
    employer = make_applicant()
    path = KEYS + address.replace("1/", f"{employer.pk}/")
    assert Client().get(path)["Location"].startswith("/funcionarios/entrar/?next=")
    outsiders = [
        sign_in_staff(Client(), make_staff(Role.COORDINATION, province="17")),
        sign_in_staff(Client(), make_staff(Role.LEGAL, province="17")),
        signed_in_client(Client(), make_key(make_employer())),
    ]
    assert [client.get(path).status_code for client in outsiders] == [404] * 3
    assert sign_in_staff(Client(), make_staff()).get(path).status_code == 200


def test_a_supervisor_of_no_office_is_told_so_and_hands_nothing_over() -> None:
    employer = make_applicant()
    supervisor = sign_in_staff(Client(), make_staff(Role.SUPERVISOR, province="17"))
    page = supervisor.get(KEYS).content.decode()
    assert "su cuenta no es de una oficina" in page
    assert '<form method="post" novalidate' not in page
    for address in addresses()[1:]:
        assert supervisor.get(KEYS + address.replace("1/", f"{employer.pk}/")).status_code == 404


def test_who_was_called_to_the_counter_is_at_hand(client: Client) -> None:
    office, now = make_open_office(), timezone.now()
    member = make_staff(office=office)
    clerk, employer = staff_queries.staff(member), make_applicant()
    booked = make_appointment(office, now=now, ruc=employer.ruc, number=cedula())
    receive(booked, now=now)
    open_counter(office, clerk, now=now)
    desk = sign_in_staff(client, member)
    assert "Ahora en su ventanilla" not in desk.get(KEYS).content.decode()
    visit = call(office, clerk, now=now)
    page = desk.get(KEYS).content.decode()
    assert f"Número {visit.ticket}" in page
    assert page_of(employer) in page
    assert booked.names in page


def test_a_handing_over_is_seen_in_its_office_and_done_by_who_saw_the_papers(desk: Client) -> None:
    employer, office = make_applicant(), make_office()
    clerk = make_clerk(office=office)
    address = f"{KEYS}entrega/{make_prepared(employer, clerk, now=timezone.now()).pk}/"
    assert Client().get(address).status_code == 302
    assert desk.get(address).status_code == 404
    assert desk.post(address, {"seen": "0"}).status_code == 404
    colleague = sign_in_staff(Client(), make_staff(office=office))
    page = colleague.get(address).content.decode()
    assert "La entrega quien comprobó los documentos" in page
    assert colleague.post(address, {"seen": "0"}).status_code == 404
    assert not EmployerKey.objects.exists()


def test_employers_that_do_not_exist_are_404(desk: Client) -> None:
    for address in addresses()[1:]:
        assert desk.get(KEYS + address.replace("1/", "999999999/")).status_code == 404
    assert desk.post(f"{KEYS}999999999/enlace/").status_code == 404
