"""The virtual desk in a real browser against the real portal: from the registration to the answer."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.documents.authority import CEDULA, Authority, Signer
from tests.documents.papers import plain_jpeg
from tests.journeys.portal import Portal, first_start, mailed, running
from tests.journeys.test_registration import COMPANY, WAIT, begin, code_to, download, finish, go_on

Look = Callable[[Page, str], None]
AT = "/ventanilla-virtual/"
MEGABYTE = 1024 * 1024
ASK_CORRECTION = """
import django; django.setup()
import sys
from django.utils import timezone
from afilia.cases import actions
from afilia.cases.models import Case
from tests.cases.builders import make_official
case, now = Case.objects.get(number=sys.argv[1]), timezone.now()
official = make_official(province=case.unit_province)
actions.take(case_id=case.pk, by=official, now=now)
actions.write_to_applicant(case_id=case.pk, text="Revise el RUC, por favor.", by=official, now=now)
actions.ask_correction(
    case_id=case.pk, items={"ruc": ("ilegible", "Solo se ve la mitad.")}, by=official, now=now
)
"""
STATE = """
import django; django.setup()
import sys
from afilia.cases.models import Case
case = Case.objects.get(number=sys.argv[1])
kinds = {paper.slot: paper.file.kind for paper in case.papers.filter(retired_at=None)}
print(case.state, kinds["ruc"], kinds["identidad"], max(paper.file.size for paper in case.papers.all()))
"""


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    """Check that everybody can use the page as it stands, and keep a picture of it."""

    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"intake-{name}")

    return check


def run(portal: Portal, *command: str) -> str:
    """Run Python beside the portal, on its data."""
    environment = {
        **os.environ,
        "AFILIA_DEMO": "1",
        "AFILIA_DATA_DIR": str(portal.data),
        "DJANGO_SETTINGS_MODULE": "afilia.config.settings",
    }
    if portal.database_url:
        environment["DATABASE_URL"] = portal.database_url
    done = subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """A portal in which nobody registered the employers of these journeys."""
    with running(tmp_path_factory.mktemp("desk") / "portal", like=first_start(tmp_path_factory)) as own:
        yield own


@pytest.fixture(scope="module")
def signer(desk: Portal) -> Signer:
    """The representative's certificate, of an authority that the portal believes."""
    authority = Authority.make(now=datetime.now(UTC))
    root = desk.data / "root.pem"
    root.write_bytes(authority.pem)
    run(desk, "-m", "afilia", "trust-roots", "add", str(root))
    return authority.issue(cedula=CEDULA)


def sign(signer: Signer, file: Path) -> Path:
    """The file signed, in a thread of its own: Playwright's has an event loop that runs."""
    with ThreadPoolExecutor(1) as thread:
        signed = thread.submit(signer.sign, file.read_bytes()).result()
    path = file.with_name(f"{file.stem}-firmado.pdf")
    path.write_bytes(signed)
    return path


def photo(folder: Path, name: str, *, seed: int) -> Path:
    """A photo as a telephone takes it: twelve million points and much more than a megabyte."""
    noise = Random(seed)
    small = Image.frombytes("RGB", (400, 300), noise.randbytes(400 * 300 * 3))
    path = folder / name
    output = io.BytesIO()
    small.resize((4000, 3000)).save(output, "JPEG", quality=97)
    path.write_bytes(output.getvalue())
    assert path.stat().st_size > 2 * MEGABYTE
    return path


def enter(page: Page, portal: Portal, look: Look, *, email: str, name: str) -> None:
    """Ask for the code and type it; earlier mails to the address do not count."""
    earlier = code_to(portal, email)
    look(page, f"{name}-reception")
    go_on(page, "Enviar el código")
    look(page, f"{name}-code")
    end = time.monotonic() + WAIT
    while (code := code_to(portal, email)) == earlier and time.monotonic() < end:
        time.sleep(0.1)  # until the mail is there; the time is no part of the test
    page.locator("input[name=code]").fill(code)
    go_on(page)


def attach(page: Page, name: str, *files: Path) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("input[type=file]").set_input_files(files)
    if len(files) > 1 or files[0].stat().st_size > MEGABYTE:
        expect(page.locator("[data-attach-status]")).to_contain_text("KB")
    go_on(page, "Adjuntar")


def state(portal: Portal, number: str) -> list[str]:
    return run(portal, "-c", STATE, number).split()


