"""The first key by both roads: an artisan's at the counter, a company's through the desk of cases."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Page, Route, expect

from tests.documents.papers import plain_jpeg
from tests.journeys.pages import code_of_app, fill, press
from tests.journeys.portal import Portal, mailed, run
from tests.journeys.test_registration import begin, finish, go_on

Look = Callable[[Page, str], None]
KEY, OWN_KEY = "puente angosto de guadua", "tijera nube caimito 7"
ARTISAN, COLLECTOR = "1716500101001", "1710034065"

STAFF = f"""
import json
from django.utils import timezone
from afilia.staff.rules import Role
from tests.staff.builders import make_factor, make_office, make_staff

now = timezone.now()
office = make_office(code="ENTREGA", name="Oficina de la Entrega", city="Quito")
province = dict(province="17")
places = dict(ventanilla=dict(office=office), coordinacion=province, supervision=province)
roles = dict(ventanilla=Role.COUNTER, coordinacion=Role.COORDINATION, supervision=Role.SUPERVISOR)
secrets = {{}}
for name, place in places.items():
    member = make_staff(roles[name], email=f"{{name}}.entrega@example.org", key="{KEY}", now=now, **place)
    secrets[name] = make_factor(member, now=now).secret
"""
# A company whose case was submitted with documents signed by an authority of the tests.
CASE = """
from afilia.cases import actions
from afilia.cases.queries import facts
from afilia.documents import actions as documents
from tests.builders import make_taxpayer
from tests.cases.builders import make_draft, make_registration
from tests.documents.authority import Authority
from tests.documents.papers import plain_jpeg, plain_pdf

authority = Authority.make(now=now)
authority.trust(now=now)
signer = authority.issue(cedula="1710034073")
employer = make_registration(name="Cooperativa de la Jornada", number="1710034073").employer
make_taxpayer(employer.ruc)
case = make_draft(employer, now=now)
for one in facts.requirements(case):
    option = one.options[0]
    is_signed = option.signature == "electronic"
    content = signer.sign(plain_pdf()) if is_signed else plain_jpeg(width=1200, height=1600)
    prepared = documents.prepare(chunks=[content], name=one.slug, most=1024 * 1024, now=now)
    actions.put(case_id=case.pk, slot=one.slug, document=option.document.slug, prepared=prepared, now=now)
actions.write(case_id=case.pk, message="Pedimos la primera clave.", province="17")
case = actions.submit(case_id=case.pk, now=now)
said = dict(number=case.number, code=facts.code_of(case), ruc=employer.ruc)
"""

# A link to a verified e-mail, sent by an official.
LINK = """
import json
from django.utils import timezone
from afilia.counter.rules.handing import Road
from tests.counter.builders import give, make_applicant, make_clerk, make_prepared
from tests.staff.builders import make_office

