import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from afilia.access import actions, queries
from afilia.access.models import EmployerKey, SecondFactor
from afilia.access.rules.limits import Reason, Refusal
from afilia.audit.models import Entry
from afilia.employers import actions as employers
from afilia.employers.models import EmailChange, Employer
from afilia.notices.models import Message
from afilia.recovery import queries as recovery
from afilia.recovery.rules import Standing
from tests.builders import (
    KEY,
    NOW,
    cedula,
    make_branch,
    make_employer,
    make_key,
    make_person,
    signed_in_client,
)

CHANGE, CHOOSE = "/empleadores/clave/cambiar/", "/empleadores/ingresar/clave-nueva/"
OWN = "tijera nube caimito 7"
HOME = "192.0.2.7"
PAPERS = "papeles@example.org"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def sign_in(number: str, key: str, **changes: object) -> EmployerKey | Refusal:
    return actions.sign_in(**{"number": number, "key": key, "address": HOME, "now": NOW} | changes)


def hand_over(employer: Employer, number: str, **changes: object) -> str:
    facts = {
        "employer": employer,
        "number": number,
        "email": employer.email,
        "now": NOW,
        "actor": "operator:ventanilla 4",
    }
    return actions.hand_over_key(**facts | changes)


def post_sign_in(client: Client, number: str, key: str) -> str:
    return client.post("/empleadores/ingresar/", {"number": number, "key": key})["Location"]


def test_handed_over_key_is_readable_and_random() -> None:
    keys = {hand_over(make_employer(), cedula()) for _ in range(50)}
    assert len(keys) == 50
    for key in keys:
        assert re.fullmatch(r"([2-9bcdfghjkmnpqrstvwxyz]{4}-){3}[2-9bcdfghjkmnpqrstvwxyz]{4}", key)


def test_handing_over_is_written_down_and_told_without_the_key() -> None:
    employer, number = make_employer(), cedula()
    key = hand_over(employer, number)
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.actor, entry.subject) == (
        "key.handed-over",
        "operator:ventanilla 4",
        f"employer:{employer.pk}",
    )
    message = Message.objects.get()
    assert (message.to, message.subject) == (employer.email, "Se entregó una clave de empleador")
    assert key not in message.text + str(entry.facts)


@pytest.mark.parametrize(("early", "serves"), [(timedelta(microseconds=1), True), (timedelta(), False)])
def test_handed_over_key_dies_at_exactly_its_hour_and_says_so_to_who_has_it(
    early: timedelta, serves: bool
) -> None:
    employer, number = make_employer(), cedula()
    key = hand_over(employer, number)
    end = NOW + timedelta(hours=72) - early
    answer = sign_in(number, key, now=end)
    assert (answer == employer.keys.get()) if serves else (answer == Refusal(reason=Reason.EXPIRED))
    assert sign_in(number, "otra", now=end) == Refusal(reason=Reason.WRONG)


def test_page_says_what_to_do_with_an_expired_key(client: Client) -> None:
    employer, number = make_employer(), cedula()
    key = hand_over(employer, number, now=timezone.now() - timedelta(hours=72))
    for typed, said in ((key, True), ("otra cosa", False)):
        page = client.post("/empleadores/ingresar/", {"number": number, "key": typed}).content.decode()
        assert ("La clave que le entregaron ya venció" in page) is said


def test_handed_over_key_opens_the_page_to_choose_one_and_no_other(client: Client) -> None:
    employer, number = make_employer(), cedula()
    handed = hand_over(employer, number, now=timezone.now())
    assert post_sign_in(client, number, handed) == CHOOSE
    before = client.cookies["sessionid"].value
    for page in ("/empleadores/batch/", "/empleadores/sesiones/", CHANGE):
        assert client.get(page)["Location"] == CHOOSE
    assert client.post(CHANGE, {"present": handed, "new_key": OWN, "repeat": OWN})["Location"] == CHOOSE
    assert client.get("/empleadores/ingresar/codigo/")["Location"].endswith("?fin=paso")
    page = client.get(CHOOSE).content.decode()
    assert "15 caracteres" in page
    assert employer.name in page
    answer = client.post(CHOOSE, {"new_key": OWN, "repeat": OWN})
    assert answer["Location"] == "/empleadores/"
    assert client.get("/empleadores/batch/").status_code == 200
    assert client.cookies["sessionid"].value != before
    assert sign_in(number, handed) == Refusal(reason=Reason.WRONG)
    assert sign_in(number, OWN) == employer.keys.get()
    subjects = [*Message.objects.order_by("pk").values_list("subject", flat=True)]
    assert subjects[1:] == ["La clave de empleador cambió", "Ingreso desde un equipo nuevo"]


