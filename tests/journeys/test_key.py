"""A key, from the one that is handed over at the counter to a second factor and the end of a session."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import fill, press
from tests.journeys.portal import Portal, run

Look = Callable[[Page, str], None]
OWN_KEY, NEXT_KEY = "tijera nube caimito 7", "cuatro tazas y un farol"


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"key-{name}")

    return check


def hand_over(portal: Portal, *, number: str, ruc: str) -> str:
    papers = ["--employer", ruc, "--number", number, "--email", "papeles@example.org"]
    return run(portal, "hand-over-key", *papers, "--by", "ventanilla 4")


def let_time_pass(portal: Portal, *, minutes: int) -> None:
    """As if all sessions had last been used so much earlier."""
    change = (
        "from datetime import timedelta; from django.db.models import F;"
        " from afilia.access.models import KeySession;"
        f" KeySession.objects.update(seen_at=F('seen_at') - timedelta(minutes={minutes}))"
    )
    run(portal, "shell", "--no-imports", "-c", change)


def sign_in(page: Page, portal: Portal, *, number: str, key: str) -> None:
    page.goto(portal.url("/empleadores/ingresar/"))
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=key]").fill(key)
    press(page, "Ingresar")


def test_a_person_makes_the_key_their_own_and_guards_it(
    fresh_portal: Portal, phone_page: Page, no_js_page: Page, look: Look
) -> None:
    portal, phone, office = fresh_portal, phone_page, no_js_page
    number, ruc = portal.keys[0].number, portal.keys[0].ruc
    handed = hand_over(portal, number=number, ruc=ruc)

    # the key that was handed over leads to one page
    sign_in(phone, portal, number=number, key=handed)
    expect(phone).to_have_url(portal.url("/empleadores/ingresar/clave-nueva/"))
    phone.goto(portal.url("/empleadores/batch/"))
    expect(phone).to_have_url(portal.url("/empleadores/ingresar/clave-nueva/"))
    look(phone, "choose")
    fill(phone, new_key="quito2026", repeat="quito2026")
    press(phone, "Guardar la clave e ingresar")
    expect(phone.locator("main")).to_contain_text("La clave es muy corta")
    look(phone, "choose-refused")
    fill(phone, new_key=OWN_KEY, repeat=OWN_KEY)
    press(phone, "Guardar la clave e ingresar")
    expect(phone).to_have_url(portal.url("/empleadores/"))

    # a page left open warns before the session is over
    phone.clock.install()
    phone.goto(portal.url("/empleadores/batch/"))
    let_time_pass(portal, minutes=29)
    phone.clock.run_for(29 * 60_000)
    expect(phone.get_by_role("alert")).to_contain_text("Su sesión terminará en menos de 2 minutos")
    look(phone, "warning")
    phone.get_by_role("button", name="Continuar en la sesión").click()
    expect(phone.get_by_role("status").filter(has_text="Su sesión sigue abierta")).to_be_focused()
    expect(phone.get_by_role("alert")).to_have_count(0)
    let_time_pass(portal, minutes=30)
    phone.clock.run_for(30 * 60_000)
    expect(phone.locator("main")).to_contain_text("Su sesión terminó porque no la usó por un tiempo")
    fill(phone, number=number, key=OWN_KEY)
    press(phone, "Ingresar")
    expect(phone).to_have_url(portal.url("/empleadores/batch/"))
    phone.clock.resume()

    # another browser signs in, is listed, and is sent away
    sign_in(office, portal, number=number, key=OWN_KEY)
    office.goto(portal.url("/empleadores/batch/"))
    phone.get_by_role("link", name="Mi clave y sesiones").click()
    expect(phone.get_by_text("Esta sesión", exact=True)).to_have_count(1)
    look(phone, "sessions")
    phone.get_by_role("button", name=re.compile("^Terminar Chrome")).click()
    expect(phone.locator("main")).to_contain_text("La sesión terminó")
    office.reload()
    expect(office.locator("main")).to_contain_text("Su sesión se cerró desde otro equipo")
    look(office, "session-over")

    # a second factor
    phone.get_by_role("link", name="Activar el segundo factor").click()
    look(phone, "second-factor")
    press(phone, "Activar el segundo factor")
    look(phone, "second-factor-on")
    app = pyotp.TOTP(phone.locator("main strong.app-code").inner_text().replace(" ", ""))
    # the step before this one, so that the code of this one is still unused
    fill(phone, present=OWN_KEY, code=app.at(datetime.now(UTC) - timedelta(seconds=30)))
    press(phone, "Activar")
    codes = phone.locator("main li .app-code")
    expect(codes).to_have_count(10)
    look(phone, "recovery-codes")
    recovery_code = codes.first.inner_text()

    # it is asked for at the next sign-in, and a recovery code does instead of it
    sign_in(office, portal, number=number, key=OWN_KEY)
    expect(office).to_have_url(portal.url("/empleadores/ingresar/codigo/"))
    look(office, "second-step")
    fill(office, code="000000")
    press(office, "Ingresar")
    expect(office.locator("main")).to_contain_text("El código no es correcto")
    fill(office, code=recovery_code)
    press(office, "Ingresar")
    expect(office).to_have_url(portal.url("/empleadores/"))

    # the key is changed, and the other browser is sent away again
    office.goto(portal.url("/empleadores/clave/cambiar/"))
    look(office, "change")
    fill(office, present=OWN_KEY, new_key=NEXT_KEY, repeat=NEXT_KEY)
    press(office, "Guardar la clave")
    expect(office.locator("main")).to_contain_text("Su clave cambió")
    look(office, "sessions-desktop")
    phone.goto(portal.url("/empleadores/segundo-factor/"))
    expect(phone.locator("main")).to_contain_text("porque la clave cambió")

    office.goto(portal.url("/empleadores/segundo-factor/desactivar/"))
    look(office, "second-factor-off")
    fill(office, present=NEXT_KEY, code=app.now())
    press(office, "Desactivar")
    expect(office.locator("main")).to_contain_text("El segundo factor está desactivado")
