"""At the office: received without script, called from a telephone, seen on the screen of the waiting room."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import code_of_app, fill, press
from tests.journeys.portal import Portal, run

Look = Callable[[Page, str], None]
KEY = "farol lento sobre el muelle"
WALL = {"width": 1920, "height": 1080}  # the television of a waiting room

# An office with two officials and a supervisor, and three people booked for this minute.
SET_UP = f"""
import json
from django.utils import timezone
from afilia.appointments.references import reference_of
from afilia.staff.rules import Role
from tests.attendance.builders import CODE, make_appointment, make_open_office
from tests.staff.builders import make_factor, make_staff

now = timezone.now()
office = make_open_office(code="JORNADA", name="Oficina de la Jornada", city="Quito", counters=4)
roles = {{"recepcion": Role.COUNTER, "ventanilla": Role.COUNTER, "supervision": Role.SUPERVISOR}}
secrets = {{}}
for name, role in roles.items():
    member = make_staff(role, office=office, email=f"{{name}}.jornada@example.org", key="{KEY}", now=now)
    secrets[name] = make_factor(member, now=now).secret
names = ["EJEMPLO ALBÁN NORA INÉS", "EJEMPLO BRAVO TITO RAÚL", "EJEMPLO CANDO LIDIA SOFÍA"]
numbers = ["1710034065", "1710034073", "1710034081"]
people = [
    make_appointment(office, now=now, names=name, number=number, seat=1 + at)
    for at, (name, number) in enumerate(zip(names, numbers))
]
booked = [dict(reference=reference_of(each), code=each.code, number=each.number) for each in people]
print(json.dumps(dict(secrets=secrets, booked=booked)))
"""


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"attendance-{name}")

    return check


def set_up(portal: Portal) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(run(portal, "shell", "--no-imports", "-c", SET_UP).splitlines()[-1])
    return made


def sign_in(page: Page, portal: Portal, made: dict[str, Any], name: str) -> None:
    page.goto(portal.url("/funcionarios/turnos/"))
    fill(page, email=f"{name}.jornada@example.org", key=KEY)
    press(page, "Ingresar")
    fill(page, code=code_of_app(made["secrets"][name]))
    press(page, "Ingresar")
    expect(page).to_have_url(portal.url("/funcionarios/turnos/"))


def find(page: Page, portal: Portal, what: str) -> None:
    page.goto(portal.url("/funcionarios/turnos/"))
    page.locator("input[name=what]").fill(what)
    page.keyboard.press("Enter")  # as a scanner ends what it types


def open_counter(page: Page, portal: Portal, number: int) -> None:
    page.goto(portal.url("/funcionarios/turnos/ventanilla/"))
    page.locator("select[name=number]").select_option(str(number))
    press(page, "Atender aquí")
    expect(page.locator("main")).to_contain_text(f"Mi ventanilla: {number}")


def let_time_pass(portal: Portal, *, minutes: int) -> None:
    """As if whoever is called had been called so much earlier."""
    change = (
        "from datetime import timedelta; from django.db.models import F;"
        " from afilia.attendance.models import Visit;"
        f" Visit.objects.update(called_at=F('called_at') - timedelta(minutes={minutes}))"
    )
    run(portal, "shell", "--no-imports", "-c", change)


def test_people_are_received_called_and_attended_and_the_room_sees_their_numbers(
    fresh_portal: Portal,
    no_js_page: Page,
    phone_page: Page,
    new_page: Callable[..., Page],
    look: Look,
) -> None:
    portal, reception, counter, room = fresh_portal, no_js_page, phone_page, new_page(viewport=WALL)
    made = set_up(portal)
    first, second, third = made["booked"]
    sign_in(reception, portal, made, "recepcion")
    sign_in(counter, portal, made, "ventanilla")
    open_counter(counter, portal, 3)
    room.goto(portal.url("/turnos/sala/JORNADA/"))
    expect(room.locator("main")).to_contain_text("Todavía no hay llamados.")
    look(room, "room-empty")

    # the reception has no script: by the link of the QR, by the spoken code, by identification
    look(reception, "agenda")
    find(reception, portal, "ZZZ99")
    expect(reception.locator(".govuk-error-summary")).to_contain_text("No hay un turno de hoy")
    look(reception, "not-found")
    find(reception, portal, portal.url(f"/turnos/cita/{first['reference']}/"))
    expect(reception.get_by_role("heading", level=1)).to_contain_text("EJEMPLO ALBÁN NORA INÉS")
    expect(reception.locator("main")).to_contain_text("Solicitud de entrega de clave")
    look(reception, "appointment")
    press(reception, "Registrar la llegada")
    expect(reception.locator("main")).to_contain_text("Su número es A1")
    look(reception, "paper")
    reception.emulate_media(media="print")
    expect(reception.locator(".app-ticket")).to_be_visible()
    expect(reception.get_by_role("banner")).to_be_hidden()
    look(reception, "paper-print")
    reception.emulate_media(media="screen")
    find(reception, portal, second["code"])
    reception.get_by_label("Es de un grupo de atención prioritaria").check()
    press(reception, "Registrar la llegada")
    expect(reception.locator("main")).to_contain_text("Su número es A2")

    # somebody without an appointment, of the groups of the sheet
    reception.goto(portal.url("/funcionarios/turnos/sin-turno/"))
    press(reception, "Dar un número")
    expect(reception.locator(".govuk-error-summary")).to_contain_text("Elija el trámite.")
    look(reception, "walk-in-refused")
    reception.get_by_label("Generación de clave patronal").check()
    reception.get_by_label("Sí", exact=True).check()
    press(reception, "Dar un número")
    expect(reception.locator("main")).to_contain_text("Su número es B3")

    # the paper leads to one's own place, on a telephone
    visitor = new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    visitor.goto(own_address(portal, "B3"))
    expect(visitor.locator("main")).to_contain_text("Su número es B3")
    expect(visitor.locator("main")).to_contain_text("2 personas delante")
    look(visitor, "place-phone")

    # so does the page of the appointment, which the mail leads to
    booker = new_page(viewport={"width": 320, "height": 640}, has_touch=True)
    booker.goto(portal.url(f"/turnos/t/{first['reference']}/"))
    expect(booker.locator("main")).to_contain_text("Su número es A1")
    look(booker, "appointment-phone")
    booker.get_by_role("link", name="Seguir mi número").click()
    expect(booker.get_by_role("heading", level=1)).to_contain_text("Su número es A1")

    # who has an appointment and priority is called first; the room sees it without a touch
    look(counter, "agenda-phone")
    press(counter, "Llamar al siguiente")
    expect(counter.get_by_role("heading", level=1)).to_contain_text("A2")
    look(counter, "called-phone")
    newest = room.locator(".app-room__call").first
    expect(newest).to_contain_text("A2")
    expect(newest).to_contain_text("Ventanilla 3")
    expect(newest).to_contain_text("Pase ahora")
    expect(room.get_by_role("status")).to_have_text("Número A2, ventanilla 3")
    look(room, "room")
    expect(room.locator("body")).not_to_contain_text("EJEMPLO")
    press(counter, "Ya está aquí")
    look(counter, "serving-phone")
    press(counter, "Terminar la atención")
    expect(counter.locator(".govuk-error-summary")).to_contain_text("Elija con qué terminó la atención.")
    counter.get_by_label("Trámite resuelto").check()
    press(counter, "Terminar la atención")
    expect(counter.locator("main")).to_contain_text("Atención de A2 terminada.")

    # somebody who is called three times in vain, and comes back
    press(counter, "Llamar al siguiente")
    expect(visitor.locator("main")).to_contain_text("Sigue usted.", timeout=15_000)
    for calls in (2, 3):
        let_time_pass(portal, minutes=1)
        press(counter, "Llamar otra vez")
        expect(counter.locator("main")).to_contain_text(f"Llamado {calls} veces")
    let_time_pass(portal, minutes=1)
    counter.reload()
    look(counter, "absent-phone")
    press(counter, "No se presentó")
    expect(counter.locator("main")).to_contain_text("A1 no se presentó.")
    reception.goto(portal.url("/funcionarios/turnos/"))
    expect(reception.locator("main")).to_contain_text("No se presentaron")
    reception.get_by_role("button", name=re.compile("Ya llegó.*A1")).click()
    expect(reception.locator("main")).to_contain_text("En espera")

    # the room without script is asked again by a link
    screen = new_page(viewport=WALL, java_script_enabled=False)
    screen.goto(portal.url("/turnos/sala/JORNADA/"))
    press(counter, "Llamar al siguiente")
    expect(counter.locator("main")).to_contain_text("B3")
    screen.get_by_role("link", name="Actualizar").click()
    expect(screen.locator(".app-room__call").first).to_contain_text("B3")

    # the supervisor sees how the day goes
    supervisor = new_page()
    sign_in(supervisor, portal, made, "supervision")
    supervisor.goto(portal.url("/funcionarios/turnos/cifras/"))
    expect(supervisor.locator(".app-days__all").first).to_contain_text(re.compile(r"Todos los trámites\s*3"))
    look(supervisor, "figures")
    supervisor.emulate_media(media="print")
    look(supervisor, "figures-print")
    supervisor.emulate_media(media="screen")
    supervisor.set_viewport_size({"width": 320, "height": 640})
    look(supervisor, "figures-phone")
    assert third

    # and closes the counter that was left: who was called to it waits again
    supervisor.goto(portal.url("/funcionarios/turnos/ventanilla/"))
    look(supervisor, "left-counter-phone")
    press(supervisor, "Cerrar la ventanilla 3")
    expect(supervisor.locator("main")).to_contain_text("La ventanilla 3 está cerrada.")
    screen.get_by_role("link", name="Actualizar").click()
    expect(screen.locator("main")).to_contain_text("Todavía no hay llamados.")
    expect(screen.locator("main")).to_contain_text("B3")


def own_address(portal: Portal, ticket: str) -> str:
    """What the QR on the paper holds."""
    asked = (
        "from afilia.attendance import queries; from afilia.attendance.models import Visit;"
        f" print(queries.code_of(Visit.objects.get(day__office__code='JORNADA', ticket='{ticket}').pk))"
    )
    code = run(portal, "shell", "--no-imports", "-c", asked).splitlines()[-1]
    return portal.url(f"/turnos/numero/{code}/")
