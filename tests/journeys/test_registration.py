"""A company, a domestic employer and a foreign person register in a real browser against the real portal."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.portal import Portal, mailed

Look = Callable[[Page, str], None]
WAIT = 20.0  # seconds, for the worker on a busy machine
COMPANY, FOREIGNER, CLOSED = "1799999998001", "1767150202001", "1799992864001"


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    """Check that everybody can use the page as it stands, and keep a picture of it."""

    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"registration-{name}")

    return check


def code_to(portal: Portal, address: str) -> str:
    """The code in the newest mail to an address, once the worker wrote it."""
    return mailed(portal, address, r"^\d{6}\s*$").strip()


def go_on(page: Page, button: str = "Continuar") -> None:
    page.locator("main").get_by_role("button", name=button, exact=True).click()


def begin(page: Page, portal: Portal, kind: str) -> None:
    page.goto(portal.url("/empleadores/registro/"))
    go_on(page, "Empezar")
    page.locator(f"input[name=kind][value={kind}]").check()
    go_on(page)


def finish(page: Page, portal: Portal, look: Look, *, who: str, third: bool = False) -> str:
    """Answer from the address on, register, and give the number of the request."""
    email = f"{who}@registro.example"
    page.locator("select[name=province]").select_option("17")
    page.locator("input[name=canton]").fill("Quito")
    page.locator("input[name=street]").fill("Av. de Prueba N1-23 y Calle Dos")
    look(page, f"{who}-address")
    go_on(page)
    page.locator("input[name=phone]").fill("099 123 4567")
    go_on(page)
    page.locator("input[name=email]").fill(email)
    go_on(page, "Enviar el código")
    look(page, f"{who}-code")
    page.locator("input[name=code]").fill(code_to(portal, email))
    go_on(page)
    page.locator(f"input[name=who][value={'third' if third else 'self'}]").check()
    if third:
        page.locator("input[name=number]").fill("1710034065")
        page.locator("input[name=names]").fill("Luis Ejemplo Vera")
    look(page, f"{who}-collector")
    go_on(page)
    expect(page.get_by_role("heading", level=1, name="Revise sus respuestas")).to_be_visible()
    look(page, f"{who}-check")
    go_on(page, "Registrar al empleador")
    expect(page.get_by_role("heading", level=1, name="Empleador registrado")).to_be_visible()
    look(page, f"{who}-done")
    found = re.search(r"\d{4}-\d{8}", page.locator(".govuk-panel__body").inner_text())
    assert found
    return found[0]


def download(page: Page, name: str, path: Path) -> Path:
    with page.expect_download() as taken:
        page.get_by_role("button", name=name).click()
    taken.value.save_as(path)
    return path


def test_a_company_registers_on_a_telephone(
    phone_page: Page, portal: Portal, look: Look, tmp_path: Path
) -> None:
    page = phone_page
    page.goto(portal.url("/empleadores/registro/"))
    look(page, "start")
    begin(page, portal, "company")
    expect(page.locator("input[name=ruc]")).to_be_visible()
    page.go_back()
    look(page, "kind")
    page.go_forward()
    page.locator("input[name=ruc]").fill(CLOSED)
    go_on(page)
    expect(page.get_by_role("heading", name="El RUC está cerrado")).to_be_visible()
    look(page, "refused")
    go_on(page, "Escribir otro RUC")
    page.locator("input[name=ruc]").fill("12")
    go_on(page)
    look(page, "wrong-ruc")
    page.locator("input[name=ruc]").fill(COMPANY)
    go_on(page)
    expect(page.locator("main")).to_contain_text("SOCIEDAD NUEVA DE EJEMPLO")
    look(page, "taxpayer")
    go_on(page, "Sí, continuar")
    page.locator("input[name=document][value=cedula]").check()
    go_on(page)
    page.locator("input[name=number]").fill("1710034065")
    page.locator("input[name=names]").fill("Ana Ejemplo Paredes")
    look(page, "representative")
    go_on(page)
    go_on(page, "Agregar otra sucursal")
    page.locator("input[name$='-1-name']").fill("BODEGA NORTE")
    page.locator("input[name$='-1-address']").fill("Calle 2, Quito")
    look(page, "branches")
    go_on(page)
    number = finish(page, portal, look, who="company", third=True)
    request = download(page, "Descargar la solicitud de entrega de clave (PDF)", tmp_path / "solicitud.pdf")
    download(page, "Descargar el acuerdo (PDF)", tmp_path / "acuerdo.pdf")

    # anyone verifies it, and learns nothing of the employer
    page.goto(portal.url("/verificar/"))
    page.locator("input[type=file]").set_input_files(request)
    go_on(page, "Verificar el archivo")
    expect(page.locator("main")).to_contain_text(number)
    expect(page.locator("main")).to_contain_text("Solicitud de entrega de clave")
    expect(page.locator("main")).not_to_contain_text("SOCIEDAD")

    # from another browser: number, RUC, and a code to the employer's e-mail
    page.context.clear_cookies()
    page.goto(portal.url("/empleadores/registro/solicitud/"))
    look(page, "find")
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=ruc]").fill(COMPANY)
    earlier = code_to(portal, "company@registro.example")
    go_on(page, "Enviar el código")
    look(page, "find-code")
    end = time.monotonic() + WAIT
    while (code := code_to(portal, "company@registro.example")) == earlier and time.monotonic() < end:
        time.sleep(0.1)  # until the second mail is there
    page.locator("input[name=code]").fill(code)
    go_on(page)
    expect(page.locator(".govuk-panel__body")).to_contain_text(number)

    # the second to register it is told so
    begin(page, portal, "company")
    page.locator("input[name=ruc]").fill(COMPANY)
    go_on(page)
    expect(page.get_by_role("heading", name="Este empleador ya está registrado")).to_be_visible()
    look(page, "registered")


def test_a_domestic_employer_registers_without_script(no_js_page: Page, portal: Portal, look: Look) -> None:
    page = no_js_page
    begin(page, portal, "domestic")
    page.locator("input[name=number]").fill("1710034065")
    page.locator("input[name=names]").fill("Ana Ejemplo Paredes")
    look(page, "owner")
    go_on(page)
    finish(page, portal, look, who="domestic")
    expect(page.locator("main")).to_contain_text("1710034065000")
    page.goto(portal.url("/empleadores/formularios/"))
    look(page, "forms")


def test_a_foreign_person_registers_and_an_employer_changes_its_address(
    page: Page, portal: Portal, look: Look
) -> None:
    begin(page, portal, "foreign-person")
    page.locator("input[name=ruc]").fill(FOREIGNER)
    go_on(page)
    go_on(page, "Sí, continuar")
    page.locator("input[name=document][value=passport]").check()
    look(page, "document")
    go_on(page)
    page.locator("input[name=number]").fill("C01X00T47")
    page.locator("select[name=country]").select_option("DE")
    look(page, "foreigner")
    go_on(page)
    go_on(page)
    finish(page, portal, look, who="foreigner")
    expect(page.locator("main")).to_contain_text("Pasaporte")

    key = portal.keys[0]
    page.goto(portal.url("/empleadores/ingresar/?next=/empleadores/datos/"))
    page.locator("input[name=number]").fill(key.number)
    page.locator("input[name=key]").fill(key.key)
    go_on(page, "Ingresar")
    expect(page.get_by_role("heading", level=1, name="Datos del empleador")).to_be_visible()
    look(page, "data")
    page.goto(portal.url("/empleadores/correo/"))
    page.locator("input[name=email]").fill("nueva@registro.example")
    page.locator("input[name=present]").fill(key.key)
    look(page, "email")
    go_on(page, "Enviar el código")
    look(page, "email-code")
    page.locator("input[name=code]").fill(code_to(portal, "nueva@registro.example"))
    go_on(page)
    expect(page.locator(".govuk-inset-text").first).to_contain_text("nueva@registro.example")
    look(page, "email-pending")
    go_on(page, "Anular el cambio")
    expect(page.locator("main")).to_contain_text("El cambio quedó anulado")
