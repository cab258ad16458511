"""What an employer does in the browser to file a batch; the journeys tell which one and how."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.journeys.portal import Portal

# How the six rejected lines of MSU_with_errors.txt are mended: line → (field, what is typed).
MENDED = {
    4: ("identificacion", "0106107014"),
    8: ("sueldo", "607.00"),
    13: ("identificacion", "0158642504"),
    21: ("tipo", "MSU"),
    26: ("mes", "11"),
    34: ("", ""),  # the field too many
}
WAIT = 60_000  # ms, for jobs on a busy machine


def sign_in(page: Page, portal: Portal, *, number: str, key: str) -> None:
    page.goto(portal.url("/empleadores/ingresar/?next=/empleadores/batch/"))
    page.locator("input[name=number]").fill(number)
    page.locator("input[name=key]").fill(key)
    page.locator("main").get_by_role("button", name=re.compile("Ingresar")).click()
    expect(page).to_have_url(portal.url("/empleadores/batch/"))


def upload(page: Page, portal: Portal, *, novedad: str, file: Path) -> None:
    """Send a file, and wait until its page says what is known of it."""
    page.goto(portal.url("/empleadores/batch/cargar/"))
    page.locator(f"input[name=novedad][value={novedad}]").check()
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main").get_by_role("button", name=re.compile("^Cargar|^Subir|^Revisar")).click()
    expect(page).to_have_url(re.compile(r"/empleadores/batch/[0-9a-f-]{36}/"), timeout=WAIT)
    expect(page.get_by_role("heading", name=re.compile("^(Confirmar|Su comprobante)$")).first).to_be_visible(
        timeout=WAIT
    )


def drop(page: Page, file: Path) -> None:
    """Let a file fall where the page takes one, as from a folder on the desktop."""
    make = "([name, text]) => { const t = new DataTransfer(); t.items.add(new File([text], name)); return t }"
    transfer = page.evaluate_handle(make, [file.name, file.read_text("ascii")])
    page.locator(".govuk-file-upload-button").dispatch_event("drop", {"dataTransfer": transfer})


def confirm(page: Page, *, mode: str, corrections: bool = False) -> str:
    """Confirm what is on the page, wait for the receipt, and give its number."""
    page.locator(f"input[name=mode][value={mode}]").check()
    if corrections:
        page.locator("input[name=corrections_meant]").check()
    page.get_by_role("button", name="Confirmar y registrar").click()
    expect(page.get_by_role("button", name="Descargar el PDF firmado")).to_be_visible(timeout=WAIT)
    number = page.locator(".govuk-panel__body").inner_text()
    found = re.search(r"\d{4}-\d{8}", number)
    assert found, number
    return found[0]


def figure(page: Page, name: str) -> Locator:
    """The figure called `name` among the large ones at the top of a report or receipt."""
    return page.locator(".app-figures div", has=page.get_by_text(name, exact=True)).locator("dd").first


def mend(page: Page, look: Callable[[Page, str], None]) -> None:
    """Mend the six rejected lines in the page and send them."""
    page.get_by_role("button", name="Corregir las líneas rechazadas").click()
    look(page, "mend")
    for line, (field, text) in MENDED.items():
        row = page.get_by_role("group", name=f"Línea {line}", exact=True)
        if field:
            row.get_by_label(field, exact=True).fill(text)
        else:
            row.locator(".app-mend__cell--failed input").last.fill("")
    page.get_by_role("button", name="Revisar las líneas corregidas").click()
    expect(page.get_by_role("heading", name="Confirmar", exact=True)).to_be_visible(timeout=WAIT)
