"""A foreigner's code: an attorney and the power, a third party, a vulnerable walk-in, a double refused.

And afterwards: a cédula joined to the code, and the join undone.
"""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import WithoutScript
from tests.journeys.pages import code_of_app, fill, press
from tests.journeys.portal import Portal, mailed, run

Look = Callable[[Page, str], None]
KEY = "jilguero sobre el alero"
CODES, POWERS = "/funcionarios/extranjeros/", "/funcionarios/poderes/"
REGISTER = f"{CODES}registro/"
CEDULA = "1716599012"
NARROW = {"width": 320, "height": 640}

SET_UP = f"""
import json
from datetime import date
from django.utils import timezone
from afilia.documents import actions as documents
from afilia.foreigners.models import Power
from afilia.foreigners.references import reference_of
from afilia.procedures.rules import WhoComes
from afilia.registries.models import CivilRecord
from afilia.staff.rules import Role
from afilia.workers.models import Person
from tests.attendance.builders import CODE, make_appointment, make_open_office, open_counter
from tests.builders import make_branch, make_employment, make_person
from tests.documents.papers import plain_jpeg
from tests.foreigners.builders import make_comes, make_open_employer, make_power, make_request
from tests.staff.builders import make_factor, make_staff
from afilia.staff import queries as staff

now = timezone.now()
office = make_open_office(code="CODIGOS", name="Oficina de los Códigos")
secrets = {{}}
for name, role, place in (
    ("ventanilla", Role.COUNTER, dict(office=office)),
    ("supervision", Role.SUPERVISOR, dict(office=office)),
    ("juridica", Role.LEGAL, dict(province="17")),
):
    member = make_staff(role, email=f"{{name}}.codigos@example.org", key="{KEY}", now=now, **place)
    secrets[name] = make_factor(member, now=now).secret
    if role is Role.COUNTER:
        open_counter(office, staff.staff(member), procedures=(CODE,), now=now)

employer = make_open_employer(name="CODIGOS DE LA JORNADA", email="codigos.jornada@example.org")
file = documents.receive(
    chunks=[plain_jpeg(width=900, height=1200)], name="poder.jpg", most=10**6, actor="holder:1", now=now
)
power = make_power(employer, file=file, submitted_at=now)
attorney = make_request(
    employer, now=now, who_comes=WhoComes.ATTORNEY, comes=make_comes(number=power.number), power=power.pk
)
third = make_request(
    employer,
    now=now,
    who_comes=WhoComes.AUTHORISED_THIRD_PARTY,
    comes=make_comes(),
    names="QUISPE LARA INTI",
    birth_on=date(1988, 3, 1),
)
walk_in = make_request(employer, now=now, names="MORALES DUQUE SARA", birth_on=date(1979, 5, 5))
double = make_request(employer, now=now, names="QUINTERO MESA ANA", birth_on=date(1984, 7, 9))
for one in (attorney, third):
    one.appointment = make_appointment(
        office, procedure=CODE, now=now, number=one.comes_number, names=one.comes_names
    )
    one.save()
said = dict(
    secrets=secrets,
    power=str(power.pk),
    **{{name: dict(number=one.request_number, key=str(one.key), passport=one.number, names=one.names)
       for name, one in dict(attorney=attorney, third=third, walk_in=walk_in, double=double).items()}},
)
said["third"]["url"] = f"https://portal.example.ec/extranjeros/s/{{reference_of(third.key)}}/"
Person.objects.create(names=double.names, birth_on=double.birth_on).numbers.create(
    number="1716502064", kind="cedula"
)
resident = make_person(number="6100000555", names="ROJAS PAZ ANA", birth_on=date(1991, 2, 3))
make_employment(branch=make_branch(employer), person=resident)
CivilRecord.objects.create(cedula="{CEDULA}", names="ROJAS PAZ ANA LUCIA", birth_on=resident.birth_on)
print(json.dumps(said))
"""
# Somebody is received and called to the counter of the official.
CALL = """
from django.utils import timezone
from afilia.staff import queries as staff
from afilia.staff.models import StaffMember
from tests.attendance.builders import CODE, call, receive, walk_in
from afilia.foreigners.models import CodeRequest
from afilia.attendance import actions

now = timezone.now()
member = staff.staff(StaffMember.objects.get(email="ventanilla.codigos@example.org"))
request = CodeRequest.objects.get(key="{key}")
office = StaffMember.objects.get(pk=member.id).office
if request.appointment:
    receive(request.appointment, now=now)
else:
    walk_in(office, procedure=CODE, now=now)
visit = call(office, member, now=now)
actions.start(office=office, visit_id=visit.pk, staff=member, now=now)
"""
END = """
from django.utils import timezone
from afilia.attendance import actions
from afilia.attendance.models import Visit
from afilia.staff import queries as staff
from afilia.staff.models import StaffMember

member = staff.staff(StaffMember.objects.get(email="ventanilla.codigos@example.org"))
visit = Visit.objects.get(state="serving")
actions.attend(
    office=visit.day.office, visit_id=visit.pk, outcome="resuelto", staff=member, now=timezone.now()
)
"""


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"codes-{name}")

    return check


