"""Booking on the public pages, from the first one to the confirmation."""

import io
import re

import pikepdf
import pytest
from icalendar import Calendar

from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import State
from afilia.employers.models import Employer, Representative
from afilia.notices.models import Message
from afilia.registries.models import CivilRecord
from tests.appointments.builders import CODE_PROCEDURE, GALAPAGOS, MONDAY, at, make_agenda, make_office
from tests.appointments.pages import Booker, Clock, code_in, mails_to, place_of
from tests.builders import KEY, make_employer, make_key
from tests.documents.builders import text_of as text_of_pdf


def test_a_place_is_booked_page_by_page(booker: Booker) -> None:
    agenda = make_agenda(make_office(name="Oficina Quito Norte"))
    page = booker.get("/turnos/?tramite=clave-patronal")
    assert "Generación de clave patronal" in page
    assert "¿Quién será atendido?" in booker.begin()
    assert "¿Cómo le avisamos?" in booker.post(booker.person)
    page = booker.post(booker.contact)
    assert booker.email in page
    (mail,) = mails_to(booker.email)
    assert Message.objects.get(to=booker.email).subject == "Verificar IESS turno online"
    page = booker.post({"code": code_in(mail)})
    assert "¿En nombre de quién va?" in page
    page = booker.post(booker.case)
    assert "Elija la oficina" in page
    assert "Oficina Quito Norte" not in page
    page = booker.get(f"{booker.draft}oficina/?provincia=17")
    assert page.count("Oficina Quito Norte") > 1
    assert "lunes, 23 de noviembre de 2026, a las 08:00" in page
    page = booker.get(f"{booker.draft}dia/?oficina={agenda.office.code}")
    assert "lunes, 23 de noviembre de 2026" in page
    assert re.search(r"\d+ turnos libres", page)
    page = booker.hours(agenda.office)
    assert "Por la mañana" in page
    assert f'value="{place_of(agenda, at(9)).split()[0]} 2026-11-23T09:00:00-05:00"' in page
    page = booker.post({"place": place_of(agenda, at(9))})
    assert booker.at.endswith("/confirmar/")
    for part in ("09:00", "Luz Prueba Peña", booker.number, "Qué llevar", "Acuerdo de responsabilidad"):
        assert part in page
    assert not Appointment.objects.filter(state=State.CONFIRMED).exists()
    page = booker.confirm()
    booked = Appointment.objects.get()
    assert (booked.state, booked.starts_at, booked.number) == (State.CONFIRMED, at(9), booker.number)
    assert booker.at == f"/turnos/t/{reference_of(booked)}/"
    assert "Confirmación del Turno en Línea" in page
    assert str(booked.code) in page


