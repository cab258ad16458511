"""From a page to the question asked there, and from words typed to the page that answers."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.journeys.portal import Portal


def test_somebody_finds_help_and_a_person_to_ask(
    portal: Portal,
    new_page: Callable[..., Page],
    axe: Callable[[Page], None],
    picture: Callable[[Page, str], None],
) -> None:
    page = new_page()
    page.goto(portal.url("/turnos/"))
    page.get_by_role("link", name="¿Necesita ayuda con esta página?").click()
    expect(page.locator("#a-nombre-de-quien:target")).to_contain_text("¿A nombre de quién pido el turno?")
    axe(page)
    picture(page, "ayuda-tema")

    page.get_by_role("contentinfo").get_by_role("link", name="Buscar").click()
    page.get_by_label("¿Qué busca?").fill("olvide mi clabe")
    page.get_by_role("main").get_by_role("button", name="Buscar").click()
    expect(page.get_by_text("Estas son las que tienen «olvidé clave».")).to_be_visible()
    axe(page)
    picture(page, "buscar")
    page.get_by_role("link", name="Olvidé mi clave. ¿Cómo la recupero?").click()
    expect(page.locator("#recuperar:target")).to_be_visible()

    page.goto(portal.url("/buscar/?q=xqzwxqzw"))
    axe(page)
    page.get_by_role("main").get_by_role("link", name="Contacto: qué pregunta va a dónde").click()
    expect(page.get_by_role("heading", name="Hablar con una persona")).to_be_visible()
    axe(page)
    picture(page, "contacto")
    page.goto(portal.url("/ayuda/"))
    axe(page)
    picture(page, "ayuda")
