"""Appointments in a real browser: booked, moved, cancelled, waited for, with mails from a mail server."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page, expect

from afilia.identifiers.person import cedula_check_digit
from tests.faults.plant import until
from tests.journeys.portal import Portal, address_of, first_start, running, within
from tests.notices.postbox import Postbox, mail_server
from tests.recovery.people import code, text

SLOW = 60_000  # ms, for the work of a browser on a busy machine
SUBJECT = "Verificar IESS turno online"
# Two offices of Pichincha with room for everybody, and one of Pastaza whose only place is booked.
OFFICES = """
import json
from datetime import time, timedelta
from django.utils import timezone
from afilia.appointments import actions, queries
from afilia.appointments.references import reference_of
from tests.appointments.builders import make_agenda, make_office, make_who
north, south = make_office(name="Oficina Norte"), make_office(name="Oficina Sur")
for office in (north, south):
    make_agenda(office, seats=4)
    office.hours.update(opens=time(8), closes=time(10))
today = timezone.localdate()
full = make_office(
    name="Oficina Puyo", city="Puyo", province="16", weekdays=range(7), closes=time(16),
    open_from=today + timedelta(days=1), open_to=today + timedelta(days=14),
)
agenda = make_agenda(full, minutes=480)
now = timezone.now()
day = queries.days(full, "clave-patronal", now=now)[0].on
full.open_from = full.open_to = day
full.save()
(place,) = queries.hours(full, "clave-patronal", day, now=now)
who = make_who(email="primera@example.com")
held = actions.hold(
    agenda_id=agenda.pk, starts_at=place.starts_at, procedure="clave-patronal", who=who,
    address="10.1.1.1", now=now,
)
booked = actions.confirm(appointment_id=held.pk, now=now)
print(json.dumps({"full": full.pk, "booked": reference_of(booked)}))
"""
FREE_AGAIN = """
from django.utils import timezone
from afilia.appointments import actions, queries
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.references import reference_of
from afilia.offices.models import Office
from tests.appointments.builders import make_who
now, office = timezone.now(), Office.objects.get(name="Oficina Puyo")
for row in Appointment.objects.filter(office=office, state="confirmed"):
    actions.cancel(appointment_id=row.pk, now=now)
(place,) = queries.hours(office, "clave-patronal", office.open_from, now=now)
held = actions.hold(
    agenda_id=place.agenda_id, starts_at=place.starts_at, procedure="clave-patronal", who=make_who(),
    address="10.1.1.2", now=now,
)
print(reference_of(actions.confirm(appointment_id=held.pk, now=now)))
"""

Look = Callable[[Page, str], None]
_people = count(1)


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A portal with offices, and its mail server."""

    portal: Portal
    postbox: Postbox

    def url(self, path: str) -> str:
        return self.portal.url(path)

    def mail(self, to: str, subject: str) -> EmailMessage:
        """The last mail with that subject to an address, once it has come."""
        return until(lambda: [mail for mail in self.postbox.to(to) if mail["Subject"] == subject])[-1]

    def link(self, mail: EmailMessage) -> str:
        found = re.search(r"https?://[^/]+(/turnos/(?:t|espera)/[0-9a-f]{32}/)", text(mail))
        assert found, text(mail)
        return self.url(found[1])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    like = first_start(tmp_path_factory)
    with pytest.MonkeyPatch.context() as patch, mail_server() as (postbox, port):
        patch.setenv("AFILIA_EMAIL_URL", f"smtp://127.0.0.1:{port}")
        patch.setenv("AFILIA_APPOINTMENT_RELEASE", "60:100")
        with running(tmp_path_factory.mktemp("appointments") / "portal", like=like) as portal:
            json.loads(within(portal, OFFICES))
            yield Desk(portal=portal, postbox=postbox)


@pytest.fixture
def desk(shared: Desk) -> Desk:
    """The shared portal as if nobody had asked for anything in the last hour."""
    with psycopg.connect(address_of(shared.portal), autocommit=True) as connection:
        connection.execute("DELETE FROM verification_tally")
    return shared


@pytest.fixture
def look(
    axe: Callable[[Page], None], picture: Callable[[Page, str], Path], request: pytest.FixtureRequest
) -> Look:
    def check(page: Page, name: str) -> None:
        axe(page)
        picture(page, f"appointments-{request.node.callspec.id}-{name}")

    return check