def test_handed_over_key_serves_until_the_new_one_is_saved(client: Client) -> None:
    employer, number = make_employer(), cedula()
    handed = hand_over(employer, number, now=timezone.now())
    other = Client()
    for browser in (client, other):
        assert post_sign_in(browser, number, handed) == CHOOSE
    for wrong in ("corta", handed):
        assert client.post(CHOOSE, {"new_key": wrong, "repeat": wrong}).status_code == 200
    assert client.post(CHOOSE, {"new_key": OWN, "repeat": OWN})["Location"] == "/empleadores/"
    late = {"new_key": "otra frase sin gracia", "repeat": "otra frase sin gracia"}
    assert other.post(CHOOSE, late)["Location"] == "/empleadores/ingresar/?fin=paso"
    assert sign_in(number, OWN) == employer.keys.get()


def test_key_that_expires_while_one_chooses_is_not_replaced() -> None:
    employer, number = make_employer(), cedula()
    hand_over(employer, number)
    key = employer.keys.get()
    end = NOW + timedelta(hours=72)
    assert actions.choose_key(key=key, new_key=OWN, now=end) is None
    assert actions.choose_key(key=key, new_key=OWN, now=end - timedelta(microseconds=1)) == key
    assert actions.choose_key(key=employer.keys.get(), new_key="otra", now=NOW) is None


def test_handing_over_ends_what_the_person_had() -> None:
    employer = make_employer()
    key = make_key(employer)
    client = signed_in_client(Client(), key)
    actions.begin_second_factor(holder=queries.holder(key), session_id=0, now=NOW)
    hand_over(employer, key.number, now=NOW + timedelta(days=1))
    assert client.get("/empleadores/batch/").status_code == 302
    assert sign_in(key.number, KEY) == Refusal(reason=Reason.WRONG)
    assert not SecondFactor.objects.exists()


def test_command_prints_the_key_once() -> None:
    employer, number = make_employer(), cedula()
    out = StringIO()
    call_command(
        "hand-over-key",
        employer=employer.ruc,
        number=number,
        email=employer.email,
        by="ventanilla 4",
        stdout=out,
        stderr=StringIO(),
    )
    assert sign_in(number, out.getvalue().strip(), now=timezone.now()) == employer.keys.get()


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"employer": "1790000000001"}, "No employer has the RUC"),
        ({"number": "1234567890"}, "neither a cédula nor"),
        ({"email": "sin arroba"}, "is not an e-mail address"),
    ],
)
def test_command_refuses_who_cannot_be(changes: dict[str, str], text: str) -> None:
    papers = {"employer": make_employer().ruc, "number": "1710034065", "email": PAPERS, "by": "ventanilla 4"}
    with pytest.raises(CommandError, match=text):
        call_command("hand-over-key", **papers | changes)
    assert not EmployerKey.objects.exists()


def test_command_asks_for_the_address_in_the_papers() -> None:
    with pytest.raises(CommandError, match="--email"):
        call_command("hand-over-key", "--employer=1", "--number=1", "--by=v")


def test_address_that_somebody_else_planted_is_replaced_by_the_one_in_the_papers() -> None:
    employer = make_employer(email="ladron@example.net", email_verified_at=NOW)
    employers.change_email(employer_id=employer.pk, email="otro@example.net", actor="holder:1", now=NOW)
    hand_over(employer, cedula(), email=PAPERS)
    employer.refresh_from_db()
    assert (employer.email, employer.email_verified_at) == (PAPERS, None)
    assert EmailChange.objects.get().state == "cancelled"
    told = [*Message.objects.order_by("pk").values_list("to", "subject")][1:]
    assert told == [
        ("ladron@example.net", f"Se anuló un cambio de correo del empleador con RUC {employer.ruc}"),
        ("otro@example.net", f"Se anuló un cambio de correo del empleador con RUC {employer.ruc}"),
        ("ladron@example.net", f"Nuevo correo del empleador con RUC {employer.ruc}"),
        (PAPERS, f"Nuevo correo del empleador con RUC {employer.ruc}"),
        (PAPERS, "Se entregó una clave de empleador"),
    ]
    assert PAPERS not in "".join(Message.objects.values_list("text", flat=True))
    entry = Entry.objects.get(event="employer.email-replaced")
    assert (entry.actor, entry.subject) == ("operator:ventanilla 4", f"employer:{employer.pk}")


