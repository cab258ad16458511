"""A domestic employer, who files once a year: the first worker, and an exit that did not happen."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import filing
from tests.journeys.pages import press
from tests.journeys.portal import Portal

WORKER = "1750000000"
DOMESTIC = re.compile("000$")


@pytest.mark.parametrize("kind", ["page", "no_js_page"])
def test_the_first_worker_of_a_domestic_employer_and_an_exit_annulled(
    kind: str,
    fresh_portal: Portal,
    axe: Callable[[Page], None],
    picture: Callable[[Page, str], Path],
    request: pytest.FixtureRequest,
) -> None:
    page: Page = request.getfixturevalue(kind)

    def look(name: str) -> None:
        axe(page)
        picture(page, f"{kind}-notice-{name}")

    key = next(key for key in fresh_portal.keys if DOMESTIC.search(key.ruc))
    filing.sign_in(page, fresh_portal, number=key.number, key=key.key)
    page.goto(fresh_portal.url("/empleadores/avisos/"))
    look("choice")
    page.get_by_role("link", name="Aviso de entrada", exact=True).click()
    look("entry")
    press(page, "Revisar")
    look("entry-empty")
    today = date.today().isoformat()  # noqa: DTZ011  the clock of the browser
    page.locator("input[name=identificacion]").fill(WORKER)
    page.locator("input[name=fecha_ingreso]").fill(today)
    page.locator("input[name=cargo]").fill("Empleada doméstica")
    page.locator("input[name=actividad_sectorial]").fill("0101011112039")
    page.locator("input[name=sueldo]").fill("482")
    press(page, "Revisar")
    expect(page.locator("main")).to_contain_text("Lo presenta a tiempo.")
    look("entry-check")
    press(page, "Registrar")
    expect(page.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=filing.WAIT)
    look("entry-filed")

    page.goto(fresh_portal.url("/empleadores/avisos/nuevo/SAL/"))
    page.locator("input[name=identificacion]").fill(WORKER)
    page.locator("input[name=fecha_salida]").fill(today)
    page.locator("input[name=causa][value=V]").check()
    press(page, "Revisar")
    look("exit-check")
    press(page, "Registrar")
    page.get_by_role("link", name=re.compile("^Anular")).click()
    look("annul")
    page.locator("input[name=motivo][value=no-ocurrio]").check()
    press(page, "Anular")
    expect(page.locator("main")).to_contain_text("Anulada: Aviso de salida")
    expect(page.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=filing.WAIT)
    page.get_by_role("link", name="Ver la historia del trabajador").click()
    expect(page.locator("main")).to_contain_text("Anulada")
    look("history")
