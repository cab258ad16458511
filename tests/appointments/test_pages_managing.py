"""What is booked, by its link or its code: to look changes nothing, to send does."""

import re
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from icalendar import Calendar

from afilia.appointments import actions
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import State, Waiting
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from afilia.offices.models import Agenda
from tests.appointments.builders import MONDAY, at, book, hold, make_agenda, make_office, make_who, wait
from tests.appointments.pages import Booker, Clock, mails_to, place_of

FILES = ("confirmacion.pdf", "turno.ics")
BOOKING_PAGES = ("", "cancelar/", "mover/", "mover/dia/", "mover/hora/", "antes/", *FILES)


@pytest.fixture
def agenda(db: None) -> Agenda:
    """One place every quarter of an hour."""
    return make_agenda(make_office())


@pytest.fixture
def booked(agenda: Agenda, clock: Clock) -> Appointment:
    """What somebody booked on Monday at nine."""
    return book(agenda)


def page_of(row: Appointment | WaitingEntry) -> str:
    folder = "t" if isinstance(row, Appointment) else "espera"
    return f"/turnos/{folder}/{reference_of(row)}/"


def calendar_in(message: Message) -> str:
    assert message.attachments is not None
    text = sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=message.attachments)
    found = re.search(r"BEGIN:VCALENDAR.*END:VCALENDAR", text.encode().decode("unicode_escape"), re.DOTALL)
    assert found
    return found[0]


def test_whoever_opens_the_links_of_a_mail_changes_nothing(booker: Booker, booked: Appointment) -> None:
    before = Appointment.objects.values().get()
    mails = Message.objects.count()
    for page in BOOKING_PAGES:
        scanner = Client()
        scanner.head(f"{page_of(booked)}{page}")
        assert scanner.get(f"{page_of(booked)}{page}").status_code in {200, 302}, page
    assert Appointment.objects.values().get() == before
    assert Message.objects.count() == mails


def test_an_unknown_link_is_404_on_every_page_and_too_many_are_told_to_wait(
    booker: Booker, booked: Appointment, clock: Clock
) -> None:
    for page in BOOKING_PAGES:
        booker.get(f"/turnos/t/{'0' * 32}/{page}")
        assert booker.status == 404, page
    booker.get(f"/turnos/espera/{reference_of(booked)}/")
    assert booker.status == 404
    booker.get("/turnos/t/ñ/")
    assert booker.status == 404
    for turn in range(30):
        booker.get(f"/turnos/t/{turn:032x}/")
    assert booker.status == 429
    booker.get(page_of(booked))  # the right one is still found
    assert booker.status == 200


def test_a_hold_has_no_page_yet(booker: Booker, agenda: Agenda) -> None:
    held = hold(agenda)
    for page in BOOKING_PAGES:
        booker.get(f"{page_of(held)}{page}")
        assert booker.status == 404, page


def test_cancelling_asks_once_and_frees_the_place(booker: Booker, booked: Appointment) -> None:
    page = booker.get(f"{page_of(booked)}cancelar/")
    assert "¿Cancelar este turno?" in page
    page = booker.post({})
    assert booker.at == page_of(booked)
    assert "Este turno está cancelado" in page
    booked.refresh_from_db()
    assert booked.state == State.CANCELLED
    message = Message.objects.filter(to=booked.email).latest("pk")
    assert message.subject == "Su turno está cancelado"
    (event,) = Calendar.from_ical(calendar_in(message)).walk("VEVENT")
    assert (str(event["STATUS"]), str(event["UID"])) == ("CANCELLED", f"{booked.pk}@afilia")
    again = booker.post({}, f"{page_of(booked)}cancelar/")
    assert "Este turno está cancelado" in again
    for page in FILES:
        booker.get(f"{page_of(booked)}{page}")
        assert booker.status == 404, page
    assert Message.objects.filter(to=booked.email, subject="Su turno está cancelado").count() == 1