def test_the_confirmation_goes_out_by_mail_with_a_calendar_and_as_a_pdf(booker: Booker) -> None:
    booked = booker.book(make_agenda())
    mail = mails_to(booker.email)[-1]
    assert f"/turnos/t/{reference_of(booked)}/" in mail
    assert "Qué llevar:" in mail
    assert str(booked.code) in mail
    message = Message.objects.filter(to=booker.email).latest("pk")
    assert message.subject == "Confirmación del Turno en Línea"
    assert message.attachments is not None
    pdf = booker.client.get(f"{booker.at}confirmacion.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        assert opened.open_metadata()["pdfuaid:part"] == "1"
    text = text_of_pdf(pdf.content)
    for part in ("Lunes,23denoviembrede2026", "09:00", "LuzPruebaPeña", booker.number, str(booked.code)):
        assert part in text
    (event,) = Calendar.from_ical(booker.client.get(f"{booker.at}turno.ics").content).walk("VEVENT")
    assert event.start == booked.starts_at
    assert event.end == booked.ends_at
    assert str(event["UID"]) == f"{booked.pk}@afilia"
    assert str(booked.code) in event["DESCRIPTION"]
    assert len(event.walk("VALARM")) == 2


def test_hours_are_those_of_the_clocks_at_the_office_and_the_galapagos_are_named(booker: Booker) -> None:
    office = make_office(province="20", city="Puerto Ayora")
    agenda = make_agenda(office)
    booker.answer()
    page = booker.hours(office)
    assert "hora de Galápagos, una hora menos que en el continente" in page
    assert "08:00" in page
    page = booker.post({"place": place_of(agenda, at(8, zone=GALAPAGOS))})
    assert "a las 08:00 (hora de Galápagos" in page
    booker.confirm()
    assert "08:00 (hora de Galápagos" in mails_to(booker.email)[-1]
    assert "08:00(horadeGalápagos" in text_of_pdf(booker.client.get(f"{booker.at}confirmacion.pdf").content)


def test_only_offices_that_do_the_procedure_are_shown(booker: Booker) -> None:
    make_agenda(make_office(name="Oficina de claves"))
    other = make_agenda(make_office(name="Oficina de códigos", province="01"), procedures=[CODE_PROCEDURE])
    booker.answer()
    assert '<option value="01"' not in booker.page
    page = booker.get(f"{booker.draft}oficina/?provincia=17")
    assert "Oficina de claves" in page
    assert "Oficina de códigos" not in page
    booker.get(f"{booker.draft}dia/?oficina={other.office.code}")
    assert booker.at.endswith("/oficina/")


def test_the_next_free_place_near_is_taken_with_one_click_in_a_neighbouring_province(booker: Booker) -> None:
    near = make_agenda(make_office(province="10", city="Ibarra", name="Oficina Ibarra"))
    make_agenda(make_office(weekdays=range(0)))  # in Pichincha, never open
    booker.answer()
    page = booker.get(f"{booker.draft}oficina/?provincia=17")
    assert "Oficina Ibarra" in page
    booker.post({"place": place_of(near, at(8))}, f"{booker.draft}oficina/?provincia=17")
    assert booker.at.endswith("/confirmar/")


@pytest.mark.parametrize(
    ("procedure", "case", "listed", "left_out"),
    [
        (
            "clave-patronal",
            {"who_comes": "employer", "applicant": "artisan"},
            ["Calificación artesanal", "Cédula"],
            ["Pasaporte", "Autorización de retiro"],
        ),
        (
            "clave-patronal",
            {"who_comes": "authorised-third-party", "applicant": "company"},
            ["Autorización de retiro de contraseña", "Debe ir esa misma persona"],
            ["Calificación artesanal"],
        ),
        (
            "codigo-extranjeros",
            {"who_comes": "attorney", "applicant": "company"},
            ["Poder notarial", "Original, del Ministerio de Trabajo"],
            ["Simple, firmada a mano por el empleador"],
        ),
    ],
    ids=["artisan", "third-party", "attorney"],
)
def test_what_to_bring_is_listed_for_exactly_the_case(
    procedure: str, case: dict[str, str], listed: list[str], left_out: list[str], booker: Booker
) -> None:
    agenda = make_agenda(procedures=[procedure])
    booker.begin(procedure)
    booker.post(booker.person)
    booker.post(booker.contact)
    booker.type_code()
    booker.post(case)
    page = booker.hold(agenda)
    assert booker.at.endswith("/confirmar/")
    for part in listed:
        assert part in page
    for part in left_out:
        assert part not in page


def test_an_attorney_is_offered_only_where_the_sheet_knows_one(booker: Booker) -> None:
    booker.begin("clave-patronal")
    for answer in (booker.person, booker.contact):
        booker.post(answer)
    assert "poder notarial" not in booker.type_code()
    assert "poder notarial" in booker.post({"procedure": "codigo-extranjeros"}, f"{booker.draft}tramite/")


def test_a_passport_needs_its_country_and_is_brought(booker: Booker) -> None:
    agenda = make_agenda()
    booker.begin()
    typed = {"document": "passport", "number": "ab 123456", "names": "Jane Doe", "country": ""}
    page = booker.post(typed)
    assert booker.status == 422
    assert "Elija el país que emitió el pasaporte" in page
    booker.post({**typed, "country": "FR"})
    booker.post(booker.contact)
    booker.type_code()
    booker.post({"who_comes": "employer", "applicant": "foreign-person"})
    page = booker.hold(agenda)
    assert "Pasaporte AB123456" in page
    assert "Pasaporte." in page
    assert "Código de identificación" not in page
    booker.confirm()
    booked = Appointment.objects.get()
    assert (booked.kind, booked.number, booked.country) == ("passport", "AB123456", "FR")


@pytest.mark.parametrize(
    ("page", "typed", "says"),
    [
        ("persona", {"number": "1710034066"}, "no es una cédula ni un código"),
        ("persona", {"number": "", "names": ""}, "Escriba los nombres y apellidos"),
        ("persona", {"document": "passport", "number": "ñ", "country": "FR"}, "de 4 a 20 letras"),
        ("contacto", {"email": "nadie"}, "Escriba un correo completo"),
        ("contacto", {"phone": "02 394 5666"}, "Escriba un celular"),
        ("contacto", {"phone": "12"}, "Revise el teléfono"),
        ("caso", {"who_comes": ""}, "Elija quién es la persona"),
        ("caso", {"ruc": "179001234500"}, "deje vacío el campo"),
    ],
    ids=["cedula", "empty", "passport", "email", "landline", "phone", "who", "ruc"],
)
def test_a_wrong_answer_is_said_beside_its_field_and_kept(
    page: str, typed: dict[str, str], says: str, booker: Booker
) -> None:
    booker.answer()
    right = {"persona": booker.person, "contacto": booker.contact, "caso": booker.case}[page]
    shown = booker.post({**right, **typed}, f"{booker.draft}{page}/")
    assert booker.status == 422
    assert says in shown
    assert "<title>Error:" in shown
    for value in typed.values():
        assert not value or f'value="{value}"' in shown


def test_names_that_the_registro_civil_knows_otherwise_are_refused(booker: Booker) -> None:
    CivilRecord.objects.create(
        cedula=booker.number, names="PEÑA PRUEBA LUZ MARIA", birth_on=MONDAY.replace(year=1980)
    )
    booker.begin()
    page = booker.post({**booker.person, "names": "Otra Persona Distinta"})
    assert "no coinciden con el Registro Civil" in page
    assert "PEÑA" not in page.upper()
    booker.post(booker.person)
    assert booker.at.endswith("/contacto/")


@pytest.fixture
def signed_in(booker: Booker) -> Employer:
    """The employer for whom its representative is signed in."""
    employer = make_employer(
        email="nomina@example.com", email_verified_at=at(8), phone="0991234567", province="17"
    )
    key = make_key(employer, number=booker.number, now=at(8).replace(year=2020))
    Representative.objects.create(
        employer=employer, document="cedula", number=key.number, names="PEÑA PRUEBA LUZ MARÍA"
    )
    booker.client.post("/empleadores/ingresar/", {"number": key.number, "key": KEY})
    return employer


def test_who_is_signed_in_types_nothing_that_is_known(booker: Booker, signed_in: Employer) -> None:
    agenda = make_agenda()
    assert signed_in.ruc in booker.get("/turnos/")
    page = booker.begin()
    assert booker.at.endswith("/caso/")
    assert f'value="{signed_in.ruc}"' in page
    assert re.search(r'value="company" checked', page)
    page = booker.post({"who_comes": "employer", "applicant": "company", "ruc": signed_in.ruc})
    assert agenda.office.name in page  # of the employer's own province, without being asked for it
    booker.hold(agenda)
    booker.confirm()
    booked = Appointment.objects.get()
    assert (booked.number, booked.names) == (booker.number, "PEÑA PRUEBA LUZ MARÍA")
    assert (booked.email, booked.ruc) == (signed_in.email, signed_in.ruc)
    assert not Message.objects.filter(subject="Verificar IESS turno online").exists()


def test_a_province_without_an_office_is_asked_for_and_no_error(booker: Booker, signed_in: Employer) -> None:
    make_agenda(make_office(province="01"))
    booker.begin()
    page = booker.post({"who_comes": "employer", "applicant": "company", "ruc": ""})
    assert booker.at.endswith("/oficina/")
    assert "Revise lo siguiente" not in page
    page = booker.get(f"{booker.draft}oficina/?provincia=")
    assert "Elija una provincia." in page


def test_another_email_is_proved_also_by_who_is_signed_in(booker: Booker, signed_in: Employer) -> None:
    booker.begin()
    booker.post({"email": "otra@example.com", "phone": signed_in.phone}, f"{booker.draft}contacto/")
    assert booker.at.endswith("/codigo/")
    booker.get(f"{booker.draft}caso/")
    assert booker.at.endswith("/codigo/")


def test_a_page_that_cannot_be_asked_yet_leads_to_the_first_open_question(booker: Booker) -> None:
    booker.begin()
    for page in ("caso", "codigo", "oficina", "dia", "hora", "confirmar", "espera"):
        booker.get(f"{booker.draft}{page}/")
        assert booker.at.endswith("/persona/"), page


def test_a_draft_is_of_its_browser_alone(booker: Booker) -> None:
    booker.answer()
    stranger = Booker()
    for page in ("persona", "contacto", "codigo", "tramite", "caso", "oficina", "dia", "hora", "confirmar"):
        assert "Esta página ya no está" in stranger.get(f"{booker.draft}{page}/")
        assert stranger.status == 404


def test_what_was_typed_is_sealed_in_the_session(booker: Booker) -> None:
    booker.answer()
    kept = str(dict(booker.client.session))
    assert booker.number not in kept
    assert booker.email not in kept


def test_a_browser_keeps_the_newest_drafts_and_not_all(booker: Booker) -> None:
    drafts = []
    for _ in range(6):
        booker.begin()
        drafts.append(booker.draft)
    booker.get(f"{drafts[0]}persona/")
    assert booker.status == 404
    booker.get(f"{drafts[1]}persona/")
    assert booker.status == 200


def test_visits_that_bring_nothing_begin_no_session(booker: Booker, clock: Clock) -> None:
    for page in ("/turnos/", "/turnos/?tramite=clave-patronal", "/turnos/consultar/", "/turnos/perdido/"):
        booker.get(page)
        assert booker.status == 200
    assert "sessionid" not in booker.client.cookies


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/", "/turnos/"),
        ("/empleadores/", "/turnos/"),
        ("/empleadores/clave/documentos/", "/turnos/?tramite=clave-patronal"),
        ("/tramites/clave-patronal/", "/turnos/?tramite=clave-patronal"),
        ("/tramites/codigo-extranjeros/", "/turnos/?tramite=codigo-extranjeros"),
    ],
)
def test_whoever_is_told_to_get_an_appointment_is_led_there(page: str, address: str, booker: Booker) -> None:
    assert f'href="{address}"' in booker.get(page)
    booker.get(address)
    assert booker.status == 200


def test_a_procedure_without_appointments_is_asked_for_again(booker: Booker) -> None:
    assert "Trámite:" not in booker.get("/turnos/?tramite=novedades-batch")
    booker.begin("novedades-batch")
    for answer in (booker.person, booker.contact):
        booker.post(answer)
    assert "¿Qué trámite va a hacer?" in booker.type_code()
    booker.post({"procedure": "novedades-batch"})
    assert booker.status == 422