def test_a_company_gets_through_the_virtual_desk_on_a_telephone(
    phone_page: Page,
    new_page: Callable[..., Page],
    desk: Portal,
    signer: Signer,
    look: Look,
    tmp_path: Path,
) -> None:
    page, portal = phone_page, desk
    begin(page, portal, "company")
    page.locator("input[name=ruc]").fill(COMPANY)
    go_on(page)
    go_on(page, "Sí, continuar")
    page.locator("input[name=document][value=cedula]").check()
    go_on(page)
    page.locator("input[name=number]").fill(CEDULA)
    page.locator("input[name=names]").fill("Ana Ejemplo Paredes")
    go_on(page)
    go_on(page)
    finish(page, portal, lambda *_: None, who="virtual")
    request = download(page, "Descargar la solicitud de entrega de clave (PDF)", tmp_path / "solicitud.pdf")
    agreement = download(page, "Descargar el acuerdo (PDF)", tmp_path / "acuerdo.pdf")

    # the door, the code, the draft
    page.goto(portal.url(AT))
    look(page, "start")
    page.go_back()
    page.goto(portal.url("/tramites/codigo-extranjeros/"))
    look(page, "procedure-phone")
    page.go_back()
    page.get_by_role("link", name="Enviar los documentos por la ventanilla virtual").click()
    page.locator("input[name=ruc]").fill(COMPANY)
    enter(page, portal, look, email="virtual@registro.example", name="company")
    expect(page.locator("main")).to_contain_text("SOCIEDAD NUEVA DE EJEMPLO")
    look(page, "draft-empty")
    page.get_by_role("link", name="Provincia y pedido").click()
    look(page, "request")
    page.locator("textarea").fill("Pido la primera clave de la empresa.")
    go_on(page, "Guardar y volver")

    # the link in the mail opens the draft elsewhere
    elsewhere = new_page()
    elsewhere.goto(mailed(portal, "virtual@registro.example", r"http://\S+/continuar/\w+/"))
    look(elsewhere, "draft-link")
    go_on(elsewhere)
    expect(elsewhere).to_have_url(page.url)

    # an unsigned request is refused at once, with how to sign
    attach(page, "Solicitud de entrega de clave", request)
    expect(page.locator(".govuk-error-summary")).to_contain_text("no tiene firma electrónica")
    look(page, "unsigned")
    page.locator("input[type=file]").set_input_files(sign(signer, request))
    go_on(page, "Adjuntar")
    attach(page, "Acuerdo de responsabilidad y uso de la información", sign(signer, agreement))

    # a photo that weighs too much is made smaller, several become one PDF
    page.get_by_role("link", name="RUC", exact=True).click()
    look(page, "document")
    page.locator("input[type=file]").set_input_files(photo(tmp_path, "ruc.jpg", seed=1))
    expect(page.locator("[data-attach-status]")).to_contain_text("Preparamos la foto")
    look(page, "document-smaller")
    go_on(page, "Adjuntar")
    page.get_by_role("link", name="Acuerdo de responsabilidad y uso de la información", exact=True).click()
    large = tmp_path / "grande.pdf"
    large.write_bytes(agreement.read_bytes() + bytes(MEGABYTE))
    page.locator("input[type=file]").set_input_files(large)
    expect(page.locator("[data-attach-status]")).to_contain_text("pesa más de 1 MB")
    assert page.locator("input[type=file]").evaluate("input => input.files.length") == 0
    page.go_back()
    both = [photo(tmp_path, f"cedula-{side}.jpg", seed=side) for side in (1, 2)]
    attach(page, "Cédula de quien representa al empleador", *both)
    look(page, "draft-full")

    # submitted, and followed elsewhere
    go_on(page, "Revisar y enviar")
    look(page, "check")
    go_on(page, "Enviar el trámite")
    expect(page.get_by_role("heading", level=1, name="Recibimos su trámite")).to_be_visible()
    look(page, "submitted")
    number = page.locator(".govuk-panel__body strong, .govuk-panel__body").last.inner_text().split()[-1]
    code = page.locator("main .app-code").first.inner_text()
    assert state(portal, number)[:3] == ["submitted", "jpg", "pdf"]
    assert int(state(portal, number)[3]) <= MEGABYTE
    receipt = download_link(page, "Descargar el comprobante de recepción (PDF)", tmp_path / "recepcion.pdf")
    assert receipt.read_bytes().startswith(b"%PDF")

    # a correction asked and answered
    run(portal, "-c", ASK_CORRECTION, number)
    other = new_page()
    other.goto(portal.url(f"{AT}seguimiento/"))
    other.locator("input[name=number]").fill(number)
    other.locator("input[name=code]").fill("ABCD-EFGH-IJKL-MNOP-QRST-UVWX")
    go_on(other, "Ver el trámite")
    expect(other.locator(".govuk-error-summary")).to_contain_text("No hay ningún trámite")
    look(other, "follow-wrong")
    other.locator("input[name=code]").fill(code)
    go_on(other, "Ver el trámite")
    expect(other.locator("main")).to_contain_text("Solo se ve la mitad.")
    expect(other.locator("main")).to_contain_text("Revise el RUC, por favor.")
    look(other, "correction")
    page.reload()
    look(page, "correction-phone")
    scan = tmp_path / "ruc-nuevo.jpg"
    scan.write_bytes(plain_jpeg(width=1200, height=900))
    other.get_by_role("link", name="RUC", exact=True).click()
    look(other, "correction-document")
    other.locator("input[type=file]").set_input_files(scan)
    go_on(other, "Adjuntar")
    go_on(other, "Enviar las correcciones")
    expect(other.locator("main")).to_contain_text("En revisión")
    look(other, "corrected")
    other.locator("textarea").fill("Gracias.")
    go_on(other, "Enviar el mensaje")
    expect(other.locator("main")).to_contain_text("Gracias.")
    other.get_by_role("link", name="Retirar el trámite").click()
    look(other, "withdraw")
    assert state(portal, number)[0] == "under-review"