def test_moving_keeps_the_link_and_the_person_and_frees_the_old_place(
    booker: Booker, booked: Appointment, agenda: Agenda
) -> None:
    other = make_agenda(make_office(name="Oficina Sur"))
    page = booker.get(f"{page_of(booked)}mover/")
    assert "Oficina Sur" in page
    assert "Cambiar el turno" in page
    booker.get(f"{page_of(booked)}mover/dia/?oficina={other.office.code}")
    assert f"{page_of(booked)}mover/hora/?oficina={other.office.code}&dia=2026-11-23" in booker.page
    assert "su turno cambia enseguida" in page
    booker.get(f"{page_of(booked)}mover/hora/?oficina={other.office.code}&dia=2026-11-23")
    page = booker.post({"place": place_of(other, at(10))})
    assert booker.at == page_of(booked)
    assert "Su turno cambió" in page
    assert "Oficina Sur" in page
    assert "a las 10:00" in page
    moved = Appointment.objects.get()
    assert (moved.pk, moved.starts_at, moved.number) == (booked.pk, at(10), booked.number)
    mail = mails_to(booked.email)[-1]
    assert "Antes era el lunes, 23 de noviembre de 2026, a las 09:00" in mail
    assert page_of(booked) in mail
    stranger = Booker()
    stranger.answer()
    stranger.hold(agenda)
    assert stranger.at.endswith("/confirmar/")


def test_a_booking_is_not_moved_to_and_fro_without_end(
    booker: Booker, booked: Appointment, agenda: Agenda, clock: Clock
) -> None:
    hours = f"{page_of(booked)}mover/hora/?oficina={agenda.office.code}&dia=2026-11-23"
    book(agenda, at(12))
    booker.post({"place": place_of(agenda, at(12))}, hours)
    assert booker.status == 409  # what is refused does not count
    for turn in range(12):
        booker.post({"place": place_of(agenda, at(10 + turn % 2))}, hours)
        assert booker.at == page_of(booked)
    page = booker.post({"place": place_of(agenda, at(10))}, hours)
    assert booker.status == 429
    assert "Demasiadas veces en una hora" in page
    booked.refresh_from_db()
    assert booked.starts_at == at(11)
    clock.pass_by(hours=1)
    booker.post({"place": place_of(agenda, at(10))}, hours)
    assert booker.at == page_of(booked)


def test_a_place_that_is_gone_leaves_the_booking_as_it_was(
    booker: Booker, booked: Appointment, agenda: Agenda
) -> None:
    book(agenda, at(10))
    booker.get(f"{page_of(booked)}mover/hora/?oficina={agenda.office.code}&dia=2026-11-23")
    page = booker.post({"place": place_of(agenda, at(10))})
    assert booker.status == 409
    assert "Ese turno se acaba de ocupar" in page
    booked.refresh_from_db()
    assert (booked.state, booked.starts_at) == (State.CONFIRMED, at(9))


def test_what_has_begun_can_only_be_looked_at(booker: Booker, booked: Appointment, clock: Clock) -> None:
    clock.now = at(9)
    page = booker.get(page_of(booked))
    assert "Confirmación del Turno en Línea" in page  # to be shown at the office
    assert "Cancelar el turno" not in page
    for path in ("cancelar/", "mover/", "antes/"):
        booker.get(f"{page_of(booked)}{path}")
        assert booker.at == page_of(booked), path
        booker.post({}, f"{page_of(booked)}{path}")
        assert booker.at == page_of(booked), path
    assert "La hora de su turno ya pasó" not in page
    booked.refresh_from_db()
    assert booked.state == State.CONFIRMED


def test_who_is_late_still_finds_what_the_office_asks_for_all_day(
    booker: Booker, booked: Appointment, clock: Clock
) -> None:
    clock.now = at(9, 15)
    page = booker.get(page_of(booked))
    assert "La hora de su turno ya pasó. Si llega hoy" in page
    assert str(booked.code) in page
    assert "confirmacion.pdf" in page
    assert "Pedir otro turno" in page
    booker.post({"code": booked.code, "number": booked.number}, "/turnos/consultar/")
    assert booker.at == page_of(booked)
    Appointment.objects.update(displaced_at=clock.now)  # nobody is received where the office is closed
    assert "Este turno ya pasó" in booker.get(page_of(booked))


def test_the_day_after_an_appointment_is_over(booker: Booker, booked: Appointment, clock: Clock) -> None:
    clock.now = at(9, 15) + timedelta(days=1)
    assert "Este turno ya pasó" in booker.get(page_of(booked))
    booker.post({"code": booked.code, "number": booked.number}, "/turnos/consultar/")
    assert booker.status == 422


