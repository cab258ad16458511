"""The sample files, filed by an employer in a real browser against the real portal."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import filing
from tests.journeys.portal import Portal

Look = Callable[[Page, str], None]


@pytest.fixture
def look(
    axe: Callable[[Page], None], picture: Callable[[Page, str], Path], request: pytest.FixtureRequest
) -> Look:
    """Check that everybody can use the page as it stands, and keep a picture of it."""

    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"{request.node.callspec.id}-{name}" if hasattr(request.node, "callspec") else name)

    return check


@pytest.mark.parametrize("kind", ["page", "no_js_page"])
def test_an_employer_files_the_sample_files(
    kind: str, fresh_portal: Portal, look: Look, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    page: Page = request.getfixturevalue(kind)
    portal, samples = fresh_portal, fresh_portal.samples
    key = portal.keys[0]
    filing.sign_in(page, portal, number=key.number, key=key.key)
    look(page, "batches")

    # 400 late entries, planned, confirmed, with a receipt that verifies
    filing.upload(page, portal, novedad="ENT", file=samples / "ENT_2026-10.txt")
    look(page, "entries-report")
    expect(filing.figure(page, "Líneas")).to_have_text("400")
    expect(filing.figure(page, "Rechazadas")).to_have_text("0")
    expect(page.locator("main")).to_contain_text("400 veces")
    entries = filing.confirm(page, mode="all")
    look(page, "entries-receipt")
    receipt_page = page.url
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar el PDF firmado").click()
    pdf = tmp_path / "receipt.pdf"
    download.value.save_as(pdf)
    page.get_by_role("link", name="Verificar este comprobante").click()
    expect(page.locator("main")).to_contain_text(entries)
    look(page, "verified")
    page.goto(portal.url("/verificar/"))
    look(page, "verify")
    page.locator("input[type=file]").set_input_files(pdf)
    page.get_by_role("button", name="Verificar el archivo").click()
    expect(page.locator("main")).to_contain_text(entries)
    expect(page.locator("main")).not_to_contain_text("BODEGAS")

    # six rejected lines, explained, mended in the page
    filing.upload(page, portal, novedad="MSU", file=samples / "MSU_with_errors.txt")
    look(page, "errors-report")
    expect(filing.figure(page, "Rechazadas")).to_have_text("6")
    for code in (
        "id.check-digit",
        "field.empty",
        "worker.repeated",
        "type.mixed",
        "period.month",
        "line.field-count",
    ):
        expect(page.locator("main")).to_contain_text(code)
    filing.confirm(page, mode="good")
    expect(filing.figure(page, "Registradas")).to_have_text("34")
    filing.mend(page, look)
    expect(filing.figure(page, "Rechazadas")).to_have_text("0")
    look(page, "mended-report")
    filing.confirm(page, mode="all")
    expect(filing.figure(page, "Registradas")).to_have_text("6")

    # the first forty workers of the next file are corrections
    filing.upload(page, portal, novedad="MSU", file=samples / "MSU_2026-11.txt")
    look(page, "corrections-report")
    expect(page.locator("main")).to_contain_text("novedad.correction")
    expect(page.locator("main")).to_contain_text("40 veces")
    filing.confirm(page, mode="all", corrections=True)
    expect(filing.figure(page, "Registradas")).to_have_text("360")
    expect(filing.figure(page, "Corregidas")).to_have_text("40")
    look(page, "corrections-receipt")

    for novedad, lines in (("INS", "250"), ("SAL", "20")):
        filing.upload(page, portal, novedad=novedad, file=samples / f"{novedad}_2026-11.txt")
        filing.confirm(page, mode="all")
        expect(filing.figure(page, "Registradas")).to_have_text(lines)

    # the first file again: the same receipt, and nothing changes
    filing.upload(page, portal, novedad="ENT", file=samples / "ENT_2026-10.txt")
    assert page.url.partition("?")[0] == receipt_page.partition("?")[0]
    expect(page.locator("main")).to_contain_text(entries)
    look(page, "same-receipt")
    page.goto(portal.url("/empleadores/batch/historial/"))
    look(page, "history")
    expect(page.locator("main")).to_contain_text("SAL_2026-11.txt")

    # the labour history of one worker shows all of it
    page.goto(portal.url("/empleadores/afiliados/"))
    page.get_by_label("Nombres o número de identificación").fill("0101693752")
    page.get_by_role("button", name="Buscar").click()
    expect(page).to_have_url(re.compile(r"/empleadores/afiliados/\?busqueda="))
    look(page, "workers")
    page.locator("main table, main ul, main dl").get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/empleadores/afiliados/\d+/"))
    for words in (
        "Aviso de entrada",
        "Modificación de sueldo",
        "Variación de sueldo por extras",
        "520",
        "600",
        entries,
    ):
        expect(page.locator("main")).to_contain_text(words)
    look(page, "worker")


def test_a_file_can_be_dropped_on_the_page(portal: Portal, page: Page, tmp_path: Path) -> None:
    key, file = portal.keys[0], portal.samples / "MSU_with_errors.txt"
    filing.sign_in(page, portal, number=key.number, key=key.key)
    page.goto(portal.url("/empleadores/batch/cargar/?tipo=MSU"))
    filing.drop(page, file)
    page.get_by_role("button", name="Cargar y revisar").click()
    expect(page.get_by_role("heading", name=file.name)).to_be_visible(timeout=filing.WAIT)
    expect(filing.figure(page, "Líneas")).to_have_text("40", timeout=filing.WAIT)

    document = tmp_path / "foreign.pdf"
    document.write_text("%PDF-1.7", "ascii")
    page.goto(portal.url("/verificar/"))
    filing.drop(page, document)
    page.get_by_role("button", name="Verificar el archivo").click()
    expect(page.get_by_role("heading", name="No reconocemos el documento")).to_be_visible()


def test_a_double_click_two_tabs_and_the_back_button_do_no_harm(
    fresh_portal: Portal, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    key = fresh_portal.keys[0]
    filing.sign_in(page, fresh_portal, number=key.number, key=key.key)
    filing.upload(page, fresh_portal, novedad="ENT", file=fresh_portal.samples / "ENT_2026-10.txt")
    other = page.context.new_page()
    other.goto(page.url)
    page.locator("input[name=mode][value=all]").check()
    other.locator("input[name=mode][value=good]").check()
    page.get_by_role("button", name="Confirmar y registrar").dblclick()
    other.get_by_role("button", name="Confirmar y registrar").click()
    for tab in (page, other):
        expect(tab.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=filing.WAIT)
    number = page.locator(".govuk-panel__body").inner_text()
    assert other.locator(".govuk-panel__body").inner_text() == number
    page.go_back()
    page.goto(fresh_portal.url("/empleadores/batch/historial/"))
    expect(page.get_by_text("ENT_2026-10.txt")).to_have_count(1)
    answer = page.request.get(other.url.partition("?")[0] + "comprobante.json")
    assert json.loads(answer.text())["registered"] == 400


def test_a_lost_connection_loses_nothing(fresh_portal: Portal, page: Page) -> None:
    key = fresh_portal.keys[0]
    filing.sign_in(page, fresh_portal, number=key.number, key=key.key)
    filing.upload(page, fresh_portal, novedad="ENT", file=fresh_portal.samples / "ENT_2026-10.txt")
    page.locator("input[name=mode][value=all]").check()
    address = page.url
    # The answer to the confirmation never arrives.
    page.route("**/empleadores/batch/*/", lambda route: (route.fetch(max_redirects=0), route.abort())[1])
    page.get_by_role("button", name="Confirmar y registrar").click(no_wait_after=True)
    page.wait_for_event("requestfailed", timeout=filing.WAIT)
    page.unroute_all()
    page.goto(address)
    expect(page.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=filing.WAIT)


def test_a_person_with_the_key_of_a_branch_files_for_that_branch_alone(
    fresh_portal: Portal, page: Page
) -> None:
    key = fresh_portal.keys[1]
    filing.sign_in(page, fresh_portal, number=key.number, key=key.key)
    filing.upload(page, fresh_portal, novedad="ENT", file=fresh_portal.samples / "ENT_2026-10.txt")
    expect(filing.figure(page, "Rechazadas")).to_have_text("400")
    expect(page.locator("main")).to_contain_text("branch.not-yours")


def test_the_domestic_employer_discards_a_file_and_files_it_after_all(
    fresh_portal: Portal, phone_page: Page, look: Look
) -> None:
    key = fresh_portal.keys[2]
    file = fresh_portal.samples / "domestic_ENT_2026-11.txt"
    filing.sign_in(phone_page, fresh_portal, number=key.number, key=key.key)
    filing.upload(phone_page, fresh_portal, novedad="ENT", file=file)
    look(phone_page, "domestic-report")
    phone_page.get_by_role("link", name="Descartar esta carga").click()
    look(phone_page, "domestic-discard")
    phone_page.get_by_role("button", name="Descartar la carga").click()
    expect(phone_page.locator("main")).to_contain_text("No se registró nada de ella.")
    look(phone_page, "domestic-discarded")
    filing.upload(phone_page, fresh_portal, novedad="ENT", file=file)
    filing.confirm(phone_page, mode="all")
    expect(filing.figure(phone_page, "Registradas")).to_have_text("1")
