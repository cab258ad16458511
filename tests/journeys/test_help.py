"""An accountant is invited by telephone without script, works for a client, and is sent away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from afilia.ops import demo
from afilia.ops.demo import accountants
from tests.journeys.pages import fill, press
from tests.journeys.portal import Portal, mailed

Look = Callable[[Page, str], None]
NUMBER, EMAIL = demo.cedula("171650005"), "ayuda@example.org"
OWN_KEY = "tijera nube caimito 7"


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"help-{name}")

    return check


def sign_in(page: Page, portal: Portal, *, number: str, key: str) -> None:
    page.goto(portal.url("/empleadores/ingresar/"))
    fill(page, number=number, key=key)
    press(page, "Ingresar")


def test_an_accountant_is_invited_works_and_is_revoked(
    fresh_portal: Portal, page: Page, phone_page: Page, no_js_page: Page, look: Look
) -> None:
    portal, employer, phone = fresh_portal, page, phone_page
    owner = portal.keys[0]

    # the employer gives access to pay in one branch
    sign_in(employer, portal, number=owner.number, key=owner.key)
    employer.get_by_role("link", name="Ayuda contable").click()
    look(employer, "list")
    employer.get_by_role("button", name="Dar acceso a una persona").click()
    fill(employer, number=NUMBER, email=EMAIL, present="otra clave")
    employer.get_by_label("Sueldos, extras y días").check()
    employer.get_by_label("Solo de estas:").check()
    press(employer, "Enviar la invitación")
    expect(employer.locator("main")).to_contain_text("Marque al menos una sucursal")
    look(employer, "invite-refused")
    employer.get_by_label("0002 – BODEGA SUR").check()
    fill(employer, present=owner.key)
    press(employer, "Enviar la invitación")
    expect(employer.get_by_role("alert")).to_contain_text(f"Enviamos la invitación a {EMAIL}")
    look(employer, "invited")

    # the accountant opens an account on a telephone and accepts
    link = mailed(portal, EMAIL, r"http\S+/contadores/invitacion/[0-9a-f]{40}/")
    phone.goto(link)
    look(phone, "invitation-phone")
    fill(phone, names="Ejemplo Prueba Ana", new_key=OWN_KEY, repeat=OWN_KEY)
    press(phone, "Abrir la cuenta")
    look(phone, "offered-phone")
    press(phone, "Aceptar la invitación de BODEGAS DE EJEMPLO CIA. LTDA.")
    look(phone, "clients-phone")
    press(phone, "Trabajar para BODEGAS DE EJEMPLO CIA. LTDA.")
    look(phone, "employer-phone")
    phone.goto(portal.url("/empleadores/batch/cargar/"))
    expect(phone.get_by_label("MSU", exact=False)).to_be_visible()
    expect(phone.locator("input[value=ENT]")).to_have_count(0)
    phone.goto(portal.url("/empleadores/ayuda-contable/"))
    expect(phone.locator("main")).to_contain_text("Su acceso no incluye esto")
    look(phone, "not-given-phone")

    # and is sent away at once
    employer.reload()
    look(employer, "in-force")
    employer.get_by_role("button", name="Terminar el acceso").click()
    look(employer, "end")
    press(employer, "Terminar el acceso")
    expect(employer.get_by_role("alert")).to_contain_text("El acceso terminó")
    phone.goto(portal.url("/empleadores/batch/cargar/"))
    expect(phone).to_have_url(portal.url("/contadores/"))
    expect(phone.locator("main")).to_contain_text("ya no se puede confirmar")
    look(phone, "revoked-phone")

    # without script, with the clients of the demo: a form of one client is not sent for another
    office = no_js_page
    sign_in(office, portal, number=accountants.NUMBER, key=demo.DATA["accountant"]["key"])
    look(office, "three-clients")
    press(office, "Trabajar para HOGAR DE EJEMPLO")
    office.goto(portal.url("/empleadores/sesiones/"))
    left_open = office.context.new_page()
    left_open.goto(portal.url("/contadores/"))
    press(left_open, "Trabajar para ENTIDAD PUBLICA DE EJEMPLO")
    office.locator("header").get_by_role("button", name="Salir").click()
    expect(office.locator("main")).to_contain_text("Ahora trabaja para ENTIDAD PUBLICA DE EJEMPLO")
    look(office, "another-client")
