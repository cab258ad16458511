"""The pages of officials, as a browser without script sees them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.appointments.references import reference_of
from afilia.attendance import queries
from afilia.attendance.models import Visit
from afilia.attendance.rules.visits import State
from afilia.offices.models import Office
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.attendance.builders import (
    CODE,
    KEY,
    make_appointment,
    make_official,
    make_open_office,
    open_counter,
    receive,
)
from tests.staff.builders import make_staff, sign_in_staff

AGENDA = "/funcionarios/turnos/"


@pytest.fixture
def member(office: Office) -> StaffMember:
    return make_staff(Role.COUNTER, office=office)


@pytest.fixture
def desk(client: Client, member: StaffMember) -> Client:
    """A browser in which an official of the office is signed in."""
    return sign_in_staff(client, member)


@pytest.fixture
def counter(office: Office, member: StaffMember) -> int:
    """The official attends at counter 2 for both procedures."""
    staff = staff_queries.staff(member)
    return open_counter(office, staff, number=2, procedures=(KEY, CODE), now=timezone.now()).number


def page(client: Client, address: str = AGENDA, *, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def step(client: Client, visit: Visit, do: str, **fields: str) -> str:
    response = client.post(f"{AGENDA}visita/{visit.pk}/", {"do": do, **fields}, follow=True)
    assert response.status_code == 200
    return response.content.decode()


def find(client: Client, what: str) -> str:
    response = client.post(f"{AGENDA}buscar/", {"what": what}, follow=True)
    assert response.status_code in {200, 422}
    return response.content.decode()


def come(office: Office, **changes: object) -> Visit:
    """Somebody with an appointment of this minute who came."""
    now = timezone.now()
    return receive(make_appointment(office, now=now, **changes), now=now)


def test_the_agenda_tells_who_comes_for_what_with_which_documents(desk: Client, office: Office) -> None:
    appointment = make_appointment(office, now=timezone.now(), names="EJEMPLO RÍOS ANA LUCÍA")
    shown = page(desk)
    assert "EJEMPLO RÍOS ANA LUCÍA" in shown
    assert str(appointment.code) in shown
    assert "No ha llegado" in shown
    assert "Solicitud de entrega de clave" in shown


@pytest.mark.parametrize("by", ["link", "scanner", "code", "identification"])
def test_a_person_is_found_and_received(desk: Client, office: Office, by: str) -> None:
    appointment = make_appointment(office, now=timezone.now())
    reference = reference_of(appointment)
    typed = {
        "link": f"https://portal.example.org/turnos/cita/{reference}/",
        # A scanner set to another keyboard: `:` and `/` come out as other signs, letters in capitals.
        "scanner": f"HTTPSÑ--PORTAL.EXAMPLE.ORG-TURNOS-CITA-{reference.upper()}-",
        "code": f" {str(appointment.code).lower()} ",
        "identification": appointment.number,
    }
    assert "Registrar la llegada" in find(desk, typed[by])
    received = desk.post(f"{AGENDA}cita/{appointment.pk}/", {"priority": "on"}, follow=True)
    assert "Su número es A1." in received.content.decode()
    visit = Visit.objects.get()
    assert (visit.appointment, visit.priority) == (appointment, True)
    assert f"/visita/{visit.pk}/" in page(desk)


def test_two_appointments_of_a_person_are_offered_to_choose_from(desk: Client, office: Office) -> None:
    first = make_appointment(office, now=timezone.now())
    make_appointment(office, now=timezone.now(), procedure=CODE, number=first.number)
    shown = find(desk, first.number)
    assert "Elija el turno" in shown
    assert shown.count("/cita/") == 2


def test_a_number_finds_the_visit(desk: Client, office: Office) -> None:
    visit = come(office)
    assert "<h1" in find(desk, visit.ticket.lower())
    assert "En espera" in find(desk, visit.ticket.lower())


@pytest.mark.parametrize("what", ["", "ZZ99", "1712345678", "0" * 32])
def test_what_is_found_nowhere_is_said(desk: Client, what: str) -> None:
    response = desk.post(f"{AGENDA}buscar/", {"what": what})
    assert response.status_code == 422
    assert "govuk-error-summary" in response.content.decode()


def test_the_link_of_another_office_tells_where_to_go_and_nothing_of_the_person(
    desk: Client, office: Office
) -> None:
    other = make_open_office(name="Oficina de Cuenca", city="Cuenca")
    appointment = make_appointment(other, now=timezone.now())
    shown = find(desk, reference_of(appointment))
    assert "Este turno es en Oficina de Cuenca, Cuenca" in shown
    assert appointment.names not in shown
    assert "Oficina de Cuenca" not in find(desk, str(appointment.code))


def test_an_appointment_of_another_day_is_shown_without_the_button(desk: Client, office: Office) -> None:
    appointment = make_appointment(office, now=timezone.now() + timedelta(days=3))
    assert "Solo se registra ese día" in page(desk, f"{AGENDA}cita/{appointment.pk}/")
    assert "Este turno es en" in find(desk, reference_of(appointment))
    refused = desk.post(f"{AGENDA}cita/{appointment.pk}/")
    assert refused.status_code == 422
    assert not Visit.objects.exists()


@pytest.mark.parametrize(("minutes", "said"), [(40, "Llegó antes de su hora"), (0, ""), (-40, "Llegó tarde")])
def test_early_and_late_are_said(desk: Client, office: Office, minutes: int, said: str) -> None:
    now = timezone.now()
    appointment = make_appointment(office, minutes=minutes, now=now, on=queries.today(office, now=now))
    shown = page(desk, f"{AGENDA}cita/{appointment.pk}/")
    assert said in shown
    assert ("Llegó" in shown) is bool(said)


def test_an_appointment_received_already_leads_to_its_visit(desk: Client, office: Office) -> None:
    visit = come(office)
    response = desk.post(f"{AGENDA}cita/{visit.appointment_id}/")
    assert response.headers["Location"] == f"{AGENDA}visita/{visit.pk}/"


@pytest.mark.usefixtures("counter")
def test_a_person_without_an_appointment_gets_a_number_to_print(desk: Client) -> None:
    received = desk.post(
        f"{AGENDA}sin-turno/",
        {"procedure": CODE, "priority": "yes", "identification": "ab 123456"},
        follow=True,
    )
    shown = received.content.decode()
    assert re.search(r'app-ticket__number">B1<', shown)
    assert "data:image/svg+xml" in shown
    visit = Visit.objects.get()
    assert (visit.procedure, visit.priority, visit.identification) == (CODE, True, "AB123456")


@pytest.mark.usefixtures("counter")
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Elija el trámite."),
        ({"procedure": KEY}, "Elija si es de un grupo de atención prioritaria."),
        ({"procedure": "novedades-batch", "priority": "yes"}, "Escoja una opción válida"),
        ({"procedure": KEY, "priority": "yes", "identification": "1712345670"}, "Esa cédula no existe"),
        ({"procedure": KEY, "priority": "yes", "identification": "ñandú"}, "Escriba solo las letras"),
    ],
    ids=["nothing", "no priority", "not done here", "no such number", "no document"],
)
def test_a_person_without_an_appointment_is_not_received_by_halves(
    desk: Client, fields: dict[str, str], said: str
) -> None:
    response = desk.post(f"{AGENDA}sin-turno/", fields)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Visit.objects.exists()


def test_the_page_names_the_groups_of_the_sheet_and_asks_for_none_of_them(desk: Client) -> None:
    shown = page(desk, f"{AGENDA}sin-turno/")
    for group in ("Personas de la tercera edad", "Personas con discapacidad", "Mujeres embarazadas"):
        assert group in shown
    assert set(re.findall(r'<input[^>]* name="(\w+)"', shown)) == {
        "csrfmiddlewaretoken",
        "next",
        "procedure",
        "priority",
        "identification",
    }


def test_out_of_hours_nobody_is_received_without_an_appointment(desk: Client, office: Office) -> None:
    office.hours.all().delete()
    response = desk.post(f"{AGENDA}sin-turno/", {"procedure": KEY, "priority": "yes"})
    assert response.status_code == 422
    assert "fuera de su horario" in response.content.decode()


def test_a_counter_is_opened_changed_and_closed(desk: Client) -> None:
    address = f"{AGENDA}ventanilla/"
    assert "Abrir mi ventanilla" in page(desk)
    opened = desk.post(address, {"number": "3", "procedures": [KEY]}, follow=True).content.decode()
    assert "Usted atiende en la ventanilla 3." in opened
    assert "Mi ventanilla: 3" in opened
    closed = desk.post(address, {"do": "close"}, follow=True).content.decode()
    assert "Usted ya no atiende en ventanilla." in closed
    assert "Abrir mi ventanilla" in closed


def test_a_counter_of_somebody_else_is_refused(desk: Client, office: Office) -> None:
    open_counter(office, make_official(office), number=3, now=timezone.now())
    response = desk.post(f"{AGENDA}ventanilla/", {"number": "3", "procedures": [KEY]})
    assert response.status_code == 422
    assert "Otra persona atiende en esa ventanilla" in response.content.decode()


@pytest.mark.usefixtures("counter")
def test_a_person_is_called_and_attended(desk: Client, office: Office) -> None:
    visit = come(office)
    called = desk.post(f"{AGENDA}llamar/", follow=True).content.decode()
    assert "Llamado una vez" in called
    assert "No se presentó" not in called
    assert "Continuar con este número" in page(desk)
    assert "Llamar al siguiente" not in page(desk)
    assert "Terminar la atención" in step(desk, visit, "start")
    assert (
        "Elija con qué terminó la atención."
        in desk.post(f"{AGENDA}visita/{visit.pk}/", {"do": "attend"}).content.decode()
    )
    assert f"Atención de {visit.ticket} terminada." in step(desk, visit, "attend", outcome="resuelto")
    visit.refresh_from_db()
    assert visit.state == State.ATTENDED


def test_to_call_takes_a_counter(desk: Client, office: Office) -> None:
    come(office)
    assert "Elija primero su ventanilla." in desk.post(f"{AGENDA}llamar/", follow=True).content.decode()


@pytest.mark.usefixtures("counter")
def test_calling_when_nobody_waits_says_so(desk: Client) -> None:
    assert "Nadie espera por los trámites" in desk.post(f"{AGENDA}llamar/", follow=True).content.decode()


@pytest.mark.usefixtures("counter")
def test_a_second_call_waits_a_minute_and_then_one_can_be_absent_and_come_back(
    desk: Client, office: Office
) -> None:
    visit = come(office)
    desk.post(f"{AGENDA}llamar/")
    assert "Todavía no puede llamarlo otra vez" in step(desk, visit, "call")
    a_while_ago = timezone.now() - timedelta(minutes=2)
    Visit.objects.update(called_at=a_while_ago, calls=2)
    assert "Llamado 3 veces" in step(desk, visit, "call")
    Visit.objects.update(called_at=a_while_ago)
    assert f"{visit.ticket} no se presentó." in step(desk, visit, "absent")
    assert "No se presentaron" in page(desk)
    assert "En espera" in step(desk, visit, "return")


@pytest.mark.usefixtures("counter")
def test_a_call_is_taken_back_and_a_person_goes_on_to_another_procedure(desk: Client, office: Office) -> None:
    visit = come(office)
    desk.post(f"{AGENDA}llamar/")
    assert "volvió a la espera" in step(desk, visit, "put-back")
    desk.post(f"{AGENDA}llamar/")
    step(desk, visit, "start")
    assert "espera por el otro trámite" in step(desk, visit, "transfer", procedure=CODE)
    visit.refresh_from_db()
    assert (visit.procedure, visit.state) == (CODE, State.WAITING)


def test_priority_is_given_on_the_page_of_the_visit(desk: Client, office: Office) -> None:
    visit = come(office)
    assert "Quitar la atención prioritaria" in step(desk, visit, "priority")


def test_a_step_that_does_not_exist_or_came_too_late_changes_nothing(desk: Client, office: Office) -> None:
    visit = come(office)
    assert "En espera" in step(desk, visit, "dance")
    assert "mientras tanto ocurrió otra cosa" in step(desk, visit, "start")


def test_people_whom_no_counter_serves_are_pointed_out(desk: Client, office: Office) -> None:
    come(office, procedure=CODE)
    assert "ninguna ventanilla abierta atiende su trámite" in page(desk, f"{AGENDA}espera/")


def test_the_waiting_line_opened_by_itself_is_a_whole_page(desk: Client, office: Office) -> None:
    visit = come(office)
    whole = page(desk, f"{AGENDA}espera/")
    assert "<title>" in whole
    part = desk.get(f"{AGENDA}espera/", headers={"HX-Request": "true"}).content.decode()
    assert "<title>" not in part
    for shown in (whole, part):
        assert visit.ticket in shown


def addresses(office: Office) -> list[tuple[str, str]]:
    """Every address of the desk with its method, for an appointment and a visit of the office."""
    appointment, visit = make_appointment(office, now=timezone.now()), come(office)
    return [
        ("get", AGENDA),
        ("get", f"{AGENDA}espera/"),
        ("post", f"{AGENDA}buscar/"),
        ("get", f"{AGENDA}cita/{appointment.pk}/"),
        ("post", f"{AGENDA}cita/{appointment.pk}/"),
        ("get", f"{AGENDA}sin-turno/"),
        ("get", f"{AGENDA}ventanilla/"),
        ("post", f"{AGENDA}llamar/"),
        ("get", f"{AGENDA}visita/{visit.pk}/"),
        ("post", f"{AGENDA}visita/{visit.pk}/"),
        ("get", f"{AGENDA}visita/{visit.pk}/numero/"),
        ("get", f"{AGENDA}cifras/"),
        ("get", f"{AGENDA}cifras.csv"),
    ]


def test_who_is_not_signed_in_is_led_to_the_sign_in_of_officials(client: Client, office: Office) -> None:
    for method, address in addresses(office):
        response = getattr(client, method)(address)
        assert response.status_code == 302, address
        assert response.headers["Location"].startswith("/funcionarios/entrar/"), address


@pytest.mark.parametrize(
    "roles", [(Role.COORDINATION,), (Role.LEGAL,), (Role.SUPERVISOR,)], ids=lambda roles: roles[0]
)
def test_officials_without_an_office_or_the_role_get_404(
    client: Client, office: Office, roles: tuple[Role, ...]
) -> None:
    sign_in_staff(client, make_staff(*roles, office=None, province="17"))
    assert {getattr(client, method)(address).status_code for method, address in addresses(office)} == {404}


def test_another_office_gets_404_for_visits_and_appointments(client: Client, office: Office) -> None:
    sign_in_staff(client, make_staff(Role.COUNTER, Role.SUPERVISOR, office=make_open_office()))
    others = [
        (method, address)
        for method, address in addresses(office)
        if "/visita/" in address or "/cita/" in address
    ]
    assert len(others) == 5
    assert {getattr(client, method)(address).status_code for method, address in others} == {404}
    assert Visit.objects.get().state == State.WAITING


def test_the_agenda_shows_nobody_of_another_office(client: Client, office: Office) -> None:
    visit = come(office)
    walk_in_elsewhere = make_open_office()
    sign_in_staff(client, make_staff(Role.COUNTER, office=walk_in_elsewhere))
    shown = page(client)
    assert visit.appointment
    assert visit.appointment.names not in shown
    assert str(visit.pk) not in shown


def test_a_forgotten_appointment_is_shown_to_nobody(desk: Client, office: Office) -> None:
    appointment = make_appointment(office, now=timezone.now(), forgotten_at=timezone.now())
    page(desk, f"{AGENDA}cita/{appointment.pk}/", status=404)


def test_the_counter_role_has_no_figures(desk: Client) -> None:
    page(desk, f"{AGENDA}cifras/", status=404)


def test_the_desk_offers_nothing_of_an_office_to_who_has_none(client: Client, db: None) -> None:
    sign_in_staff(client, make_staff(Role.SUPERVISOR, office=None, province="17"))
    assert "/funcionarios/turnos/" not in page(client, "/funcionarios/")


def test_the_desk_offers_the_pages_by_role(client: Client, office: Office) -> None:
    sign_in_staff(client, make_staff(Role.SUPERVISOR, office=office))
    shown = page(client, "/funcionarios/")
    assert 'href="/funcionarios/turnos/"' in shown
    assert 'href="/funcionarios/turnos/cifras/"' in shown