KINDS = pytest.mark.parametrize("kind", ["page", "no_js_page"], ids=["desktop", "without-script"])


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Somebody on the pages of a booking."""

    desk: Desk
    page: Page
    look: Look
    number: str

    @property
    def email(self) -> str:
        return f"p{self.number}@example.com"

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def answer(self) -> None:
        """From the home page to the offices."""
        page = self.page
        page.goto(self.desk.url("/"))
        page.get_by_role("link", name="Pedir un turno").click()
        self.look(page, "01-start")
        self.press("Pedir un turno")
        page.get_by_label("Número del documento").fill("1")
        self.press("Continuar")
        expect(page.locator(".govuk-error-summary")).to_contain_text("no es una cédula")
        self.look(page, "02-person-refused")
        page.get_by_label("Número del documento").fill(self.number)
        page.get_by_label("Nombres y apellidos").fill("Luz Prueba Peña")
        self.press("Continuar")
        page.get_by_label("Correo electrónico").fill(self.email)
        page.get_by_label("Número de celular").fill(f"09{self.number[-8:]}")
        self.look(page, "03-contact")
        self.press("Siguiente")
        expect(page).to_have_url(re.compile(r"/codigo/$"))
        self.look(page, "04-code")
        page.get_by_label("Código").fill(code(text(self.desk.mail(self.email, SUBJECT))))
        self.press("Verificar")
        self.look(page, "05-procedure")
        page.get_by_label("Generación de clave patronal").check()
        self.press("Continuar")
        page.get_by_label("Otra persona, autorizada por el empleador").check()
        page.get_by_label("Empresa privada").check()
        self.look(page, "06-case")
        self.press("Buscar una oficina")

    def choose_province(self, name: str) -> None:
        self.page.get_by_label("Provincia").select_option(label=name)
        self.press("Ver oficinas")
        self.look(self.page, "07-offices")

    def choose_hour(self, office: str, *, hour: str, first: str = "08") -> None:
        self.page.get_by_role("link", name=office, exact=True).click()
        self.look(self.page, f"{first}-days")
        self.page.locator(".app-places a").first.click()
        self.look(self.page, f"{first}-hours")
        self.page.get_by_role("button", name=re.compile(f"^{hour}")).click()

    def book(self, *, hour: str = "08:00") -> EmailMessage:
        self.answer()
        self.choose_province("Pichincha")
        self.choose_hour("Oficina Norte", hour=hour)
        expect(self.page).to_have_url(re.compile(r"/confirmar/$"))
        self.look(self.page, "09-confirm")
        self.press("Confirmar el turno")
        expect(self.page.locator("h1")).to_have_text("Confirmación del Turno en Línea")
        self.look(self.page, "10-booked")
        return self.desk.mail(self.email, "Confirmación del Turno en Línea")


def person() -> str:
    """A cédula of Tungurahua, another at each call; the scripts beside the portal make those of Pichincha."""
    nine = f"18{next(_people):07d}"
    return f"{nine}{cedula_check_digit(nine)}"


@pytest.fixture
def walk(kind: str, desk: Desk, look: Look, request: pytest.FixtureRequest) -> Walk:
    return Walk(desk=desk, page=request.getfixturevalue(kind), look=look, number=person())


@KINDS
def test_a_place_is_booked_and_its_confirmation_comes_by_mail(kind: str, walk: Walk) -> None:
    mail = walk.book()
    (calendar,) = mail.iter_attachments()
    assert calendar.get_content_type() == "text/calendar"
    assert "BEGIN:VEVENT" in calendar.get_content()
    page = walk.page
    expect(page).to_have_url(walk.desk.link(mail))
    expect(page.locator("main")).to_contain_text("Autorización de retiro de contraseña")
    with page.expect_download() as download:
        page.get_by_role("button", name="Descargar la confirmación").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    spoken = page.locator(".govuk-panel strong").inner_text()
    page.goto(walk.desk.url("/turnos/consultar/"))
    walk.look(page, "11-find")
    page.get_by_label("Código del turno").fill(spoken)
    page.get_by_label("Número del documento").fill(walk.number)
    walk.press("Ver el turno")
    expect(page).to_have_url(walk.desk.link(mail))
    page.goto(walk.desk.url("/turnos/perdido/"))
    walk.look(page, "12-lost")
    page.get_by_label("Correo electrónico").fill(walk.email)
    walk.press("Enviar")
    walk.look(page, "13-lost-sent")
    assert walk.desk.link(walk.desk.mail(walk.email, "Sus turnos en línea")) == walk.desk.link(mail)


@KINDS
def test_an_appointment_is_moved_to_another_office(kind: str, walk: Walk) -> None:
    link = walk.desk.link(walk.book(hour="08:15"))
    page = walk.page
    page.goto(link)
    page.get_by_role("button", name="Cambiar la hora o la oficina").click()
    walk.look(page, "20-move")
    walk.choose_hour("Oficina Sur", hour="09:30", first="21")
    expect(page).to_have_url(link)
    expect(page.locator("main")).to_contain_text("Su turno cambió")
    expect(page.locator("main")).to_contain_text("Oficina Sur")
    walk.look(page, "22-moved")
    assert walk.desk.link(walk.desk.mail(walk.email, "Su turno cambió")) == link


@KINDS
def test_an_appointment_is_cancelled_after_asking_once(kind: str, walk: Walk) -> None:
    link = walk.desk.link(walk.book(hour="08:30"))
    page = walk.page
    page.goto(link)
    page.get_by_role("button", name="Cancelar el turno").click()
    walk.look(page, "30-cancel")
    page.get_by_role("link", name="No, dejarlo como está").click()
    expect(page.locator("h1")).to_have_text("Confirmación del Turno en Línea")
    page.get_by_role("button", name="Cancelar el turno").click()
    walk.press("Sí, cancelar el turno")
    expect(page.locator("h1")).to_have_text("Este turno está cancelado")
    walk.look(page, "31-cancelled")
    walk.desk.mail(walk.email, "Su turno está cancelado")
    walk.press("Pedir otro turno")
    expect(page.locator("h1")).to_have_text("¿Quién será atendido?")


@KINDS
def test_a_freed_place_goes_to_who_waits_for_it(kind: str, walk: Walk, new_page: Callable[..., Page]) -> None:
    desk, page = walk.desk, walk.page
    holder = within(desk.portal, FREE_AGAIN).strip()
    walk.answer()
    walk.choose_province("Pastaza")
    page.get_by_role("link", name=re.compile("Lista de espera.*Oficina Puyo")).click()
    walk.look(page, "40-join")
    page.get_by_label("Oficina Puyo").check()
    walk.press("Entrar en la lista de espera")
    expect(page.locator("h1")).to_have_text("Está en la lista de espera")
    walk.look(page, "41-waiting")
    link = desk.link(desk.mail(walk.email, "Está en la lista de espera"))
    expect(page).to_have_url(link)
    other = new_page()
    other.goto(desk.url(f"/turnos/t/{holder}/cancelar/"))
    other.get_by_role("button", name="Sí, cancelar el turno").click()
    expect(other.locator("h1")).to_have_text("Este turno está cancelado")
    page.goto(desk.link(desk.mail(walk.email, "Se liberó un turno para usted")))
    expect(page).to_have_url(link)
    expect(page.locator("h1")).to_have_text("Se liberó un turno para usted")
    walk.look(page, "42-offer")
    walk.press("Aceptar este turno")
    expect(page.locator("h1")).to_have_text("Confirmación del Turno en Línea")
    expect(page.locator("main")).to_contain_text("Oficina Puyo")
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Usted aceptó un turno")
    walk.look(page, "43-served")


@pytest.mark.parametrize("kind", ["page"], ids=["keyboard"])
def test_an_hour_is_chosen_with_the_keyboard_and_the_time_left_is_spoken(kind: str, walk: Walk) -> None:
    walk.answer()
    page = walk.page
    walk.choose_province("Pichincha")
    page.get_by_role("link", name="Oficina Norte", exact=True).focus()
    page.keyboard.press("Enter")
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".app-month").first).to_be_visible()
    walk.look(page, "50-months")
    page.locator(".app-month a").first.focus()
    page.clock.install()
    page.keyboard.press("Enter")
    page.get_by_role("button", name=re.compile("^09:00")).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/confirmar/$"))
    spoken = page.locator("[data-countdown] + [role=status]")
    for seconds, says in (
        (180, "Quedan 2 minutos."),
        (60, "Queda 1 minuto."),
        (30, "Quedan 30 segundos."),
        (31, "Se cumplieron los cinco minutos"),
    ):
        page.clock.run_for(seconds * 1000)
        expect(spoken).to_contain_text(says)
    walk.look(page, "51-time-over")


@pytest.mark.parametrize("kind", ["page"], ids=["proof"])
def test_who_asks_for_many_codes_lets_the_browser_work(kind: str, walk: Walk) -> None:
    page = walk.page
    for turn in range(4):
        page.goto(walk.desk.url("/turnos/"))
        walk.press("Pedir un turno")
        page.get_by_label("Número del documento").fill(walk.number)
        page.get_by_label("Nombres y apellidos").fill("Luz Prueba Peña")
        walk.press("Continuar")
        page.get_by_label("Correo electrónico").fill(walk.email)
        page.get_by_label("Número de celular").fill(f"09{walk.number[-8:]}")
        walk.press("Siguiente")
        if turn < 3:
            expect(page).to_have_url(re.compile(r"/codigo/$"))
    expect(page.locator("[data-proof-status]")).to_have_text("Listo. Pulse «Siguiente».", timeout=SLOW)
    walk.look(page, "60-proof")
    walk.press("Siguiente")
    expect(page).to_have_url(re.compile(r"/codigo/$"))
