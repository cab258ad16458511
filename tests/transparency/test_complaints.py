"""Complaints and thanks, from the form to the answer and the table."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.staff.rules import Role, Staff
from afilia.transparency.actions import building, complaining
from afilia.transparency.models import Complaint, MonthlyFact
from afilia.transparency.queries import complaints as queries
from afilia.transparency.rules import complaints as rules
from afilia.transparency.rules.complaints import Fault, Kind
from afilia.transparency.rules.counting import Measure
from afilia.verification.rules import Pass
from tests.builders import NOW
from tests.cases.builders import make_official, member
from tests.counter.builders import make_clerk
from tests.staff.builders import make_office, sign_in_staff

pytestmark = pytest.mark.django_db
BATCH = "novedades-batch"
TEXT = "El archivo tardó tres días y nadie me dijo por qué."


def send(*, now: datetime = NOW, address: str = "192.0.2.1", **changes: Any) -> Complaint:
    said: dict[str, Any] = {
        "key": uuid4(),
        "kind": Kind.COMPLAINTS,
        "procedure": BATCH,
        "province": "17",
        "office": None,
        "text": TEXT,
        "names": "",
        "email": "",
        "solution": "",
        "ticket": "",
    }
    sent = complaining.send(**said | changes, address=address, now=now)
    assert isinstance(sent, Complaint)
    return sent


def answer(complaint: Complaint, by: Staff, *, now: datetime = NOW) -> Complaint:
    return complaining.answer(
        complaint_id=complaint.pk, outcome="corregido", text="Se corrigió.", by=by, now=now
    )


def typed(**changes: str) -> dict[str, str]:
    return {"kind": "complaints", "procedure": BATCH, "province": "17", "text": TEXT} | changes


def test_a_complaint_gets_a_number_a_code_and_a_day() -> None:
    complaint = send()
    assert complaint.number == f"Q-2026-{complaint.pk:07d}"
    assert queries.followed(str(complaint.number), code=queries.code_of(complaint)) == complaint
    assert queries.followed(str(complaint.number), code="AAAA-" * 6) is None
    assert complaint.due_on == date(2026, 12, 11)  # 15 working days after Saturday 21 November


def test_the_ledger_says_of_what_it_is_and_nothing_of_whom_or_what_was_written() -> None:
    send(names="PRUEBA PEÑA LUZ", email="luz@example.org")
    entry = Entry.objects.get(event="complaint.received")
    assert entry.actor == "anonymous"
    assert entry.facts == {
        "procedure": BATCH,
        "province": "17",
        "office": "",
        "kind": "complaints",
        "named": True,
    }


def test_the_code_is_in_no_row_and_in_a_sealed_mail() -> None:
    complaint = send(email="luz@example.org")
    code = queries.code_of(complaint)
    message = Message.objects.get()
    assert (message.to, message.text) == ("luz@example.org", "")
    rows = [
        str(row) for row in (*Complaint.objects.values(), *Message.objects.values(), *Entry.objects.values())
    ]
    assert not [row for row in rows if code in row]


def test_a_form_sent_twice_is_one_complaint() -> None:
    key = uuid4()
    assert send(key=key).pk == send(key=key).pk
    assert Complaint.objects.count() == 1
    assert Entry.objects.filter(event="complaint.received").count() == 1


def test_what_names_an_office_is_of_the_province_of_the_office() -> None:
    office = make_office(province="09")
    assert send(office=office, province="17").province == "09"


def test_after_three_an_hour_from_one_address_a_proof_is_asked_for_and_after_twenty_nothing_is_taken() -> (
    None
):
    for _ in range(rules.SENDING.free):
        send()
    more = {
        "key": uuid4(),
        "kind": Kind.COMPLAINTS,
        "procedure": BATCH,
        "province": "",
        "office": None,
        "text": TEXT,
        "names": "",
        "email": "",
        "solution": "",
        "ticket": "",
    }
    assert complaining.send(**more, address="192.0.2.1", now=NOW) is Pass.PROOF
    assert isinstance(complaining.send(**more, address="198.51.100.9", now=NOW), Complaint)
    send(now=NOW + timedelta(hours=1))


def test_one_address_of_mail_gets_no_more_than_three_an_hour() -> None:
    for number in range(rules.MAILS + 2):
        send(email="luz@example.org", address=f"192.0.{number}.1")
    assert Message.objects.count() == rules.MAILS
    assert Complaint.objects.count() == rules.MAILS + 2


def test_complaints_thanks_and_answers_are_counted_through_the_ledger() -> None:
    by = make_official()
    late, thanks = send(), send(kind=Kind.THANKS)
    answer(late, by, now=NOW + timedelta(days=30))
    answer(thanks, by)
    building.build(now=NOW)
    november = MonthlyFact.objects.filter(procedure=BATCH, month=date(2026, 11, 1))
    assert dict(november.values_list("measure", "value")) == {
        Measure.COMPLAINTS: 1,
        Measure.THANKS: 1,
        Measure.ANSWERED: 1,
        Measure.ANSWERED_IN_TIME: 1,
    }
    december = MonthlyFact.objects.filter(procedure=BATCH, month=date(2026, 12, 1))
    assert dict(december.values_list("measure", "value")) == {
        Measure.ANSWERED: 1,
        Measure.ANSWERED_IN_TIME: 0,
    }


def test_of_two_officials_who_answer_one_does() -> None:
    complaint = send(email="luz@example.org")
    answer(complaint, make_official())
    with pytest.raises(complaining.RefusedError) as refused:
        answer(complaint, make_official())
    assert refused.value.fault is Fault.ANSWERED
    assert Entry.objects.filter(event="complaint.answered").count() == 1
    assert "código" in Message.objects.order_by("pk").last().text  # type: ignore[union-attr]


def test_an_answer_needs_a_known_outcome() -> None:
    with pytest.raises(complaining.RefusedError):
        complaining.answer(complaint_id=send().pk, outcome="otro", text="", by=make_official(), now=NOW)


@pytest.mark.parametrize(
    ("roles", "place", "sees"),
    [
        ((Role.COORDINATION,), {"province": "17"}, True),
        ((Role.COORDINATION,), {"province": "09"}, False),
        ((Role.SUPERVISOR,), {"province": ""}, True),
        ((Role.LEGAL,), {"province": "17"}, False),
    ],
)
def test_a_complaint_is_of_its_province_and_of_the_country(
    roles: tuple[Role, ...], place: dict[str, str], sees: bool
) -> None:
    complaint, by = send(), make_official(*roles, **place)
    assert (queries.one_for_staff(by, str(complaint.number)) == complaint) is sees
    if not sees:
        with pytest.raises(Complaint.DoesNotExist):
            answer(complaint, by)


def test_a_supervisor_of_an_office_sees_that_of_the_office_alone() -> None:
    office = make_office(province="17")
    by = make_clerk(Role.SUPERVISOR, office=office)
    own, other = send(office=office), send()
    assert [*queries.queue(by, is_answered=False)] == [own]
    assert queries.one_for_staff(by, str(other.number)) is None


def test_a_year_after_the_answer_nothing_of_what_was_written_is_left() -> None:
    complaint, open_one = send(names="PRUEBA LUZ", email="luz@example.org"), send()
    answer(complaint, make_official())
    assert complaining.forget(now=NOW + timedelta(days=365)) == 0
    assert complaining.forget(now=NOW + timedelta(days=366)) == 1
    complaint.refresh_from_db()
    open_one.refresh_from_db()
    assert (complaint.text, complaint.names, complaint.email, complaint.answer) == ("", "", "", "")
    assert complaint.outcome == "corregido"
    assert open_one.text == TEXT


def test_whoever_sends_one_sees_number_and_code_and_nobody_else_does(client: Client) -> None:
    response = client.post(reverse("transparency:complain"), typed())
    complaint = Complaint.objects.get()
    page = client.get(response["Location"]).content.decode()
    assert str(complaint.number) in page
    assert queries.code_of(complaint) in page
    assert Client().get(response["Location"]).status_code == 404


def test_who_knows_number_and_code_reads_the_answer(client: Client) -> None:
    complaint = send()
    answer(complaint, make_official())
    said = {"number": str(complaint.number).lower(), "code": queries.code_of(complaint).lower()}
    response = client.post(reverse("transparency:follow"), said)
    assert "Se corrigió." in client.get(response["Location"]).content.decode()


def test_a_wrong_code_opens_nothing_and_is_not_tried_for_ever(client: Client) -> None:
    complaint = send()
    said = {"number": str(complaint.number), "code": "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"}
    statuses = [client.post(reverse("transparency:follow"), said).status_code for _ in range(7)]
    assert statuses == [422] * rules.FOLLOWING.free + [429] * 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "Elija si es una queja o un agradecimiento."),
        ({"procedure": ""}, "Elija el trámite."),
        ({"text": " "}, "Escriba qué pasó."),
        ({"text": "a" * 4001}, "escriba 4.000 letras como máximo"),
        ({"email": "luz@"}, "Revise el correo"),
        ({"province": "99"}, "99"),
        ({"office": "ninguna-asi"}, "ninguna-asi"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    client: Client, changes: dict[str, str], said: str
) -> None:
    response = client.post(reverse("transparency:complain"), typed(**changes))
    assert response.status_code == 422
    assert said in response.content.decode()
    assert not Complaint.objects.exists()


def test_a_program_without_scripts_waits_and_what_was_written_stays(client: Client) -> None:
    for _ in range(rules.SENDING.free):
        client.post(reverse("transparency:complain"), typed())
    response = client.post(reverse("transparency:complain"), typed())
    page = response.content.decode()
    assert response.status_code == 429
    assert "data-proof-wait" in page
    assert TEXT in page


def test_an_official_answers_at_the_desk(client: Client) -> None:
    complaint = send()
    by = make_official()
    sign_in_staff(client, member(by))
    assert str(complaint.number) in client.get(reverse("transparency:queue")).content.decode()
    address = reverse("transparency:answer", args=[complaint.number])
    assert TEXT in client.get(address).content.decode()
    assert Entry.objects.filter(event="complaint.looked-at", actor=by.actor).count() == 1
    assert client.post(address, {"outcome": "corregido"}).status_code == 422
    assert client.post(address, {"outcome": "corregido", "text": "Listo."}).status_code == 302
    again = client.post(address, {"outcome": "corregido", "text": "Otra vez."})
    assert again.status_code == 422
    assert "Otra persona la respondió" in again.content.decode()
    shown = client.get(reverse("transparency:queue"), {"estado": "respondidas"}).content.decode()
    assert str(complaint.number) in shown


def test_of_another_province_a_complaint_does_not_exist_at_the_desk(client: Client) -> None:
    complaint = send()
    sign_in_staff(client, member(make_official(province="09")))
    assert client.get(reverse("transparency:answer", args=[complaint.number])).status_code == 404
    assert str(complaint.number) not in client.get(reverse("transparency:queue")).content.decode()


@pytest.mark.parametrize("path", ["/funcionarios/quejas/", "/funcionarios/quejas/Q-2026-0000001/"])
def test_strangers_are_led_to_the_door_of_officials(client: Client, path: str) -> None:
    assert client.get(path).status_code == 302
