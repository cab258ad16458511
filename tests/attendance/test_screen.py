"""What everybody may see: the screen of the waiting room, and the page behind the code of the paper."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.test import Client
from django.utils import timezone

from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.attendance import actions, queries
from afilia.attendance.models import Visit
from afilia.attendance.policy import policy
from afilia.offices.models import Office
from afilia.staff.rules import Staff
from tests.attendance.builders import (
    CODE,
    KEY,
    call,
    make_appointment,
    make_open_office,
    open_counter,
    receive,
    serve,
    walk_in,
)


@pytest.fixture
def called(office: Office, staff: Staff) -> Visit:
    """Somebody with an appointment, called to counter 3; two others wait."""
    now = timezone.now()
    visit = receive(make_appointment(office, now=now), now=now)
    open_counter(office, staff, number=3, now=now)
    for _ in range(2):
        walk_in(office, now=now)
    return call(office, staff, now=now) and visit


def screen(client: Client, office: Office, part: str = "") -> str:
    response = client.get(f"/turnos/sala/{office.code}/{part}")
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    return response.content.decode()


def texts(html: str) -> str:
    """What is read, without the marks."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_the_screen_shows_numbers_and_counters(client: Client, office: Office, called: Visit) -> None:
    shown = texts(screen(client, office))
    assert f"{called.ticket} Ventanilla 3 Pase ahora" in shown
    assert "B2 10 min B3 20 min" in shown


def test_the_screen_tells_nothing_of_anybody(client: Client, office: Office, called: Visit) -> None:
    walk_in(office, now=timezone.now(), identification="AB123456", procedure=CODE)
    shown = screen(client, office) + screen(client, office, "llamados/")
    appointment = called.appointment
    assert appointment
    secrets = [
        *(appointment.names.split()),
        appointment.number,
        appointment.email,
        str(appointment.code),
        str(appointment.pk),
        "AB123456",
        "Prioritario",
        *map(str, Visit.objects.values_list("pk", flat=True)),
    ]
    assert [secret for secret in secrets if secret in shown] == []


def test_the_screen_asks_for_what_is_new_and_without_script_leads_to_itself(
    client: Client, office: Office
) -> None:
    shown = screen(client, office)
    assert f'<noscript> <a href="/turnos/sala/{office.code}/">Actualizar</a></noscript>' in shown
    assert f'hx-get="/turnos/sala/{office.code}/llamados/"' in shown


def test_what_the_browser_shows_already_is_not_sent_again(
    client: Client, office: Office, staff: Staff, called: Visit
) -> None:
    seen = re.search(r'name="visto" value="(\w+)"', screen(client, office, "llamados/"))
    assert seen
    address = f"/turnos/sala/{office.code}/llamados/?visto={seen[1]}"
    first = client.get(address)
    assert (first.status_code, first.content) == (204, b"")
    actions.start(office=office, visit_id=called.pk, staff=staff, now=timezone.now())
    serve_rest(office, staff, called)
    assert client.get(address).status_code == 200


def test_a_call_is_new_for_twenty_seconds(client: Client, office: Office, called: Visit) -> None:
    assert "app-room__call--new" in screen(client, office)
    Visit.objects.filter(pk=called.pk).update(called_at=timezone.now() - policy().fresh)
    assert "app-room__call--new" not in screen(client, office)


def test_a_full_room_costs_a_few_queries(
    client: Client,
    office: Office,
    called: Visit,
    django_assert_max_num_queries: Callable[..., AbstractContextManager[object]],
) -> None:
    for minute in range(20):
        walk_in(office, now=timezone.now(), procedure=CODE if minute % 2 else KEY)
        make_appointment(office, now=timezone.now(), minutes=minute)
    with django_assert_max_num_queries(7):
        screen(client, office, "llamados/")


def test_an_office_that_is_none_has_no_screen(client: Client, db: None) -> None:
    assert client.get("/turnos/sala/NADA/").status_code == 404
    assert client.get("/turnos/sala/NADA/llamados/").status_code == 404


def test_the_screen_of_another_office_shows_its_own_people(client: Client, called: Visit) -> None:
    shown = screen(client, make_open_office())
    assert "Todavía no hay llamados." in shown
    assert called.ticket not in texts(shown)


