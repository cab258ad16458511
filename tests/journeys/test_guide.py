"""From the home page to the start of each procedure by keyboard alone."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from afilia.guide.starting import start_url
from afilia.procedures.catalogue import load
from tests.journeys.conftest import CheckAccess, TakePicture
from tests.journeys.portal import Portal

TABS = 80  # the most that anybody may need to reach a link of a page
SIGN_IN = "/empleadores/ingresar/"
STARTS = [  # where the buttons of each procedure lead
    ("registro-empleador", "/empleadores/registro/"),
    ("clave-patronal", "/turnos/?tramite=clave-patronal"),
    ("clave-patronal", "/ventanilla-virtual/"),
    ("recuperacion-clave", "/empleadores/clave/recuperar/"),
    ("aviso-entrada-salida", "/empleadores/avisos/"),
    ("novedades-batch", "/empleadores/batch/cargar/"),
    ("dependientes", "/empleadores/dependientes/"),
    ("codigo-extranjeros", "/turnos/?tramite=codigo-extranjeros"),
    ("turnos", "/turnos/"),
    ("ventanilla-virtual", "/ventanilla-virtual/"),
]
WITH_KEY = {"aviso-entrada-salida", "novedades-batch", "dependientes"}
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


def type_by_keyboard(page: Page, name: str, text: str) -> None:
    """Tab until the field with a name has the focus, and type."""
    for _ in range(TABS):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('name')") == name:
            page.keyboard.type(text)
            return
    raise AssertionError(f"{name} was not reached on {page.url}")


def from_home_to_the_page(portal: Portal, page: Page, slug: str) -> None:
    page.goto(portal.url("/"))
    go_by_keyboard(page, f"/tramites/{slug}/")
    page.wait_for_url(portal.url(f"/tramites/{slug}/"))


def on_to_the_start(portal: Portal, page: Page, slug: str, start: str, *, signed_in: bool = False) -> None:
    go_by_keyboard(page, start)
    if slug in WITH_KEY and not signed_in:
        page.wait_for_url(lambda url: url.startswith(portal.url(SIGN_IN)))
    else:
        page.wait_for_url(portal.url(start))
    expect(page.locator("h1")).to_be_visible()


def test_every_button_of_the_catalogue_has_its_journey() -> None:
    ways = [(slug, one) for slug, procedure in load().procedures.items() for one in procedure.ways]
    assert {(slug, start_url(load().procedures[slug], one)) for slug, one in ways} == {*STARTS}
    assert {slug for slug, one in ways if one.needs_key} == WITH_KEY


@pytest.mark.parametrize(("slug", "start"), STARTS)
def test_from_home_to_the_start_by_keyboard(
    portal: Portal, page: Page, axe: CheckAccess, picture: TakePicture, slug: str, start: str
) -> None:
    violations: list[str] = []
    page.on("console", lambda line: violations.append(line.text) if line.type == "error" else None)
    from_home_to_the_page(portal, page, slug)
    axe(page)
    picture(page, f"guide-{slug}")
    on_to_the_start(portal, page, slug, start)
    assert violations == []  # the data block of schema.org is no code to the browser


def test_the_same_in_english(portal: Portal, new_page: Callable[..., Page]) -> None:
    page = new_page(locale="en-GB")
    for slug, start in STARTS:
        from_home_to_the_page(portal, page, slug)
        expect(page.locator("h1")).to_have_text(load().procedures[slug].name.en)
        on_to_the_start(portal, page, slug, start)
        expect(page.locator("html")).to_have_attribute("lang", "en")


def test_with_a_key_by_keyboard_to_the_form_itself(portal: Portal, page: Page) -> None:
    """Signing in leads on to what was begun; from then on each button leads there at once."""
    slug, start = "dependientes", "/empleadores/dependientes/"
    from_home_to_the_page(portal, page, slug)
    on_to_the_start(portal, page, slug, start)
    key = portal.keys[0]
    type_by_keyboard(page, "number", key.number)
    type_by_keyboard(page, "key", key.key)
    page.keyboard.press("Enter")
    page.wait_for_url(portal.url(start))
    expect(page.get_by_role("heading", level=1)).to_have_text("Registro de dependientes")
    for slug, start in STARTS:
        from_home_to_the_page(portal, page, slug)
        on_to_the_start(portal, page, slug, start, signed_in=True)


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
    expect(page.get_by_role("heading", name="Cómo se hace")).to_be_visible()
    picture(page, "guide-list-phone")
    expect(page.get_by_text("Imprimir la lista")).to_be_hidden()  # which takes a script
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Pedir un turno")).to_be_hidden()
