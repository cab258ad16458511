"""The public figures in both languages, and a complaint from its form to its answer."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE, WithoutScript
from tests.journeys.pages import code_of_app, fill, press
from tests.journeys.portal import Portal, run

Look = Callable[[Page, str], None]
KEY = "puente angosto de guadua"
OFFICIAL = f"""
from django.utils import timezone
from afilia.staff.rules import Role
from tests.staff.builders import make_factor, make_staff
now = timezone.now()
member = make_staff(Role.SUPERVISOR, email="quejas@example.org", key="{KEY}", now=now, province="17")
print(make_factor(member, now=now).secret)
"""
PAGES = [
    "/transparencia/",
    "/transparencia/tramites/codigo-extranjeros/",
    "/transparencia/2026-03/",
    "/transparencia/datos/",
]


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"transparency-{name}")

    return check


@pytest.mark.parametrize("language", ["es-EC", "en-GB"])
def test_everybody_can_read_the_figures(
    portal: Portal, new_page: Callable[..., Page], look: Look, language: str
) -> None:
    page = new_page(locale=language)
    for path in PAGES:
        page.goto(portal.url(path))
        expect(page.locator("html")).to_have_attribute("lang", language[:2])
        look(page, f"{language[:2]}-{path.strip('/').replace('/', '-')}")
    page.goto(portal.url("/"))
    footer = page.get_by_role("contentinfo")
    footer.get_by_role("link", name=re.compile("^Transparen")).click()
    expect(page.get_by_role("img").first).to_be_visible()


def test_a_complaint_is_sent_without_a_name_and_without_scripts_and_answered(
    portal: Portal, new_page: Callable[..., Page], without_script: WithoutScript, look: Look
) -> None:
    secret = run(portal, "shell", "--no-imports", "-c", OFFICIAL).splitlines()[-1]
    page = new_page(viewport=PHONE, java_script_enabled=False)
    without_script.add(page.context)
    page.goto(portal.url("/quejas/?tramite=novedades-batch"))
    press(page, "Enviar")
    look(page, "errors")
    page.get_by_label("Una queja").check()
    page.get_by_label("Provincia").select_option("17")
    page.get_by_label("¿Qué pasó?").fill("El archivo tardó y nadie me dijo por qué.")
    press(page, "Enviar")
    expect(page.get_by_text("Recibimos su queja").first).to_be_visible()
    look(page, "sent")
    number = page.locator("dd.app-code").nth(0).inner_text()
    code = page.locator("dd.app-code").nth(1).inner_text()

    desk = new_page()
    desk.goto(portal.url("/funcionarios/quejas/"))
    fill(desk, email="quejas@example.org", key=KEY)
    press(desk, "Ingresar")
    fill(desk, code=code_of_app(secret))
    press(desk, "Ingresar")
    look(desk, "queue")
    desk.get_by_role("link", name=number).click()
    look(desk, "answering")
    desk.get_by_label("Tenía razón y se corrigió.").check()
    desk.get_by_label("Respuesta").fill("Se corrigió el programa el mismo día.")
    press(desk, "Responder")
    expect(desk.get_by_text(f"Se envió la respuesta a {number}.")).to_be_visible()

    other = new_page(viewport=PHONE)
    other.goto(portal.url("/quejas/seguir/"))
    fill(other, number=number, code=code)
    press(other, "Ver la respuesta")
    expect(other.get_by_text("Se corrigió el programa el mismo día.")).to_be_visible()
    look(other, "answered")