def own_page(client: Client, visit: Visit, **headers: str) -> str:
    response = client.get(f"/turnos/numero/{queries.code_of(visit.pk)}/", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


def test_the_code_on_the_paper_leads_to_ones_own_place(client: Client, office: Office, called: Visit) -> None:
    last = Visit.objects.get(number=3)
    shown = texts(own_page(client, last))
    assert "Su número es B3" in shown
    assert "1 persona delante. Espera: unos 20 minutos." in shown
    assert "Sigue usted. Espera: unos 10 minutos." in texts(own_page(client, Visit.objects.get(number=2)))
    assert "Pase a la ventanilla 3." in own_page(client, called)


def test_ones_own_place_tells_who_it_is_to_nobody_who_finds_the_paper(
    client: Client, office: Office, called: Visit
) -> None:
    appointment = called.appointment
    assert appointment
    shown = own_page(client, called)
    assert [text for text in (appointment.number, *appointment.names.split()) if text in shown] == []


def test_the_part_that_changes_is_sent_when_it_changed(
    client: Client, office: Office, staff: Staff, called: Visit
) -> None:
    part = own_page(client, called, hx_request="true")
    assert "<html" not in part
    seen = re.search(r'name="visto" value="(\w+)"', part)
    assert seen
    address = f"/turnos/numero/{queries.code_of(called.pk)}/?visto={seen[1]}"
    assert client.get(address, headers={"hx-request": "true"}).status_code == 204
    actions.start(office=office, visit_id=called.pk, staff=staff, now=timezone.now())
    assert (
        "Le atienden en la ventanilla 3."
        in client.get(address, headers={"hx-request": "true"}).content.decode()
    )


@pytest.mark.parametrize("code", ["ABCD", "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"])
def test_a_code_that_is_none_has_no_page(client: Client, db: None, code: str) -> None:
    assert client.get(f"/turnos/numero/{code}/").status_code == 404


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("absent", "Le llamamos y no estaba."),
        ("attended", "Su atención terminó."),
        ("no-show", "Este número ya no está en espera."),
        ("unattended", "Este número ya no está en espera."),
    ],
)
def test_ones_own_page_says_what_became_of_the_number(
    client: Client, office: Office, called: Visit, state: str, said: str
) -> None:
    Visit.objects.filter(pk=called.pk).update(state=state)
    assert said in own_page(client, called)


def page_of_appointment(client: Client, appointment: Appointment | None) -> str:
    assert appointment
    return texts(client.get(f"/turnos/t/{reference_of(appointment)}/").content.decode())


def test_the_page_of_an_appointment_tells_the_number_while_its_person_is_at_the_office(
    client: Client, office: Office, staff: Staff, called: Visit
) -> None:
    Appointment.objects.filter(pk=called.appointment_id).update(ends_at=timezone.now())  # it is late
    page = page_of_appointment(client, called.appointment)
    assert f"Su número es {called.ticket} Es su turno. Pase a la ventanilla 3." in page
    assert "ya pasó" not in page
    assert "Pedir otro turno" not in page
    followed = client.get(f"/turnos/numero/{queries.code_of(called.pk)}/").content.decode()
    assert f"Su número es {called.ticket}" in followed
    now = timezone.now()
    actions.start(office=office, visit_id=called.pk, staff=staff, now=now)
    actions.attend(office=office, visit_id=called.pk, outcome="resuelto", staff=staff, now=now)
    page = page_of_appointment(client, called.appointment)
    assert "Este turno ya fue atendido" in page
    assert "Su número" not in page


def test_the_page_of_an_appointment_tells_no_number_before_its_person_came(
    client: Client, office: Office, called: Visit
) -> None:
    page = page_of_appointment(client, make_appointment(office, now=timezone.now()))
    assert "Confirmación del Turno en Línea" in page
    assert "Su número" not in page


def serve_rest(office: Office, staff: Staff, called: Visit) -> None:
    """The person called is attended and the next ones too."""
    now = timezone.now()
    actions.attend(office=office, visit_id=called.pk, outcome="resuelto", staff=staff, now=now)
    for _ in range(2):
        serve(office, staff, now=now)
