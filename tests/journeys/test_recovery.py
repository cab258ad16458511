"""The key of an employer, recovered in a real browser with mails from a real mail server."""

import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from afilia.notices.rules import SETTLED
from tests.faults.plant import until
from tests.journeys.portal import Portal, address_of, first_start, running, within
from tests.notices.postbox import Postbox, mail_server
from tests.recovery.people import NEW_KEY, code, path, text

BEGIN = "/empleadores/clave/recuperar/"
WITHIN = 180  # seconds: the sheet's three minutes
SLOW = 60_000  # ms, for the work of a browser on a busy machine
SETTLE = f"UPDATE notices_message SET written_at = written_at - interval '{SETTLED.seconds} seconds'"
PEOPLE = """
import json
from afilia.registries.sri import Standing
from tests.recovery.people import make_foreigner, make_holder
first, silent = make_holder(), make_holder(email="", email_verified_at=None)
first.key.delete()
made = {
    "foreigner": make_foreigner(),
    "closed": make_holder(taxpayer=Standing.CLOSED),
    "first-key": first,
    "no-email": silent,
}
print(json.dumps({name: {**holder.form, "email": holder.employer.email} for name, holder in made.items()}))
"""

Look = Callable[[Page, str], None]


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A portal, its mail server and who recovers there."""

    portal: Portal
    postbox: Postbox
    people: dict[str, dict[str, str]]

    def rows(self, query: str) -> None:
        with psycopg.connect(address_of(self.portal), autocommit=True) as connection:
            connection.execute(query.encode())

    def mail(self, to: str, number: int) -> EmailMessage:
        """The mail of that number to an address, once it has come."""
        return until(lambda: self.postbox.to(to)[number - 1 : number])[0]


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    like = first_start(tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch, mail_server() as (postbox, port):
        patch.setenv("AFILIA_EMAIL_URL", f"smtp://127.0.0.1:{port}")
        with running(tmp_path_factory.mktemp("recovery") / "portal", like=like) as portal:
            yield Desk(portal=portal, postbox=postbox, people=_people(portal))


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """The shared portal as if nobody had asked for anything in the last hour."""
    shared.rows("DELETE FROM verification_tally")
    shared.postbox.mails.clear()
    return shared


@pytest.fixture
def look(
    axe: Callable[[Page], None], picture: Callable[[Page, str], Path], request: pytest.FixtureRequest
) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"recovery-{request.node.callspec.id}-{name}")

    return check


@pytest.mark.parametrize(
    ("who", "kind"),
    [
        ("company", "page"),
        ("domestic", "phone_page"),
        ("foreigner", "no_js_page"),
    ],
    ids=["company", "domestic-phone", "foreigner-without-script"],
)
def test_a_holder_recovers_the_key_within_three_minutes(
    who: str, kind: str, desk: Desk, look: Look, request: pytest.FixtureRequest
) -> None:
    page: Page = request.getfixturevalue(kind)
    person = desk.people[who]
    start = time.monotonic()
    page.goto(desk.portal.url("/empleadores/ingresar/"))
    page.get_by_role("link", name="¿Olvidó su clave?").click()
    look(page, "1-begin")
    _begin(page, person)
    expect(page).to_have_url(re.compile(r"/codigo/$"))
    expect(page.locator("main")).not_to_contain_text(person["email"])
    mail = text(desk.mail(person["email"], 1))
    if kind != "no_js_page":
        desk.rows(SETTLE)
        expect(page.locator("#delivery")).to_contain_text("el correo ya salió", timeout=SLOW)
        expect(page.locator("[data-countdown]")).to_contain_text("Tiempo restante: 2 min")
    look(page, "2-code")
    # Another code: what was typed stays, and the first mail still serves.
    page.locator("input[name=code]").fill("12")
    page.get_by_role("button", name="Enviar otro código").click()
    expect(page.locator("input[name=code]")).to_have_value("12")
    desk.mail(person["email"], 2)
    page.locator("input[name=code]").fill(code(mail))
    page.get_by_role("button", name="Continuar").click()
    expect(page).to_have_url(re.compile(r"/enlace/$"))
    look(page, "3-link-sent")
    letter = desk.mail(person["email"], 3)
    assert letter["Subject"] == "Recuperación Clave para RUC"
    page.goto(desk.portal.url(path(text(letter))))
    expect(page).to_have_url(desk.portal.url(f"{BEGIN}abrir/"))
    look(page, "4-open")
    page.get_by_role("button", name="Continuar").click()
    look(page, "5-new-key")
    page.locator("input[name=new_key]").fill("corta")
    page.locator("input[name=repeat]").fill("corta")
    page.get_by_role("button", name="Guardar e ingresar").click()
    expect(page.locator(".govuk-error-summary")).to_contain_text("muy corta")
    look(page, "6-refused-key")
    page.locator("input[name=new_key]").fill(NEW_KEY)
    page.locator("input[name=repeat]").fill(NEW_KEY)
    page.get_by_role("button", name="Guardar e ingresar").click()
    expect(page).to_have_url(desk.portal.url("/empleadores/"))
    assert time.monotonic() - start < WITHIN
    expect(page.locator("main")).to_contain_text("ya ingresó con ella")
    expect(page.locator(".app-holder")).to_contain_text(person["ruc"])
    look(page, "7-signed-in")
    assert desk.mail(person["email"], 4)["Subject"] == "La clave de empleador cambió"


def test_the_link_opened_on_a_phone_takes_the_short_code(
    desk: Desk, page: Page, phone_page: Page, axe: Callable[[Page], None]
) -> None:
    person = desk.people["public"]
    page.goto(desk.portal.url(BEGIN))
    _begin(page, person)
    page.locator("input[name=code]").fill(code(text(desk.mail(person["email"], 1))))
    page.get_by_role("button", name="Continuar").click()
    mail = text(desk.mail(person["email"], 2))
    phone_page.goto(desk.portal.url(path(mail)))
    axe(phone_page)
    phone_page.locator("input[name=code]").fill(code(mail))
    phone_page.get_by_role("button", name="Continuar").click()
    # Somebody else may have asked: the owner stops it, and nothing changes.
    owner = phone_page.context.new_page()
    owner.goto(desk.portal.url(path(mail, "no-fui-yo")))
    axe(owner)
    owner.get_by_label("No fui yo").check()
    owner.get_by_role("button", name="Continuar").click()
    expect(owner.locator("h1")).to_have_text("La recuperación está detenida")
    phone_page.locator("input[name=new_key]").fill(NEW_KEY)
    phone_page.locator("input[name=repeat]").fill(NEW_KEY)
    phone_page.get_by_role("button", name="Guardar e ingresar").click()
    expect(phone_page.locator("h1")).to_have_text("Esta recuperación ya terminó")
    axe(phone_page)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("closed", "El RUC no consta activo en el SRI"),
        ("first-key", "todavía no tiene una clave"),
        ("no-email", ""),
    ],
    ids=["closed", "first-key", "no-email"],
)
def test_who_cannot_recover_online_is_led_to_the_documents(
    who: str, says: str, desk: Desk, page: Page, look: Look
) -> None:
    person = desk.people[who]
    page.goto(desk.portal.url(BEGIN))
    _begin(page, person)
    if says:
        mail = text(desk.mail(person["email"], 1))
        assert says in mail
        page.goto(desk.portal.url(re.findall(r"/empleadores/clave/documentos/", mail)[0]))
    else:
        expect(page.locator("main")).to_contain_text("no tiene un correo verificado")
        page.get_by_role("link", name="Ver los documentos habilitantes").click()
        assert desk.postbox.mails == []
    expect(page.locator("h1")).to_have_text("Documentos habilitantes")
    look(page, "documents")


def test_the_documents_fit_a_telephone(desk: Desk, phone_page: Page, axe: Callable[[Page], None]) -> None:
    phone_page.goto(desk.portal.url("/empleadores/clave/documentos/"))
    axe(phone_page)


def test_who_asks_too_much_lets_the_browser_work_or_waits(
    desk: Desk,
    page: Page,
    no_js_page: Page,
    axe: Callable[[Page], None],
    picture: Callable[[Page, str], Path],
) -> None:
    person = desk.people["no-email"]
    for _ in range(3):
        page.goto(desk.portal.url(BEGIN))
        _begin(page, person)
    no_js_page.goto(desk.portal.url(BEGIN))
    _begin(no_js_page, person)
    expect(no_js_page.locator("main")).to_contain_text("Espere 60 segundos")
    axe(no_js_page)
    picture(no_js_page, "recovery-wait")
    no_js_page.get_by_role("button", name="Validar").click()
    expect(no_js_page.locator("main")).to_contain_text("Espere 60 segundos")
    page.goto(desk.portal.url(BEGIN))
    _begin(page, person)
    expect(page.locator("[data-proof-status]")).to_have_text("Listo. Pulse «Validar».", timeout=SLOW)
    axe(page)
    picture(page, "recovery-proof")
    page.get_by_role("button", name="Validar").click()
    expect(page).to_have_url(re.compile(r"/codigo/$"))


def test_a_refused_address_is_told_on_the_page(desk: Desk, page: Page, axe: Callable[[Page], None]) -> None:
    person = desk.people["closed"]
    desk.postbox.refused = {person["email"]}
    page.goto(desk.portal.url(BEGIN))
    with page.expect_response(re.compile(r"/correo/\?shown=waiting$")) as asked:
        _begin(page, person)
    assert asked.value.status == 204  # said once, and not every two seconds
    desk.rows(SETTLE)
    expect(page.locator("#delivery")).to_contain_text("rechazó la dirección registrada", timeout=SLOW)
    axe(page)
    desk.postbox.refused = set()


def test_the_time_left_is_spoken_at_its_marks(desk: Desk, page: Page) -> None:
    page.clock.install()
    page.goto(desk.portal.url(BEGIN))
    _begin(page, desk.people["no-email"])
    spoken = page.locator("[data-countdown] + [role=status]")
    expect(spoken).to_have_text("")
    for seconds, says in (
        (62, "Quedan 2 minutos."),
        (60, "Queda 1 minuto."),
        (30, "Quedan 30 segundos."),
        (30, "El tiempo terminó. Pida otro; nada se perdió."),
    ):
        page.clock.run_for(seconds * 1000)
        expect(spoken).to_have_text(says)


def _begin(page: Page, person: dict[str, str]) -> None:
    for name in ("number", "ruc", "branch"):
        page.locator(f"input[name={name}]").fill(person[name])
    page.get_by_role("button", name="Validar").click()


def _people(portal: Portal) -> dict[str, dict[str, str]]:
    """Who is in the demo, and others that the demo has not."""
    company, _branch, domestic, public = portal.keys[:4]
    emails = {
        "company": "nomina@bodegas.example",
        "domestic": "hogar@personas.example",
        "public": "talento.humano@entidad.example",
    }
    of_demo = {"company": company, "domestic": domestic, "public": public}
    typed = {
        name: {"number": key.number, "ruc": key.ruc, "branch": "0001", "email": emails[name]}
        for name, key in of_demo.items()
    }
    made: dict[str, dict[str, str]] = json.loads(within(portal, PEOPLE))
    return typed | made