def test_key_handed_over_is_not_recovered_before_the_address_in_the_papers_is_proved() -> None:
    employer, number = make_employer(email="ladron@example.net", email_verified_at=NOW), cedula()
    make_branch(employer)
    hand_over(employer, number, email=PAPERS)
    assert actions.choose_key(key=employer.keys.get(), new_key=OWN, now=NOW) is not None
    typed = {"number": number, "ruc": employer.ruc, "branch": "0001", "active": True}
    assert recovery.find(**typed).standing is not Standing.ELIGIBLE
    change = employers.change_email(employer_id=employer.pk, email=PAPERS, actor="holder:1", now=NOW)
    assert change.state == "done"
    assert recovery.find(**typed).standing is Standing.ELIGIBLE


def test_address_on_record_that_is_the_one_in_the_papers_stays_verified() -> None:
    employer = make_employer(email="Empresa@example.com", email_verified_at=NOW)
    hand_over(employer, cedula(), email="empresa@example.com")
    employer.refresh_from_db()
    assert (employer.email, employer.email_verified_at) == ("Empresa@example.com", NOW)
    assert not Entry.objects.filter(event="employer.email-replaced").exists()


def test_recovered_key_ends_a_pending_change_of_email_and_both_addresses_are_told() -> None:
    employer = make_employer(email_verified_at=NOW)
    key = make_key(employer)
    employers.change_email(employer_id=employer.pk, email="ladron@example.net", actor="holder:1", now=NOW)
    actions.recover_key(employer=employer, number=key.number, key=OWN, now=NOW + timedelta(seconds=1))
    change = EmailChange.objects.get()
    assert change.state == "cancelled"
    assert not employers.take_email_change(change_id=change.pk, now=change.effective_at)
    dropped = Message.objects.filter(subject__startswith="Se anuló un cambio de correo")
    assert {message.to for message in dropped} == {employer.email, "ladron@example.net"}
    assert all("se recuperó una clave" in message.text for message in dropped)


def test_key_is_changed_in_the_page_and_all_other_sessions_end(client: Client) -> None:
    employer = make_employer()
    key = make_key(employer, now=NOW - timedelta(days=1))
    there = signed_in_client(Client(), key)
    signed_in_client(client, key)
    before = client.cookies["sessionid"].value
    page = client.get(CHANGE).content.decode()
    assert page.count('autocomplete="new-password"') == 2
    assert page.index("key-policy") < page.index('name="new_key"')
    answer = client.post(CHANGE, {"present": KEY, "new_key": OWN, "repeat": OWN}, follow=True)
    assert "Su clave cambió" in answer.content.decode()
    assert len(answer.context["sessions"]) == 1
    assert client.cookies["sessionid"].value != before
    assert "fin=cerrada" in there.get("/empleadores/batch/")["Location"]
    assert sign_in(key.number, OWN) == key
    assert [*Message.objects.values_list("to", "subject")] == [
        (employer.email, "La clave de empleador cambió")
    ]
    assert Entry.objects.filter(event="key.changed", actor=f"holder:{key.pk}").count() == 1


def test_key_is_not_changed_by_who_does_not_know_the_present_one(client: Client) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    form = {"present": "mal", "new_key": OWN, "repeat": OWN}
    pages = [client.post(CHANGE, form) for _ in range(5)]
    assert [page.status_code for page in pages] == [200] * 4 + [429]
    assert "La clave actual no es correcta" in pages[0].content.decode()
    assert client.post(CHANGE, form | {"present": KEY}).status_code == 429
    assert sign_in(key.number, KEY) == key
    assert Entry.objects.filter(event="key.change-refused").count() == 5


@pytest.mark.parametrize(
    ("new_key", "text"),
    [
        ("corta", "muy corta"),
        ("tijera PEÑA caimito 7", "contiene «PEÑA»"),
        ("contraseña 2026 2026", "fácil de adivinar"),
        (OWN, "esta es la que ya tiene"),
        ("clave de otra empresa ajena", "ya es su clave de otro empleador"),
    ],
)
def test_new_key_that_will_not_do_is_explained_and_not_shown(client: Client, new_key: str, text: str) -> None:
    person = make_person()
    number = person.numbers.get().number
    key = make_key(make_employer(), number=number, key=OWN)
    make_key(make_employer(), number=number, key="clave de otra empresa ajena")
    signed_in_client(client, key)
    page = client.post(CHANGE, {"present": OWN, "new_key": new_key, "repeat": new_key}).content.decode()
    assert text in page
    assert f'value="{new_key}"' not in page
    assert sign_in(number, OWN) == key


@pytest.mark.parametrize("page", [CHANGE, "/empleadores/segundo-factor/", "/empleadores/sesiones/"])
def test_pages_of_the_key_stay_in_no_cache(client: Client, page: str) -> None:
    signed_in_client(client, make_key(make_employer()))
    assert "no-store" in client.get(page)["Cache-Control"]
