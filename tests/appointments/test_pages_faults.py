"""What goes wrong while somebody books: each page says so and goes on with what was typed."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from afilia.appointments import actions
from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.asking import MAILS
from afilia.appointments.rules.states import State
from afilia.notices.models import Message
from afilia.offices.models import Agenda, Closure
from afilia.verification import proof
from afilia.verification.models import Tally
from tests.appointments.builders import MONDAY, at, book, make_agenda, make_office, make_who
from tests.appointments.pages import Booker, Clock, mails_to, place_of
from tests.verification.attempts import wrong
from tests.verification.proofs import solve


@pytest.fixture
def agenda(db: None) -> Agenda:
    """One place every quarter of an hour."""
    return make_agenda(make_office())


def test_confirming_twice_books_once_and_leads_to_the_same_page(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    sent, confirm = {"appointment": booker.hidden("appointment")}, booker.at
    booker.post(sent)
    first = booker.at
    booker.post(sent, confirm)
    assert booker.at == first
    assert Appointment.objects.get().state == State.CONFIRMED
    assert len([mail for mail in mails_to(booker.email) if "confirmado" in mail]) == 1


def test_the_back_button_after_confirming_shows_what_is_booked(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    draft = booker.draft
    booker.confirm()
    booked = booker.at
    for page in (
        "persona",
        "caso",
        "oficina",
        f"hora/?oficina={agenda.office.code}&dia=2026-11-23",
        "confirmar",
    ):
        booker.get(f"{draft}{page}{'' if '?' in page else '/'}")
        assert booker.at == booked, page
    booker.post({"place": place_of(agenda, at(10))}, f"{draft}oficina/")
    assert booker.at == booked
    assert Appointment.objects.count() == 1


def test_another_hour_gives_the_first_one_back(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    booker.hold(agenda, at(10))
    assert "a las 10:00" in booker.page
    states = dict(Appointment.objects.values_list("starts_at", "state"))
    assert states == {at(9): State.CANCELLED, at(10): State.HELD}


def test_of_two_tabs_the_older_one_says_which_hour_is_held_now(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    older = {"appointment": booker.hidden("appointment")}
    booker.hold(agenda, at(10))
    confirm = booker.at
    page = booker.post(older, confirm)
    assert booker.status == 409
    assert "En otra ventana usted eligió esta hora" in page
    assert "a las 10:00" in page
    assert not Appointment.objects.filter(state=State.CONFIRMED).exists()
    booker.confirm()
    assert Appointment.objects.get(state=State.CONFIRMED).starts_at == at(10)


def test_two_drafts_in_two_tabs_do_not_disturb_each_other(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    first = booker.draft
    booker.begin("codigo-extranjeros")
    assert booker.at.endswith("/persona/")
    booker.get(f"{first}oficina/")
    assert booker.status == 200
    booker.hold(agenda)
    booker.confirm()
    assert Appointment.objects.get().procedure == "clave-patronal"


def test_a_hold_that_expired_is_confirmed_while_nobody_took_the_place(
    booker: Booker, clock: Clock, agenda: Agenda
) -> None:
    booker.answer()
    booker.hold(agenda)
    assert "data-countdown" in booker.page
    clock.pass_by(minutes=5)
    page = booker.get(booker.at)
    assert "Se cumplieron los cinco minutos" in page
    assert "data-countdown" not in page
    booker.confirm()
    assert Appointment.objects.get().state == State.CONFIRMED


def test_a_hold_that_expired_while_its_owner_confirms_may_be_gone_and_others_are_offered(
    booker: Booker, clock: Clock, agenda: Agenda
) -> None:
    booker.answer()
    booker.hold(agenda)
    clock.pass_by(minutes=6)
    book(agenda, now=clock.now)
    page = booker.confirm()
    assert booker.status == 409
    assert "Ese turno se acaba de ocupar" in page
    assert "09:15" in page
    assert "09:00</strong>" not in page
    booker.post(
        {"place": place_of(agenda, at(9, 15))},
        f"{booker.draft}hora/?oficina={agenda.office.code}&dia=2026-11-23",
    )
    assert "a las 09:15" in booker.page
    assert "Luz Prueba Peña" in booker.page
    booker.confirm()
    assert Appointment.objects.get(number=booker.number, state=State.CONFIRMED).starts_at == at(9, 15)


def test_a_place_taken_meanwhile_is_said_where_it_was_chosen(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hours(agenda.office)
    book(agenda)
    page = booker.post({"place": place_of(agenda, at(9))})
    assert booker.status == 409
    assert "Ese turno se acaba de ocupar" in page
    assert "09:15" in page
    other = make_agenda()
    book(other)
    page = booker.post({"place": place_of(other, at(9))}, f"{booker.draft}oficina/?provincia=17")
    assert "Ese turno se acaba de ocupar" in page
    assert other.office.name in page


def test_an_office_that_closes_meanwhile_is_said(booker: Booker, clock: Clock, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    Closure.objects.create(office=agenda.office, on=MONDAY, reason="Sin agua", made_at=clock.now)
    page = booker.confirm()
    assert booker.status == 409
    assert "La oficina cierra ese día" in page
    assert "Sin agua" in page
    assert "lista de espera" in page


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "0 2026-11-23T09:00:00-05:00",
        "7",
        "7 2026-11-23T09:00:00",
        "7 9999-12-31T23:59:59+00:00",
        "7 0001-01-01T00:00:00+00:00",
        f"{2**63} 2026-11-23T09:00:00-05:00",
    ],
)
def test_a_place_that_no_button_sends_changes_nothing(sent: str, booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hours(agenda.office)
    booker.post({"place": sent})
    assert booker.at.endswith("/oficina/")
    assert not Appointment.objects.exists()


def test_a_time_outside_the_hours_is_refused_there(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hours(agenda.office)
    page = booker.post({"place": place_of(agenda, at(22))})
    assert booker.status == 409
    assert "Esa hora ya no se puede pedir" in page


@pytest.mark.parametrize("query", ["?dia=2026-11-23", "?oficina=NADA&dia=2026-11-23"])
def test_an_address_without_its_choice_leads_to_the_choice(
    query: str, booker: Booker, agenda: Agenda
) -> None:
    booker.answer()
    booker.get(f"{booker.draft}hora/{query}")
    assert booker.at.endswith("/oficina/")
    for day in ("ayer", "9999-12-31", "0001-01-01"):
        booker.get(f"{booker.draft}hora/?oficina={agenda.office.code}&dia={day}")
        assert booker.at.endswith(f"/dia/?oficina={agenda.office.code}"), day
    for page in ("dia", "hora", "espera"):
        booker.get(f"{booker.draft}{page}/?oficina=%00")
        assert booker.at.endswith("/oficina/"), page


def test_who_has_an_appointment_is_led_to_it_and_another_procedure_is_free(
    booker: Booker, agenda: Agenda
) -> None:
    booker.book(agenda)
    again = Booker(number=booker.number)
    again.answer()
    page = again.hold(agenda, at(10))
    assert again.status == 409
    assert "Ya hay un turno para esa persona y ese trámite" in page
    assert "/turnos/consultar/" in page
    assert "09:00" not in page  # a stranger who types the number learns no more
    other = make_agenda(procedures=["codigo-extranjeros"])
    free = Booker(number=booker.number)
    free.answer("codigo-extranjeros")
    free.hold(other)
    assert free.at.endswith("/confirmar/")


def test_answers_that_change_free_what_was_held_for_the_old_ones(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    booker.post({**booker.case, "who_comes": "authorised-third-party"}, f"{booker.draft}caso/")
    assert booker.at.endswith("/oficina/")
    assert "quedó libre" in booker.page
    assert Appointment.objects.get().state == State.CANCELLED
    booker.hold(agenda)
    booker.confirm()
    assert Appointment.objects.get(state=State.CONFIRMED).who_comes == "authorised-third-party"


def test_the_same_answers_again_keep_what_is_held(booker: Booker, agenda: Agenda) -> None:
    booker.answer()
    booker.hold(agenda)
    for page, answer in (("contacto", booker.contact), ("caso", booker.case), ("persona", booker.person)):
        booker.post(answer, f"{booker.draft}{page}/")
    assert Appointment.objects.get().state == State.HELD


def test_a_wrong_code_is_said_and_another_can_be_asked_for(booker: Booker, clock: Clock) -> None:
    booker.begin()
    booker.post(booker.person)
    booker.post(booker.contact)
    page = booker.post({"code": wrong(*mails_to(booker.email))})
    assert "El código no es correcto" in page
    clock.pass_by(minutes=3)
    assert "El código venció" in booker.type_code()
    page = booker.post({"do": "send", "code": "12"})
    assert "Enviamos otro correo" in page
    assert 'value="12"' in page
    booker.type_code()
    assert booker.at.endswith("/caso/")


def test_no_more_codes_than_five_and_then_the_email_again(booker: Booker) -> None:
    booker.begin()
    booker.post(booker.person)
    booker.post(booker.contact)
    for _ in range(4):
        booker.post({"do": "send", "code": ""})
    assert "Enviar otro código" not in booker.page
    page = booker.post({"do": "send", "code": ""})
    assert "Ya se enviaron cinco códigos" in page
    assert "/contacto/" in page


def test_another_email_has_to_be_proved_again(booker: Booker) -> None:
    booker.answer()
    booker.post({**booker.contact, "email": "otra@example.com"}, f"{booker.draft}contacto/")
    assert booker.at.endswith("/codigo/")
    booker.get(f"{booker.draft}oficina/")
    assert booker.at.endswith("/codigo/")
    booker.post({**booker.contact, "email": booker.email.upper()}, f"{booker.draft}contacto/")
    assert booker.at.endswith("/codigo/")


def ask_for_codes(booker: Booker, times: int) -> None:
    for _ in range(times):
        booker.begin()
        booker.post(booker.person)
        booker.post(booker.contact)


def test_who_asks_for_many_codes_works_or_waits_and_keeps_what_was_typed(
    booker: Booker, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "HARDNESS", 50)
    ask_for_codes(booker, MAILS.free + 1)
    assert booker.at.endswith("/contacto/")
    assert "Espere 60 segundos y pulse «Siguiente»" in booker.page
    assert f'value="{booker.email}"' in booker.page
    assert Message.objects.filter(to=booker.email).count() == MAILS.free
    waited = {**booker.contact, "ticket": booker.hidden("ticket")}
    found = re.search(r'data-challenge="(.*?)" data-worker', booker.page)
    assert found
    solved = {**booker.contact, "solution": solve(found[1])}
    booker.post(solved)
    assert booker.at.endswith("/codigo/")
    booker.begin()
    booker.post(booker.person)
    booker.post(waited)
    assert booker.at.endswith("/contacto/")
    clock.pass_by(seconds=60)
    booker.post(waited)
    assert booker.at.endswith("/codigo/")


def test_too_many_codes_are_refused_with_what_to_do_and_not_for_ever(booker: Booker, clock: Clock) -> None:
    booker.begin()
    booker.post(booker.person)
    booker.post(booker.contact)
    Tally.objects.update(times=10_000)
    page = booker.post({**booker.contact, "email": booker.email.upper()}, f"{booker.draft}contacto/")
    assert booker.at.endswith("/codigo/")  # an address that is being proved needs no other mail
    page = booker.post({"do": "send", "code": ""})
    assert booker.status == 429
    assert "Vuelva a intentarlo después de las 11:30" in page
    clock.pass_by(minutes=59)
    booker.post({"do": "send", "code": ""})
    assert booker.status == 429
    clock.pass_by(minutes=1)
    booker.post(booker.contact, f"{booker.draft}contacto/")
    assert len(mails_to(booker.email)) == 2


def test_names_are_not_guessed(booker: Booker, clock: Clock) -> None:
    booker.begin()
    for _ in range(10):
        booker.post({**booker.person, "names": "Quien Sea"}, f"{booker.draft}persona/")
    page = booker.post(booker.person, f"{booker.draft}persona/")
    assert booker.status == 429
    assert "Vuelva a intentarlo después de las 11:30" in page
    clock.pass_by(hours=1)
    booker.post(booker.person, f"{booker.draft}persona/")
    assert booker.at.endswith("/contacto/")


def test_who_asks_for_many_places_works_or_waits_and_the_place_is_then_held(
    booker: Booker, agenda: Agenda, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "HARDNESS", 50)
    booker.answer()
    turn = 0
    while "Una comprobación más" not in booker.page:
        booker.hold(agenda, at(8) + turn % 30 * timedelta(minutes=15))
        turn += 1
        assert turn < 200
    assert booker.hidden("place")
    assert not [mail for mail in mails_to(booker.email) if "confirmado" in mail]
    found = re.search(r'data-challenge="(.*?)" data-worker', booker.page)
    assert found
    place = booker.hidden("place")
    booker.post({"place": place, "solution": solve(found[1]), "ticket": booker.hidden("ticket")})
    assert booker.at.endswith("/confirmar/")
    held = Appointment.objects.get(state=State.HELD)
    assert place == place_of(agenda, held.starts_at)


def test_a_refused_place_for_too_many_bookings_says_what_to_do(
    booker: Booker, agenda: Agenda, clock: Clock
) -> None:
    booker.answer()
    many = make_agenda(seats=40)
    for _ in range(20):
        who = make_who(phone=booker.contact["phone"])
        held = actions.hold(
            agenda_id=many.pk,
            starts_at=at(9),
            procedure="clave-patronal",
            who=who,
            address=f"10.9.8.{_}",
            now=clock.now,
        )
        actions.confirm(appointment_id=held.pk, now=clock.now)
        Tally.objects.all().delete()
    page = booker.hold(agenda)
    assert booker.status == 429
    assert "Demasiados turnos con el mismo correo o celular" in page


def test_every_post_needs_the_token_of_its_page(agenda: Agenda, clock: Clock) -> None:
    booked = book(agenda)
    strict = Client(enforce_csrf_checks=True)
    for path in (
        "/turnos/",
        "/turnos/consultar/",
        "/turnos/perdido/",
        f"/turnos/t/{reference_of(booked)}/cancelar/",
        f"/turnos/t/{reference_of(booked)}/mover/",
        f"/turnos/t/{reference_of(booked)}/antes/",
    ):
        assert strict.post(path, {}).status_code == 403, path
    booked.refresh_from_db()
    assert booked.state == State.CONFIRMED
