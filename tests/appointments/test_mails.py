"""What the mails about bookings and the waiting list say, each read as a whole."""

from datetime import timedelta

import pytest

from afilia.appointments.actions import telling
from afilia.appointments.references import reference_of
from afilia.notices.models import Message
from tests.appointments.builders import GALAPAGOS, NOW, at, book, make_agenda, make_office, wait
from tests.appointments.pages import text_of

pytestmark = pytest.mark.django_db

HOST = "http://localhost:8000"


def last() -> tuple[str, str]:
    """Subject and text of the mail written last; no blank lines beyond one, none at the ends of lines."""
    message = Message.objects.latest("pk")
    text = text_of(message)
    assert "\n\n\n" not in text, text
    assert text == "\n".join(line.rstrip() for line in text.splitlines()), text
    assert "{" not in text
    return message.subject, text


def test_the_confirmation() -> None:
    booked = book(make_agenda(make_office(name="Oficina Norte")))
    subject, text = last()
    assert subject == "Confirmación del Turno en Línea"
    assert text.startswith(
        "Su turno está confirmado.\n\n"
        "Cuándo: lunes, 23 de noviembre de 2026, a las 09:00\n"
        "Dónde: Oficina Norte, Calle de la Prueba 1, Quito\n"
        "Trámite: Generación de clave patronal de acceso al portal IESS\n"
        "A nombre de: PRUEBA PEÑA LUZ MARÍA\n"
        f"Código para decir en la oficina: {booked.code}\n"
    )
    assert f"\n{HOST}/turnos/t/{reference_of(booked)}/\n" in text


def test_a_reminder_says_what_to_bring() -> None:
    booked = book(make_agenda())
    type(booked).objects.update(applicant="company")
    booked.refresh_from_db()
    telling.reminder(booked, now=NOW)
    subject, text = last()
    assert subject == "Recuerde su turno"
    assert "\nQué llevar:\n- Solicitud de entrega de clave:" in text
    assert "\n- Acuerdo de responsabilidad" in text


@pytest.mark.parametrize(
    ("because", "says"),
    [("", "Este es ahora su turno"), ("closed", "La oficina cierra ese día y le dimos otro turno")],
    ids=["by-the-person", "by-the-institution"],
)
def test_a_move_names_both_places_each_in_its_own_time(because: str, says: str) -> None:
    island = make_office(province="20", city="Puerto Ayora", name="Oficina Puerto Ayora")
    booked = book(make_agenda())
    telling.moved(booked, from_office=island, from_starts_at=at(8, zone=GALAPAGOS), now=NOW, because=because)
    subject, text = last()
    assert subject == "Su turno cambió"
    assert says in text
    assert "Cuándo: lunes, 23 de noviembre de 2026, a las 09:00\n" in text
    assert (
        "a las 08:00 (hora de Galápagos, una hora menos que en el continente), en Oficina Puerto Ayora"
        in text
    )


def test_who_finds_the_office_closed_learns_why_and_where_to_choose() -> None:
    booked = book(make_agenda())
    telling.displaced(booked, closure_reason="Sin agua", now=NOW)
    subject, text = last()
    assert subject == "Elija otro turno: la oficina cierra ese día"
    assert "Motivo: Sin agua" in text
    assert f"\n{HOST}/turnos/t/{reference_of(booked)}/\n" in text


def test_an_offer_says_until_when_and_dies_then() -> None:
    entry = wait()
    until = NOW + timedelta(hours=2)
    booked = book(make_agenda())
    booked.held_until = until
    telling.offered(entry, appointment=booked, now=NOW)
    subject, text = last()
    assert subject == "Se liberó un turno para usted"
    assert "Acéptelo antes de esta hora: sábado, 21 de noviembre de 2026, a las 12:30." in text
    assert f"\n{HOST}/turnos/espera/{reference_of(entry)}/" in text
    assert Message.objects.latest("pk").expires_at == until


@pytest.mark.parametrize(
    ("ended", "path"), [(False, "/turnos/espera/"), (True, "/turnos/?tramite=clave-patronal")]
)
def test_an_offer_that_is_over_says_how_to_go_on(ended: bool, path: str) -> None:
    telling.offer_over(wait(), ended=ended, now=NOW)
    _, text = last()
    assert f"\n{HOST}{path}" in text


@pytest.mark.parametrize("in_office", [True, False])
def test_the_waiting_list_says_where_and_until_when(in_office: bool) -> None:
    office = make_office(name="Oficina Norte")
    wait(office_id=office.pk if in_office else None)
    subject, text = last()
    assert subject == "Está en la lista de espera"
    assert ("Dónde: Oficina Norte" if in_office else "Dónde: Cualquier oficina de Pichincha") in text
    assert "hasta el lunes, 21 de diciembre de 2026" in text


def test_the_links_sent_again_are_one_line_each() -> None:
    booked, entry = book(make_agenda()), wait()
    telling.links(booked.email, appointments=[booked], entries=[entry], now=NOW)
    _, text = last()
    for path in (f"/turnos/t/{reference_of(booked)}/", f"/turnos/espera/{reference_of(entry)}/"):
        assert f"\n{HOST}{path}\n" in text
    telling.links("nadie@example.com", appointments=[], entries=[], now=NOW)
    assert Message.objects.latest("pk").to == ""
