"""A code for an employer in person: prepared, the entry filed the same day, issued at the counter."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WithoutScript
from tests.journeys.pages import code_of_app, fill, press
from tests.journeys.portal import Portal, mailed, run

Look = Callable[[Page, str], None]
KEY = "jilguero sobre el alero"
HOME, DESK = "/empleadores/extranjeros/", "/funcionarios/extranjeros/"
NARROW = {"width": 320, "height": 640}

SET_UP = f"""
import json
from datetime import date
from django.utils import timezone
from afilia.staff import queries as staff
from tests.attendance.builders import CODE, make_appointment, make_open_office, open_counter
from tests.builders import make_branch, make_contract, make_key
from tests.foreigners.builders import make_open_employer
from tests.staff.builders import make_factor, make_staff

now = timezone.now()
office = make_open_office(code="ENTRADAS", name="Oficina de las Entradas")
member = make_staff(office=office, email="ventanilla.entradas@example.org", key="{KEY}", now=now)
open_counter(office, staff.staff(member), procedures=(CODE,), now=now)
employer = make_open_employer(name="TALLER DE LA ENTRADA", email="taller.entrada@example.org")
make_branch(employer)
make_contract(employer, number="EN445566", names="SOLANO EJEMPLO INÉS", birth_on=date(1994, 8, 9))
number = employer.representative.number
make_key(employer, number=number, key="{KEY}", now=now)
booked = make_appointment(office, procedure=CODE, now=now, number=number, names="ROJAS MAYA ELENA")
secret = make_factor(member, now=now).secret
print(json.dumps(dict(number=number, code=booked.code, booked=str(booked.pk), secret=secret)))
"""
# Who comes is received, called and attended at the counter.
CALL = """
from django.utils import timezone
from afilia.appointments.models import Appointment
from afilia.attendance import actions
from afilia.staff import queries as staff
from afilia.staff.models import StaffMember
from tests.attendance.builders import call, receive

now = timezone.now()
row = StaffMember.objects.get(email="ventanilla.entradas@example.org")
member = staff.staff(row)
receive(Appointment.objects.get(pk="{booked}"), now=now)
visit = call(row.office, member, now=now)
actions.start(office=row.office, visit_id=visit.pk, staff=member, now=now)
"""


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"codes-{name}")

    return check


def test_an_employer_prepares_and_the_entry_becomes_definite(
    new_page: Callable[..., Page], without_script: WithoutScript, portal: Portal, look: Look
) -> None:
    made: dict[str, Any] = json.loads(run(portal, "shell", "--no-imports", "-c", SET_UP).splitlines()[-1])
    page = new_page()
    sign_in(page, portal, made["number"], KEY)
    plain = new_page(java_script_enabled=False, viewport=NARROW, storage_state=page.context.storage_state())
    without_script.add(plain.context)
    for path in ("nueva", "nueva/tercero", "poderes", "poderes/nuevo"):
        plain.goto(portal.url(f"{HOME}{path}/"))
        look(plain, path.replace("/", "-"))
    page.get_by_role("button", name="Preparar una solicitud").click()
    page.get_by_role("link", name="El empleador o su representante legal").click()
    fill(page, names="Solano Ejemplo Inés", number="EN445567", birth_on="1994-08-09")
    page.get_by_label("Pasaporte", exact=True).check()
    page.locator("select[name=country]").select_option("CO")
    page.locator("textarea").fill("Trabajará como soldadora desde hoy.")
    press(page, "Preparar la solicitud")
    expect(page.get_by_text("En el SUT consta «EN445566»").first).to_be_visible()
    look(page, "differs")
    fill(page, number="EN445566")
    press(page, "Preparar la solicitud")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Solicitud E-")
    look(page, "prepared")
    with page.expect_download() as paper:
        page.get_by_role("button", name="Descargar la solicitud (PDF)").click()
    number = paper.value.suggested_filename.removeprefix("solicitud-").removesuffix(".pdf")
    assert paper.value.path().read_bytes().startswith(b"%PDF-")
    assert mailed(portal, "taller.entrada@example.org", rf"({number})") == number

    page.get_by_role("link", name="Ya tengo un turno").click()
    fill(page, code=made["code"])
    press(page, "Unir")
    expect(page.get_by_text("La solicitud quedó unida al turno.")).to_be_visible()

    page.get_by_role("button", name="Presentar la entrada hoy").click()
    fill(page, cargo="SOLDADORA", actividad_sectorial="0101011112039", sueldo="cuatro")
    for name, chosen in (("seguro_social", "R"), ("relacion_trabajo", "06"), ("origen_pago", "P")):
        page.locator(f"select[name={name}]").select_option(chosen)
    press(page, "Presentar la entrada")
    expect(page.locator("#id_sueldo-error")).to_be_visible()
    look(page, "entry-error")
    fill(page, sueldo="520,00")
    press(page, "Presentar la entrada")
    expect(page.get_by_text("La entrada quedó presentada hoy, como provisional.")).to_be_visible()
    look(page, "provisional")

    run(portal, "shell", "--no-imports", "-c", CALL.format(booked=made["booked"]))
    desk = new_page(viewport=NARROW)
    desk.goto(portal.url(DESK))
    fill(desk, email="ventanilla.entradas@example.org", key=KEY)
    press(desk, "Ingresar")
    fill(desk, code=code_of_app(made["secret"]))
    press(desk, "Ingresar")
    desk.locator("input[name=typed]").last.fill(number)
    press(desk, "Abrir la solicitud")
    for box in desk.locator("input[name=ticked], input[name=is_equal], input[name=is_identified]").all():
        box.check()
    fill(desk, number="EN445566")
    press(desk, "Emitir el código")
    expect(desk.get_by_text("Código emitido", exact=True).first).to_be_visible()

    page.reload()
    expect(page.get_by_text("Definitiva")).to_be_visible()
    code = page.locator(".govuk-panel__body strong").inner_text().strip()
    assert code.startswith("61")
    look(page, "definite")
    page.goto(portal.url("/empleadores/afiliados/"))
    expect(page.locator("main")).to_contain_text(code)


def sign_in(page: Page, portal: Portal, number: str, key: str) -> None:
    page.goto(portal.url(HOME))
    fill(page, number=number, key=key)
    press(page, "Ingresar")
    expect(page).to_have_url(portal.url(HOME))
