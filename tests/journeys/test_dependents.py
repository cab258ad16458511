"""Three dependents of a worker registered, of whom one is refused first."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import filing
from tests.journeys.pages import fill, press
from tests.journeys.portal import Portal

Look = Callable[[Page, str], None]
ROOT = "/empleadores/dependientes/"


@pytest.fixture
def look(
    axe: Callable[[Page], None], picture: Callable[[Page, str], Path], request: pytest.FixtureRequest
) -> Look:
    """Check that everybody can use the page as it stands, and keep a picture of it."""

    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"dependents-{request.node.callspec.id}-{name}")

    return check


def choose(page: Page, **values: str) -> None:
    for name, value in values.items():
        page.locator(f"input[name={name}][value={value}]").check()


def write(page: Page, *, relationship: str, proof: str, number: str, names: str, birth: str) -> None:
    choose(page, parentesco=relationship, documento="N", sexo="F", respaldo=proof)
    fill(page, numero_dependiente=number, nombres=names, fecha_nacimiento=birth)


def save(page: Page, look: Look | None = None) -> str:
    """Continue, look at what would be registered, and save it; the number of the receipt."""
    press(page, "Continuar")
    expect(page.get_by_role("heading", name=re.compile("Revise y guarde"))).to_be_visible()
    if look:
        look(page, "check")
    press(page, "Guardar")
    expect(page.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=filing.WAIT)
    return page.locator(".govuk-panel__body").inner_text()


@pytest.mark.parametrize("kind", ["page", "no_js_page"])
def test_three_dependents_are_registered_of_whom_one_is_refused(
    kind: str, fresh_portal: Portal, look: Look, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(kind)
    portal = fresh_portal
    filing.sign_in(page, portal, number=portal.keys[0].number, key=portal.keys[0].key)
    page.goto(portal.url("/empleadores/"))
    page.get_by_role("link", name="Afiliados", exact=True).click()
    page.get_by_role("link", name="Registro de dependientes").click()
    look(page, "list")
    number = page.locator("td[data-label=Trabajador] .app-code").first.inner_text()
    fill(page, number=number)
    press(page, "Continuar")
    expect(page.locator("main")).to_contain_text(number)
    look(page, "worker")

    page.get_by_role("button", name="Registrar un dependiente").click()
    look(page, "form")
    write(page, relationship="H", proof="N", number="2019-1", names="Luna Vera Ana", birth="2019-05-06")
    save(page, look)
    look(page, "receipt")

    # Too old: the field says so, and what was typed is still there.
    page.get_by_role("button", name="Registrar otro dependiente de este trabajador").click()
    write(page, relationship="H", proof="N", number="2001-1", names="Luna Vera Eva", birth="2001-05-06")
    press(page, "Continuar")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Pasó la edad del parentesco")
    look(page, "refused")
    fill(page, discapacidad="45")
    save(page)

    page.get_by_role("button", name="Registrar otro dependiente de este trabajador").click()
    write(page, relationship="H", proof="N", number="2021-1", names="Luna Vera Lía", birth="2021-05-06")
    save(page)
    page.get_by_role("link", name="Ver sus dependientes").click()
    for names in ("LUNA VERA ANA", "LUNA VERA EVA", "LUNA VERA LIA"):
        expect(page.locator("main")).to_contain_text(names)

    # One is ended; its page tells all of it.
    page.get_by_role("link", name="LUNA VERA LIA").click()
    page.get_by_role("button", name="Terminar").click()
    press(page, "Continuar")
    press(page, "Guardar")
    page.get_by_role("link", name="Ver sus dependientes").click()
    page.get_by_role("link", name="LUNA VERA LIA").click()
    expect(page.locator("tbody th")).to_have_text(["Terminación", "Registro"])
    look(page, "dependent")
