"""An employer compares its payroll, and has the differences checked as a batch; its deadlines."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import filing
from tests.journeys.conftest import CheckAccess, TakePicture
from tests.journeys.pages import press
from tests.journeys.portal import Portal

# Two that nobody employs, for each who walks.
NEW = {
    "page": ("1716500218", "1716500226"),
    "no_js_page": ("1716500416", "1716500424"),
}


@pytest.mark.parametrize("kind", ["page", "no_js_page"])
def test_an_employer_compares_its_payroll_and_closes_the_difference(
    kind: str,
    portal: Portal,
    axe: CheckAccess,
    picture: TakePicture,
    request: pytest.FixtureRequest,
    tmp_path: Path,
) -> None:
    page: Page = request.getfixturevalue(kind)

    def look(name: str) -> None:
        axe(page)
        picture(page, f"{kind}-payroll-{name}")

    key = portal.keys[0]
    filing.sign_in(page, portal, number=key.number, key=key.key)
    page.goto(portal.url("/empleadores/nomina/"))
    look("index")
    page.get_by_role("button", name="Cargar la lista").click()
    press(page, "Comparar")
    expect(page.get_by_role("alert")).to_contain_text("Elija el archivo con su lista.")
    look("refused")

    # columns that no heading names are asked for
    lista = tmp_path / f"{kind}.csv"
    rows = "".join(f"{number};482,00;2026-11-16\n" for number in NEW[kind])
    lista.write_text(f"{kind} quién;cuánto;Fecha de ingreso\n{rows}TOTAL;964,00;\n", "utf-8")
    page.locator("input[type=file]").set_input_files(lista)
    press(page, "Comparar")
    expect(page.get_by_role("heading", name="Qué trae cada columna")).to_be_visible(timeout=3 * filing.WAIT)
    look("columns")
    page.get_by_label("Cédula o código de extranjero").select_option("0")
    page.get_by_label("Sueldo").select_option("1")
    press(page, "Comparar")
    main = page.locator("main")
    expect(main).to_contain_text("Sin aviso de entrada", timeout=3 * filing.WAIT)
    for words in (*NEW[kind], "Archivos listos", "La cédula o el código no es válido.", "Leímos:"):
        expect(main).to_contain_text(words)
    look("compared")
    compared = page.url

    # the differences as a batch, which the checker accepts
    page.get_by_role("link", name=re.compile("^ENT")).click()
    for choice in page.locator("main select").all():
        choice.select_option(index=min(1, choice.locator("option").count() - 1))
    page.get_by_label("Cargo").fill(f"AUXILIAR {kind}".upper().replace("_", " "))
    page.get_by_label("Actividad sectorial", exact=False).fill("0101011112039")
    look("close")
    press(page, "Revisar como carga batch")
    expect(page.get_by_role("heading", name="Confirmar")).to_be_visible(timeout=3 * filing.WAIT)
    expect(filing.figure(page, "Correctas")).to_have_text("2")
    expect(filing.figure(page, "Rechazadas")).to_have_text("0")
    filing.confirm(page, mode="all")
    look("receipt")

    # what was closed is no difference any more
    page.goto(compared)
    expect(main).to_contain_text("La historia laboral cambió")
    again = page.get_by_role("button", name="Comparar otra vez")
    again.click()
    expect(again).to_have_count(0)
    expect(main).to_contain_text("Leímos:", timeout=3 * filing.WAIT)
    expect(main).not_to_contain_text(NEW[kind][0])


@pytest.mark.parametrize("kind", ["page", "phone_page"])
def test_an_employer_sees_its_deadlines_and_takes_them_into_a_calendar(
    kind: str, portal: Portal, axe: CheckAccess, picture: TakePicture, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(kind)
    key = portal.keys[2]
    filing.sign_in(page, portal, number=key.number, key=key.key)
    page.goto(portal.url("/empleadores/plazos/"))
    expect(page.locator("main")).to_contain_text("Ley de Seguridad Social, art. 73")
    page.get_by_role("button", name=re.compile("^Hacer")).click()
    axe(page)
    picture(page, f"{kind}-deadlines")
    address = page.locator(".app-line").inner_text()
    calendar = page.request.get(portal.url(f"/plazos/{address.rpartition('/')[2]}"))
    assert calendar.text().startswith("BEGIN:VCALENDAR")
    press(page, "Terminar el enlace")
    expect(page.locator("main")).to_contain_text("El enlace del calendario ya no funciona.")
    assert page.request.get(portal.url(f"/plazos/{address.rpartition('/')[2]}")).status == 404