now = timezone.now()
clerk = make_clerk(office=make_office(code="ENLACE"))
told = dict(name="Enlace de la Jornada", email="enlace.jornada@example.org", ruc="1799000012001")
employer = make_applicant(number="1710034081", **told)
give(make_prepared(employer, clerk, road=Road.LINK, now=now), clerk, now=now)
"""


@pytest.fixture
def look(axe: Callable[[Page], None], picture: Callable[[Page, str], Path]) -> Look:
    """Check that everybody can use the page as it stands, and keep a picture of it."""

    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"counter-{name}")

    return check


@pytest.fixture(scope="module")
def made(portal: Portal) -> dict[str, Any]:
    """Officials, and a case that waits for them."""
    script = f"{STAFF}{CASE}print(json.dumps(dict(secrets=secrets, **said)))"
    said: dict[str, Any] = json.loads(run(portal, "shell", "--no-imports", "-c", script).splitlines()[-1])
    return said


def sign_in(page: Page, portal: Portal, made: dict[str, Any], name: str, path: str) -> None:
    page.goto(portal.url(path))
    fill(page, email=f"{name}.entrega@example.org", key=KEY)
    press(page, "Ingresar")
    fill(page, code=code_of_app(made["secrets"][name]))
    press(page, "Ingresar")
    expect(page).to_have_url(portal.url(path))


def print_sheet(page: Page, button: str) -> str:
    """The key on the sheet that a button opens in another tab."""
    sheets = []

    def keep(route: Route) -> None:
        answer = route.fetch()
        sheets.append(answer.body())
        route.fulfill(response=answer)

    page.context.route(page.url, keep)
    with page.expect_popup() as popup:
        press(page, button)
    popup.value.wait_for_load_state()
    popup.value.close()
    page.context.unroute(page.url)
    (sheet,) = sheets
    return key_of(sheet)


def key_of(sheet: bytes) -> str:
    text = pypdfium2.PdfDocument(io.BytesIO(sheet))[0].get_textpage().get_text_range()
    found = re.search(r"\w{4}-\w{4}-\w{4}-\w{4}", text)
    assert found
    return found[0]


def first_sign_in(page: Page, portal: Portal, look: Look, *, number: str, key: str) -> None:
    page.goto(portal.url("/empleadores/ingresar/"))
    fill(page, number=number, key=key)
    press(page, "Ingresar")
    fill(page, new_key=OWN_KEY, repeat=OWN_KEY)
    look(page, "choose")
    press(page, "Guardar la clave e ingresar")
    expect(page.locator(".app-holder__who")).to_be_visible()


def test_an_artisan_sends_an_authorised_third_party_to_the_counter(
    phone_page: Page, no_js_page: Page, portal: Portal, made: dict[str, Any], look: Look
) -> None:
    # at home: registered, with a third party who may collect the key
    artisan = phone_page
    begin(artisan, portal, "artisan")
    artisan.locator("input[name=ruc]").fill(ARTISAN)
    go_on(artisan)
    go_on(artisan, "Sí, continuar")
    go_on(artisan)
    number = finish(artisan, portal, lambda *_: None, who="taller", third=True)

    # at the counter, on a browser without script
    page = no_js_page
    sign_in(page, portal, made, "ventanilla", "/funcionarios/claves/")
    look(page, "keys")
    fill(page, typed="2026-99999999")
    press(page, "Buscar el empleador")
    expect(page.locator(".govuk-error-summary")).to_contain_text("No hay un empleador registrado")
    look(page, "keys-unknown")
    fill(page, typed=number)
    press(page, "Buscar el empleador")
    expect(page.get_by_role("heading", level=1)).to_contain_text("EJEMPLO TIPAN")
    look(page, "employer")
    press(page, "Comprobar los documentos")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Elija quién vino")
    look(page, "who-wrong")
    page.get_by_label("Una tercera persona autorizada").check()
    press(page, "No entregar la clave")
    press(page, "Registrar que no se entrega")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Elija un motivo")
    look(page, "deny-wrong")
    page.go_back()
    page.go_back()
    page.get_by_label("Una tercera persona autorizada").check()
    press(page, "Comprobar los documentos")
    expect(page.get_by_label("Calificación artesanal")).to_be_visible()
    look(page, "papers")
    press(page, "Continuar")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Falta: Calificación artesanal")
    look(page, "papers-wrong")
    for box in page.locator("main input[type=checkbox]").all():
        box.check()
    fill(page, came_number=COLLECTOR, came_names="Luis Ejemplo Vera", email="taller@registro.example")
    press(page, "Continuar")
    expect(page.get_by_role("heading", level=1, name="Entregar la clave")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("No consta en el registro")
    look(page, "handover")
    spoilt = print_sheet(page, "Crear la clave e imprimir la hoja")
    page.get_by_role("link", name="Después de imprimir, vea aquí la entrega").click()
    expect(page.get_by_role("heading", level=1, name="Clave entregada")).to_be_visible()
    look(page, "handed")
    key = print_sheet(page, "Imprimir otra hoja, con una clave nueva")
    assert key != spoilt

    # at home again: the sheet that was spoilt opens nothing, the other one does
    artisan.goto(portal.url("/empleadores/ingresar/"))
    fill(artisan, number=ARTISAN[:10], key=spoilt)
    press(artisan, "Ingresar")
    expect(artisan.locator(".govuk-error-summary")).to_contain_text("no son correctos")
    first_sign_in(artisan, portal, look, number=ARTISAN[:10], key=key)
    page.reload()
    expect(page.locator("main")).to_contain_text("la persona eligió la suya")
    page.goto(portal.url("/funcionarios/claves/"))
    fill(page, typed=ARTISAN)
    press(page, "Buscar el empleador")
    expect(page.locator("main")).to_contain_text("ya tiene una clave propia")
    look(page, "has-key")


def test_a_case_goes_over_the_desk_to_the_first_sign_in(
    page: Page,
    new_page: Callable[..., Page],
    portal: Portal,
    made: dict[str, Any],
    look: Look,
    tmp_path: Path,
) -> None:
    number = made["number"]

    # the queue, with filters, and the case beside its documents
    sign_in(page, portal, made, "coordinacion", "/funcionarios/casos/")
    look(page, "queue")
    page.locator("select[name=quien]").select_option("nobody")
    fill(page, texto=made["ruc"])
    press(page, "Filtrar")
    look(page, "queue-filtered")
    page.get_by_role("link", name=number).click()
    look(page, "case")
    press(page, "Tomar el trámite")
    expect(page.locator(".app-banner--success")).to_contain_text("El trámite es suyo")
    page.get_by_role("link", name="Solicitud de entrega de clave").click()
    expect(page.locator("#documento")).to_contain_text("La firma corresponde a lo que cubre")
    expect(page.locator("img.app-case__page").first).to_have_js_property("complete", True)
    assert page.locator("img.app-case__page").first.evaluate("each => each.naturalWidth") > 400
    look(page, "case-signed")
    press(page, "Es correcto")
    page.get_by_role("link", name="RUC", exact=True).click()
    look(page, "case-photo")
    press(page, "No sirve")

    # to whom else it could go
    for name, picture in (
        ("Entregar a otra persona", "hand-over"),
        ("Devolver a la bandeja", "release"),
        ("Enviar a otra unidad", "send-on"),
    ):
        page.get_by_role("link", name=name).click()
        look(page, picture)
        page.go_back()

    # a correction, previewed
    page.get_by_role("link", name="Pedir corrección").click()
    press(page, "Ver antes de enviar")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Elija al menos un documento")
    look(page, "correction-wrong")
    page.locator("select[name=reason-ruc]").select_option("ilegible")
    fill(page, **{"text-ruc": "Solo se ve la mitad."})
    press(page, "Ver antes de enviar")
    expect(page.locator("main")).to_contain_text("No se lee bien. Solo se ve la mitad.")
    look(page, "preview")
    press(page, "Enviar la decisión")
    expect(page.locator("main")).to_contain_text("Detenido: quedan 5 días hábiles")
    look(page, "case-stopped")

    # answered by the applicant
    applicant = new_page()
    applicant.goto(portal.url("/ventanilla-virtual/seguimiento/"))
    fill(applicant, number=number, code=made["code"])
    go_on(applicant, "Ver el trámite")
    scan = tmp_path / "ruc.jpg"
    scan.write_bytes(plain_jpeg(width=1000, height=1400))
    applicant.get_by_role("link", name="RUC", exact=True).click()
    applicant.locator("input[type=file]").set_input_files(scan)
    go_on(applicant, "Adjuntar")
    go_on(applicant, "Enviar las correcciones")
    expect(applicant.locator("main")).to_contain_text("En revisión")

    # approved for an office
    page.reload()
    for name in ("RUC", "Cédula de quien representa al empleador", "Acuerdo de responsabilidad"):
        page.locator(".app-papers").get_by_role("link", name=name).click()
        press(page, "Es correcto")
    expect(page.locator(".app-papers .app-tag--success")).to_have_count(4)
    page.get_by_role("link", name="Aprobar").click()
    option = page.locator("select[name=office] option", has_text="Oficina de la Entrega")
    page.locator("select[name=office]").select_option(str(option.get_attribute("value")))
    look(page, "approve")
    press(page, "Ver antes de enviar")
    press(page, "Enviar la decisión")
    expect(page.locator("main")).to_contain_text("Aprobado")
    look(page, "case-approved")

    # handed over at that office, on a screen of 320 pixels
    clerk = new_page(viewport={"width": 320, "height": 640})
    sign_in(clerk, portal, made, "ventanilla", "/funcionarios/claves/")
    expect(clerk.locator("main")).to_contain_text(number)
    look(clerk, "waiting")
    clerk.goto(portal.url(f"/funcionarios/casos/{number}/"))
    look(clerk, "case-phone")
    clerk.locator("main").get_by_role("button", name="Entregar la clave").click()
    clerk.get_by_label("Quien representa al empleador").check()
    press(clerk, "Comprobar los documentos")
    for box in clerk.locator("main input[type=checkbox]").all():
        box.check()
    look(clerk, "papers-of-case")
    press(clerk, "Continuar")
    key = print_sheet(clerk, "Crear la clave e imprimir la hoja")
    first_sign_in(applicant, portal, look, number="1710034073", key=key)
    page.reload()
    expect(page.locator("main")).to_contain_text("Entregado")
    look(page, "case-delivered")


def test_a_supervisor_gives_cases_on_a_telephone(
    phone_page: Page, portal: Portal, made: dict[str, Any], look: Look
) -> None:
    page = phone_page
    sign_in(page, portal, made, "supervision", "/funcionarios/casos/")
    page.goto(portal.url("/funcionarios/casos/?estado=all"))
    expect(page.locator("main")).to_contain_text(made["number"])
    press(page, "Entregar los trámites marcados")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Marque al menos un trámite")
    look(page, "queue-phone")


def test_a_link_leads_to_the_first_key_on_a_telephone(
    phone_page: Page, no_js_page: Page, portal: Portal, look: Look
) -> None:
    script = f"{LINK}print(json.dumps(dict(email=employer.email, number=employer.representative.number)))"
    said = json.loads(run(portal, "shell", "--no-imports", "-c", script).splitlines()[-1])
    path = mailed(portal, said["email"], r"/empleadores/clave/activar/\w+/")
    page = phone_page
    page.goto(portal.url(path))
    expect(page).to_have_url(portal.url("/empleadores/clave/activar/"))
    look(page, "link")
    fill(page, number=COLLECTOR)
    press(page, "Continuar")
    expect(page.locator(".govuk-error-summary")).to_contain_text("Ese no es el número")
    look(page, "link-wrong")
    fill(page, number=said["number"])
    press(page, "Continuar")
    look(page, "own-key")
    fill(page, new_key=OWN_KEY, repeat=OWN_KEY)
    press(page, "Guardar e ingresar")
    expect(page.locator(".app-holder__who")).to_be_visible()
    no_js_page.goto(portal.url(path))
    expect(no_js_page.get_by_role("heading", level=1, name="El enlace ya no vale")).to_be_visible()
    look(no_js_page, "link-dead")