def test_a_booking_whose_office_closes_is_led_to_another_hour(
    booker: Booker, booked: Appointment, clock: Clock
) -> None:
    Appointment.objects.update(displaced_at=clock.now)
    page = booker.get(page_of(booked))
    assert "La oficina no atiende ese día" in page
    assert "confirmacion.pdf" not in page
    assert "mover/" in page


def test_a_forgotten_booking_names_nobody(booker: Booker, booked: Appointment, clock: Clock) -> None:
    clock.pass_by(days=400)
    actions.close_days(now=clock.now)
    actions.forget(now=clock.now)
    page = booker.get(page_of(booked))
    assert "Este turno ya pasó" in page
    assert booked.names not in page
    assert booked.number not in page


def test_the_code_and_the_document_lead_to_the_booking(booker: Booker, booked: Appointment) -> None:
    booker.get("/turnos/consultar/")
    booker.post({"code": f" {str(booked.code).lower()} ", "number": booked.number})
    assert booker.at == page_of(booked)


def test_wrong_answers_are_all_alike(booker: Booker, booked: Appointment, agenda: Agenda) -> None:
    other = book(agenda, at(10))
    gone = book(agenda, at(11))
    actions.cancel(appointment_id=gone.pk, now=gone.made_at)
    pages = {
        re.sub(r'value="[^"]*"', "", booker.post({"code": code, "number": number}, "/turnos/consultar/"))
        for code, number in (
            (other.code, booked.number),
            ("ZZZZ", booked.number),
            (booked.code, "0102030405"),
            (gone.code, gone.number),
        )
    }
    assert len(pages) == 1
    assert booker.status == 422
    assert "No hay un turno vigente con ese código y ese documento" in pages.pop()


def test_codes_are_not_guessed_and_neighbours_do_not_shut_the_owner_out(
    booker: Booker, booked: Appointment
) -> None:
    for turn in range(10):
        booker.post({"code": f"A{turn:03}", "number": booked.number}, "/turnos/consultar/")
        assert booker.status == 422
    booker.post({"code": booked.code, "number": booked.number})
    assert booker.status == 429
    elsewhere = Booker(address="198.51.100.7")
    elsewhere.post({"code": booked.code, "number": booked.number}, "/turnos/consultar/")
    assert elsewhere.at == page_of(booked)


def test_lost_links_go_to_their_email_and_the_answer_is_always_the_same(
    booker: Booker, booked: Appointment, agenda: Agenda
) -> None:
    waiting = wait(who=make_who(email=booked.email))
    sent = booker.post({"email": booked.email}, "/turnos/perdido/")
    mail = mails_to(booked.email)[-1]
    assert page_of(booked) in mail
    assert page_of(waiting) in mail
    for nobody in ("nadie@example.com", "otra@example.com"):
        said = booker.post({"email": nobody}, "/turnos/perdido/")
        assert said.replace(nobody, booked.email) == sent
        assert mails_to(nobody) == []
    for _ in range(3):
        booker.post({"email": booked.email}, "/turnos/perdido/")
    assert booker.status == 429


def test_a_place_in_the_waiting_list_where_nothing_is_free(booker: Booker, clock: Clock) -> None:
    office = make_office(weekdays=range(0))
    make_agenda(office)
    booker.answer()
    page = booker.get(f"{booker.draft}oficina/?provincia=17")
    assert "Ahora no hay turnos libres" in page
    page = booker.get(f"{booker.draft}espera/?oficina={office.code}")
    assert "Entrar en la lista de espera" in page
    page = booker.post({"where": "province", "weeks": "2"})
    entry = WaitingEntry.objects.get()
    assert booker.at == page_of(entry)
    assert "Está en la lista de espera" in page
    assert (entry.province, entry.office, entry.number) == ("17", None, booker.number)
    assert entry.to_on - entry.from_on == timedelta(weeks=2)
    assert page_of(entry) in mails_to(booker.email)[-1]
    page = booker.post({"do": "leave"})
    assert "Ya no está en la lista de espera" in page
    entry.refresh_from_db()
    assert entry.state == Waiting.LEFT