def test_a_domestic_employer_gets_through_without_script(
    no_js_page: Page, desk: Portal, signer: Signer, look: Look, tmp_path: Path
) -> None:
    page, portal = no_js_page, desk
    begin(page, portal, "domestic")
    page.locator("input[name=number]").fill(CEDULA)
    page.locator("input[name=names]").fill("Ana Ejemplo Paredes")
    go_on(page)
    registration = finish(page, portal, lambda *_: None, who="casa")
    request = download(page, "Descargar la solicitud de entrega de clave (PDF)", tmp_path / "solicitud.pdf")
    agreement = download(page, "Descargar el acuerdo (PDF)", tmp_path / "acuerdo.pdf")
    page.goto(portal.url(f"{AT}recepcion/?solicitud={registration}"))
    page.locator("input[name=ruc]").fill(f"{CEDULA}000")
    enter(page, portal, look, email="casa@registro.example", name="domestic")
    page.get_by_role("link", name="Provincia y pedido").click()
    go_on(page, "Guardar y volver")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Escriba qué pide")
    look(page, "domestic-request-wrong")
    page.locator("textarea").fill("Pido mi primera clave.")
    go_on(page, "Guardar y volver")
    scan = tmp_path / "cedula.jpg"
    scan.write_bytes(plain_jpeg(width=1200, height=900))
    attach_without_script(page, "Solicitud de entrega de clave", sign(signer, request))
    attach_without_script(page, "Acuerdo de responsabilidad y uso de la información", sign(signer, agreement))
    page.get_by_role("link", name="Cédula de quien representa al empleador", exact=True).click()
    page.locator("input[type=file]").set_input_files(photo(tmp_path, "grande.jpg", seed=3))
    go_on(page, "Adjuntar")
    expect(page.locator(".govuk-error-summary")).to_contain_text("pesa más de 1")
    look(page, "domestic-too-large")
    page.locator("input[type=file]").set_input_files(scan)
    go_on(page, "Adjuntar")
    go_on(page, "Revisar y enviar")
    look(page, "domestic-check")
    go_on(page, "Enviar el trámite")
    expect(page.get_by_role("heading", level=1, name="Recibimos su trámite")).to_be_visible()
    look(page, "domestic-submitted")
    page.goto(portal.url("/tramites/clave-patronal/"))
    look(page, "procedure")
    page.goto(portal.url("/tramites/"))
    look(page, "procedures")


def attach_without_script(page: Page, name: str, file: Path) -> None:
    page.get_by_role("link", name=name, exact=True).click()
    page.locator("input[type=file]").set_input_files(file)
    go_on(page, "Adjuntar")


def download_link(page: Page, name: str, path: Path) -> Path:
    with page.expect_download() as taken:
        page.get_by_role("link", name=name).click()
    taken.value.save_as(path)
    return path
