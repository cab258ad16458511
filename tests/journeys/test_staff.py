"""Officials: a supervisor whom the operator adds, and a colleague without script whom that one adds."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from afilia.ops.demo import staff as demo
from tests.journeys.pages import fill, press
from tests.journeys.portal import Portal, run

Look = Callable[[Page, str], None]
OWN_KEY = "tijera nube caimito 7"
EMAIL, COLLEAGUE = "gloria.prueba@example.org", "ivan.prueba@example.org"


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"staff-{name}")

    return check


def sign_in(page: Page, portal: Portal, *, email: str, key: str) -> None:
    page.goto(portal.url("/funcionarios/"))
    expect(page).to_have_url(re.compile("/funcionarios/entrar/"))
    fill(page, email=email, key=key)
    press(page, "Ingresar")


def first_sign_in(page: Page, portal: Portal, *, email: str, key: str, look: Look, name: str) -> pyotp.TOTP:
    """From the handed key to the desk; the result is the authenticator app."""
    sign_in(page, portal, email=email, key=key)
    expect(page).to_have_url(portal.url("/funcionarios/entrar/clave-nueva/"))
    look(page, f"{name}-choose")
    fill(page, new_key="quito2026", repeat="quito2026")
    press(page, "Guardar la clave e ingresar")
    expect(page.locator("main")).to_contain_text("La clave es muy corta")
    fill(page, new_key=OWN_KEY, repeat=OWN_KEY)
    press(page, "Guardar la clave e ingresar")
    expect(page).to_have_url(portal.url("/funcionarios/entrar/segundo-factor/"))
    page.goto(portal.url("/funcionarios/"))
    expect(page).to_have_url(portal.url("/funcionarios/entrar/segundo-factor/"))
    look(page, f"{name}-factor")
    app = pyotp.TOTP(page.locator("main strong.app-code").inner_text().replace(" ", ""))
    # the step before this one, so that the code of this one is still unused
    fill(page, code=app.at(datetime.now(UTC) - timedelta(seconds=30)))
    press(page, "Activar")
    expect(page.locator("main li .app-code")).to_have_count(10)
    look(page, f"{name}-codes")
    page.locator("main").get_by_role("button", name="Ya los guardé").click()
    expect(page).to_have_url(portal.url("/funcionarios/"))
    return app


def test_an_official_is_added_signs_in_and_adds_another(
    fresh_portal: Portal, phone_page: Page, no_js_page: Page, look: Look
) -> None:
    portal, phone, office = fresh_portal, phone_page, no_js_page
    roles = ("--role", "supervisor", "--role", "coordination")
    names = ("--names", "Ejemplo Prueba Gloria")
    key = run(portal, "add-staff", EMAIL, *names, "--province", "17", *roles, "--by", "operador")

    phone.goto(portal.url("/funcionarios/entrar/"))
    look(phone, "sign-in")
    app = first_sign_in(phone, portal, email=EMAIL, key=key, look=look, name="phone")
    expect(phone.locator("main")).to_contain_text("Sus roles: Coordinación, Supervisión.")
    look(phone, "desk-phone")

    # a colleague is added, and comes with a browser without script
    phone.locator("main").get_by_role("link", name="Equipo").click()
    look(phone, "team-phone")
    phone.get_by_role("button", name="Agregar una persona").click()
    press(phone, "Crear la cuenta")
    expect(phone.get_by_role("alert")).to_contain_text("Escriba el correo institucional.")
    look(phone, "add-refused")
    fill(phone, email=COLLEAGUE, names="Ejemplo Prueba Iván")
    phone.locator("select[name=place]").select_option("province-17")
    phone.get_by_label("Revisión jurídica").check()
    press(phone, "Crear la cuenta")
    look(phone, "handed-key")
    handed = phone.locator("main strong.app-code").inner_text()
    office_app = first_sign_in(office, portal, email=COLLEAGUE, key=handed, look=look, name="office")
    look(office, "desk")
    expect(office.get_by_role("link", name="Equipo")).to_have_count(0)
    assert office.goto(portal.url("/funcionarios/equipo/")).status == 404  # type: ignore[union-attr]

    # the next sign-in asks for the code, which the demo shows
    office.goto(portal.url("/funcionarios/"))
    office.get_by_role("button", name="Salir").click()
    expect(office).to_have_url(portal.url("/funcionarios/entrar/"))
    sign_in(office, portal, email=COLLEAGUE, key=OWN_KEY)
    look(office, "second-step")
    fill(office, code="000000")
    press(office, "Ingresar")
    expect(office.locator("main")).to_contain_text("El código no es correcto")
    fill(office, code=office_app.now())
    press(office, "Ingresar")
    expect(office).to_have_url(portal.url("/funcionarios/"))

    # roles, sessions, and the end of the account
    phone.goto(portal.url("/funcionarios/equipo/"))
    phone.get_by_role("link", name="Ejemplo Prueba Iván").click()
    look(phone, "member")
    phone.get_by_label("Coordinación").check()
    press(phone, "Guardar los roles")
    expect(phone.get_by_role("alert")).to_contain_text("Los roles están guardados")
    office.reload()
    expect(office.locator("main")).to_contain_text("Coordinación, Revisión jurídica")
    office.get_by_role("link", name="Mi clave y sesiones").click()
    look(office, "sessions")
    phone.get_by_role("link", name="Entregar una clave nueva").click()
    look(phone, "reset")
    phone.go_back()
    phone.get_by_role("link", name="Terminar la cuenta").click()
    look(phone, "end")
    press(phone, "Terminar la cuenta")
    expect(phone.get_by_role("alert")).to_contain_text("terminó")
    office.reload()
    expect(office.locator("main")).to_contain_text("su clave o su cuenta cambiaron")
    assert app.now()


def test_a_newcomer_gets_into_the_demo_without_an_app(portal: Portal, page: Page, look: Look) -> None:
    official = next(each for each in demo.OFFICIALS if not each.has_office)
    sign_in(page, portal, email=official.email, key=demo.KEY)
    shown = page.locator(".govuk-inset-text .app-code")
    expect(page.locator(".govuk-inset-text")).to_contain_text("Solo en la demostración")
    look(page, "second-step-demo")
    fill(page, code=shown.inner_text())
    press(page, "Ingresar")
    expect(page).to_have_url(portal.url("/funcionarios/"))
    look(page, "desk-desktop")


def test_a_newcomer_finds_cases_of_all_kinds_on_a_telephone(
    portal: Portal, phone_page: Page, look: Look
) -> None:
    page = phone_page
    page.goto(portal.url("/funcionarios/casos/"))
    fill(page, email="provincia.demo@example.org", key=demo.KEY)
    press(page, "Ingresar")
    fill(page, code=page.locator(".govuk-inset-text .app-code").inner_text())
    press(page, "Ingresar")
    expect(page.locator("main")).to_contain_text("Detenido: quedan")
    look(page, "demo-cases-phone")
    page.locator("main table a").last.click()
    look(page, "demo-case-phone")