def test_who_waits_already_is_told_so(booker: Booker, agenda: Agenda) -> None:
    for attempt in range(2):
        one = Booker(number=booker.number)
        one.answer()
        one.get(f"{one.draft}espera/?oficina={agenda.office.code}")
        page = one.post({"where": "office", "weeks": "1"})
        assert one.status == (409 if attempt else 200)
    assert "Esa persona ya está en la lista de espera" in page
    assert WaitingEntry.objects.get().office == agenda.office


@pytest.mark.parametrize(
    "sent", [{}, {"where": "office"}, {"where": "x", "weeks": "3"}], ids=["no", "half", "odd"]
)
def test_an_incomplete_wish_is_asked_again(sent: dict[str, str], booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.get(f"{booker.draft}espera/?oficina={agenda.office.code}")
    page = booker.post(sent)
    assert booker.status == 422
    assert "Revise lo siguiente" in page
    booker.get(f"{booker.draft}espera/?provincia=99")
    assert booker.at.endswith("/oficina/")
    assert not WaitingEntry.objects.exists()


def offered(agenda: Agenda, *, number: str = "") -> WaitingEntry:
    """Somebody to whom the place of Monday at nine is offered, freed by its owner."""
    owner = book(agenda)
    entry = wait()
    actions.cancel(appointment_id=owner.pk, now=owner.made_at)
    entry.refresh_from_db()
    assert entry.state == Waiting.OFFERED
    return entry


def test_an_offer_is_accepted_once_and_leads_to_the_booking(booker: Booker, agenda: Agenda) -> None:
    entry = offered(agenda)
    page = booker.get(page_of(entry))
    assert "Se liberó un turno para usted" in page
    assert "12:30" in page  # two hours from now
    page = booker.post({"do": "accept"})
    booked = Appointment.objects.get(state=State.CONFIRMED)
    assert (booker.at, booked.number, booked.starts_at) == (page_of(booked), entry.number, at(9))
    booker.post({"do": "accept"}, page_of(entry))
    assert "Usted aceptó un turno" in booker.page
    assert page_of(booked) in booker.page
    assert Appointment.objects.filter(state=State.CONFIRMED).count() == 1


def test_an_offer_let_pass_goes_to_the_next_one(booker: Booker, agenda: Agenda) -> None:
    entry, following = offered(agenda), wait()
    page = booker.post({"do": "decline"}, page_of(entry))
    assert "pasó a la persona siguiente" in page
    assert "Está en la lista de espera" in page
    following.refresh_from_db()
    assert following.state == Waiting.OFFERED


def test_an_offer_accepted_too_late_says_so(booker: Booker, agenda: Agenda, clock: Clock) -> None:
    entry = offered(agenda)
    clock.pass_by(hours=2)
    page = booker.get(page_of(entry))
    assert "Se cumplió el tiempo para aceptar" in page
    assert "Aceptar este turno" not in page
    booker.post({"do": "accept"})
    assert "Está en la lista de espera" in booker.page
    assert not Appointment.objects.filter(state=State.CONFIRMED).exists()


def test_an_earlier_place_takes_the_person_from_the_later_one(
    booker: Booker, booked: Appointment, agenda: Agenda, clock: Clock
) -> None:
    later = book(agenda, at(15))
    page = booker.get(f"{page_of(later)}antes/")
    assert "Usted conserva su turno del lunes, 23 de noviembre de 2026, a las 15:00" in page
    booker.post({"where": "office"})
    entry = WaitingEntry.objects.get()
    assert (entry.to_on, entry.number) == (MONDAY, later.number)
    assert page_of(later) in booker.page
    actions.cancel(appointment_id=booked.pk, now=clock.now)
    page = booker.get(page_of(entry))
    assert "Si acepta este, el otro queda para otra persona" in page
    booker.post({"do": "accept"})
    later.refresh_from_db()
    assert (booker.at, later.starts_at) == (page_of(later), at(9))


def test_whoever_opens_an_offer_changes_nothing(booker: Booker, agenda: Agenda) -> None:
    entry = offered(agenda)
    booker.client.head(page_of(entry))
    booker.get(page_of(entry))
    booker.post({"do": "anything"}, page_of(entry))
    assert booker.status == 200
    entry.refresh_from_db()
    assert entry.state == Waiting.OFFERED