@pytest.fixture(scope="module")
def made(portal: Portal) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(run(portal, "shell", "--no-imports", "-c", SET_UP).splitlines()[-1])
    return said | {"cookies": {}}


def sign_in(page: Page, portal: Portal, made: dict[str, Any], name: str, path: str) -> None:
    """Sign an official in, once: an app has no more than a code each half minute."""
    page.context.add_cookies(made["cookies"].get(name, []))
    page.goto(portal.url(path))
    if name not in made["cookies"]:
        fill(page, email=f"{name}.codigos@example.org", key=KEY)
        press(page, "Ingresar")
        fill(page, code=code_of_app(made["secrets"][name]))
        press(page, "Ingresar")
    expect(page).to_have_url(portal.url(path))
    made["cookies"][name] = page.context.cookies()


def shell(portal: Portal, script: str) -> None:
    run(portal, "shell", "--no-imports", "-c", script)


@contextmanager
def attended(portal: Portal, one: dict[str, str]) -> Iterator[None]:
    """Who comes for a request is received and called to the official's counter, and leaves in the end."""
    shell(portal, CALL.format(key=one["key"]))
    try:
        yield
    finally:
        shell(portal, END)


def open_request(page: Page, portal: Portal, typed: str) -> None:
    page.goto(portal.url(CODES))
    page.locator("input[name=typed]").last.fill(typed)
    press(page, "Abrir la solicitud")


def tick_all(page: Page) -> None:
    for box in page.locator("input[name=ticked], input[name=is_equal], input[name=is_identified]").all():
        box.check()


def issue(page: Page, one: dict[str, str]) -> str:
    """Compare and issue; the code on the page."""
    tick_all(page)
    page.locator("input[name=number]").fill(one["passport"])
    press(page, "Emitir el código")
    expect(page.get_by_text("Código emitido", exact=True).first).to_be_visible()
    return page.locator(".govuk-panel__body strong").inner_text().strip()


def sheet_text(page: Page) -> str:
    address = page.get_by_role("button", name="Imprimir la hoja").get_attribute("href")
    answer = page.request.get(page.url.rstrip("/").rpartition("/funcionarios")[0] + str(address))
    return pypdfium2.PdfDocument(io.BytesIO(answer.body()))[0].get_textpage().get_text_range()


def test_an_attorney_comes_once_the_power_is_validated(
    new_page: Callable[..., Page], portal: Portal, made: dict[str, Any], look: Look
) -> None:
    one = made["attorney"]
    with attended(portal, one):
        desk = new_page()
        sign_in(desk, portal, made, "ventanilla", CODES)
        look(desk, "find")
        press(desk, f"Abrir la solicitud {one['number']}")
        expect(desk.get_by_text("No sirve hoy")).to_be_visible()
        look(desk, "power-waits")
        tick_all(desk)
        fill(desk, number=one["passport"])
        press(desk, "Emitir el código")
        expect(desk.get_by_text("El poder notarial no sirve hoy")).to_be_visible()

        lawyer = new_page(viewport=NARROW)
        sign_in(lawyer, portal, made, "juridica", POWERS)
        look(lawyer, "powers")
        lawyer.locator(f"a[href='{POWERS}{made['power']}/']").click()
        expect(lawyer.locator("img.app-case__page")).to_be_visible()
        look(lawyer, "power")
        lawyer.get_by_role("link", name="No validarlo").click()
        look(lawyer, "power-refuse")
        lawyer.go_back()
        press(lawyer, "Validar el poder")
        expect(lawyer.get_by_text("El poder quedó validado")).to_be_visible()
        assert mailed(portal, "codigos.jornada@example.org", r"(validó) el poder")

        open_request(desk, portal, one["number"])
        code = issue(desk, one)
        assert code.startswith("61")
        look(desk, "issued")
        assert code in sheet_text(desk)


