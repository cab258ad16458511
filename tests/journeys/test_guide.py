"""From the home page to the start of each procedure by keyboard alone."""

import pytest
from playwright.sync_api import Page, expect

from afilia.procedures.catalogue import load
from tests.journeys.conftest import CheckAccess, TakePicture
from tests.journeys.portal import Portal

TABS = 80  # the most that anybody may need to reach a link of a page
SIGN_IN = "/empleadores/ingresar/"
STARTS = {  # the first button of the page of each procedure
    "registro-empleador": "/empleadores/registro/",
    "clave-patronal": "/turnos/?tramite=clave-patronal",
    "recuperacion-clave": "/empleadores/clave/recuperar/",
    "aviso-entrada-salida": "/empleadores/avisos/",
    "novedades-batch": "/empleadores/batch/cargar/",
    "dependientes": "/empleadores/dependientes/",
    "codigo-extranjeros": "/turnos/?tramite=codigo-extranjeros",
    "turnos": "/turnos/",
    "ventanilla-virtual": "/ventanilla-virtual/",
}
REACHED = """href => {
    const link = document.activeElement;
    return link !== null && link.getAttribute("href") === href && link.closest("main") !== null;
}"""


def go_by_keyboard(page: Page, href: str) -> None:
    """Tab until a link of the content has the focus, and press Enter."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate(REACHED, href):
            box = page.evaluate("document.activeElement.getBoundingClientRect().height")
            assert box > 0, href
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{href} was not reached from {page.url}")


def test_every_procedure_of_the_catalogue_has_its_journey() -> None:
    assert set(STARTS) == set(load().procedures)


@pytest.mark.parametrize("slug", STARTS)
def test_from_home_to_the_start_by_keyboard(
    portal: Portal, page: Page, axe: CheckAccess, picture: TakePicture, slug: str
) -> None:
    violations: list[str] = []
    page.on("console", lambda line: violations.append(line.text) if line.type == "error" else None)
    page.goto(portal.url("/"))
    go_by_keyboard(page, f"/tramites/{slug}/")
    page.wait_for_url(portal.url(f"/tramites/{slug}/"))
    axe(page)
    picture(page, f"guide-{slug}")
    go_by_keyboard(page, STARTS[slug])
    start = STARTS[slug].split("?")[0]
    page.wait_for_url(lambda url: start in url or SIGN_IN in url)
    expect(page.locator("h1")).to_be_visible()
    assert violations == []  # the data block of schema.org is no code to the browser


def test_what_is_needed_by_keyboard_and_without_script(
    portal: Portal, no_js_page: Page, axe: CheckAccess, picture: TakePicture
) -> None:
    page = no_js_page
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(portal.url("/tramites/que-necesito/"))
    axe(page)
    page.get_by_label("Asignación de código").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    for answer in ("Empresa privada", "Otra persona", "Visa del trabajador", "Cédula de la tercera"):
        page.get_by_label(answer).focus()
        axe(page)
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    expect(page.get_by_role("heading", name="La lista para su caso")).to_be_visible()
    expect(page.get_by_text("Autorización a una tercera persona")).to_be_visible()
    axe(page)
    picture(page, "guide-list-phone")
    expect(page.get_by_text("Imprimir la lista")).to_be_hidden()  # which takes a script
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Pedir un turno")).to_be_hidden()