def test_a_third_party_without_script(
    new_page: Callable[..., Page],
    without_script: WithoutScript,
    portal: Portal,
    made: dict[str, Any],
    look: Look,
) -> None:
    one = made["third"]
    with attended(portal, one):
        page = new_page(java_script_enabled=False, viewport=NARROW)
        without_script.add(page.context)
        sign_in(page, portal, made, "ventanilla", CODES)
        open_request(page, portal, one["url"])
        tick_all(page)
        page.locator("input[name=ticked][value='identidad-tercero:original']").uncheck()
        fill(page, number=one["passport"])
        press(page, "Emitir el código")
        expect(page.get_by_text("Falta: Cédula de la tercera persona: original").first).to_be_visible()
        look(page, "third-missing")
        code = issue(page, one)
        assert code in sheet_text(page)


def test_a_vulnerable_person_comes_without_an_appointment_and_corrects(
    new_page: Callable[..., Page], portal: Portal, made: dict[str, Any], look: Look
) -> None:
    one = made["walk_in"]
    page = new_page()
    sign_in(page, portal, made, "ventanilla", CODES)
    open_request(page, portal, one["number"])
    expect(page.get_by_text("No consta que haya llegado").first).to_be_visible()
    with attended(portal, one):
        page.reload()
        expect(page.get_by_text("Se la recibió sin turno").first).to_be_visible()
        page.get_by_role("link", name="Pedir una corrección").click()
        look(page, "correction")
        page.get_by_label("Falta la firma que se pide.").check()
        page.locator("textarea[name=text]").fill("Firme la solicitud a mano.")
        press(page, "Pedir la corrección")
        expect(page.get_by_text("La corrección está pedida")).to_be_visible()
        assert mailed(portal, "codigos.jornada@example.org", r"(Firme la solicitud a mano)")
        issue(page, one)


def test_a_double_is_seen_and_refused(
    new_page: Callable[..., Page], portal: Portal, made: dict[str, Any], look: Look
) -> None:
    one = made["double"]
    with attended(portal, one):
        page = new_page(viewport=NARROW)
        sign_in(page, portal, made, "ventanilla", CODES)
        open_request(page, portal, one["number"])
        expect(page.get_by_text("1716502064")).to_be_visible()
        look(page, "double")
        page.get_by_role("link", name="Negar la solicitud").click()
        page.get_by_label("La persona extranjera ya tiene cédula o código.").check()
        page.locator("textarea[name=text]").fill("Afíliela con su cédula: use ese número.")
        look(page, "refusal")
        press(page, "Negar la solicitud")
        expect(page.get_by_text("La solicitud quedó negada")).to_be_visible()
        expect(page.get_by_role("button", name="Emitir el código")).to_have_count(0)
        assert mailed(portal, "codigos.jornada@example.org", r"(use ese número)")


def test_a_cedula_is_joined_to_a_code_and_parted_again(
    new_page: Callable[..., Page],
    without_script: WithoutScript,
    portal: Portal,
    made: dict[str, Any],
    look: Look,
) -> None:
    page = new_page(java_script_enabled=False, viewport=NARROW)
    without_script.add(page.context)
    sign_in(page, portal, made, "ventanilla", REGISTER)
    look(page, "register")
    fill(page, typed="rojas paz")
    press(page, "Buscar")
    look(page, "found")
    page.get_by_role("link", name="ROJAS PAZ ANA").click()
    look(page, "person")
    page.get_by_role("button", name="Unir otro número").click()
    fill(page, number=CEDULA)
    press(page, "Comparar")
    expect(page.get_by_text("ROJAS PAZ ANA LUCIA")).to_be_visible()
    look(page, "compare")
    page.get_by_label("La persona obtuvo su cédula.").check()
    page.locator("textarea[name=text]").fill("Vi la cédula original.")
    press(page, "Sí, son la misma persona: unir")
    expect(page.get_by_text("Los números son ahora de una sola persona")).to_be_visible()
    assert mailed(portal, "codigos.jornada@example.org", f"…({CEDULA[-4:]})")

    boss = new_page()
    sign_in(boss, portal, made, "supervision", REGISTER)
    fill(boss, typed=CEDULA)
    press(boss, "Buscar")
    expect(boss.get_by_text("6100000555")).to_be_visible()
    boss.get_by_role("link", name="ROJAS PAZ ANA").click()
    look(boss, "joined")
    boss.get_by_role("link", name="Deshacer esta unión").click()
    look(boss, "undo")
    boss.get_by_label("Son dos personas distintas.").check()
    boss.locator("textarea[name=text]").fill("La cédula era de su hermana.")
    press(boss, "Deshacer la unión")
    expect(boss.get_by_text("La unión quedó deshecha")).to_be_visible()
    expect(boss.locator("dl")).not_to_contain_text(CEDULA)
    look(boss, "parted")
