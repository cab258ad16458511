"""An accountant's own account: its key, its clients, switching between them, a forgotten key."""

import re
from datetime import date, timedelta

import pyotp
import pytest
from django.test import Client
from django.utils import timezone

from afilia.access import actions
from afilia.access.models import Accountant, Delegation
from afilia.access.queries import helping
from afilia.access.rules.acts import Act
from afilia.audit.models import Entry
from afilia.notices.models import Message
from tests.access.helping import CLIENTS, invite, open_account, text_of, works_for_new
from tests.access.test_second_factor import SECOND_FACTOR, STEP
from tests.builders import (
    KEY,
    NOW,
    cedula,
    give_access,
    make_accountant,
    make_employer,
    make_key,
    signed_in_client,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def test_an_account_takes_no_invitation_meant_for_the_same_number_and_another_e_mail() -> None:
    """Who registers with somebody else's number and an own e-mail is given nothing of theirs."""
    key = make_key(make_employer())
    planted = make_accountant(email="planta@example.com")
    meant = invite(key, number=planted.key.number, email="verdadera@example.com")
    assert isinstance(meant, Delegation)
    assert not actions.accept(accountant=planted, delegation_id=meant.pk, now=NOW)
    assert list(helping.of_accountant(planted)) == []
    # … and the person still opens an account of their own
    assert helping.account(meant.number, meant.email) is None


def test_the_accountant_gives_an_access_back(client: Client) -> None:
    given = works_for_new(client)
    assert client.get(f"{CLIENTS}clientes/{given.pk}/dejar/").status_code == 200
    for _ in range(2):
        client.post(f"{CLIENTS}clientes/{given.pk}/dejar/")
    given.refresh_from_db()
    assert (given.ended_by, Entry.objects.filter(event="help.given-back").count()) == ("helper", 1)
    assert client.get("/empleadores/afiliados/")["Location"] == CLIENTS


def test_switching_makes_the_forms_of_the_client_before_void() -> None:
    client = Client(enforce_csrf_checks=True)
    first = give_access(make_employer(), acts=(Act.PAY,))
    second = give_access(make_employer(), accountant=first.key.accountant, acts=(Act.PAY,))
    signed_in_client(client, first.key)

    def token(page: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(page).content.decode())
        assert found
        return found[1]

    def switch(given: Delegation) -> None:
        client.post(f"{CLIENTS}clientes/{given.pk}/ingresar/", {"csrfmiddlewaretoken": token(CLIENTS)})

    switch(first)
    left_open = token("/empleadores/batch/cargar/")
    switch(second)
    answer = client.post("/empleadores/batch/cargar/", {"csrfmiddlewaretoken": left_open, "novedad": "MSU"})
    assert answer.status_code == 403
    page = answer.content.decode()
    assert "cambiar de cliente" in page
    assert "no se guardaron" in page  # what was typed is gone: no page of an employer stays in the browser
    assert second.employer.name in page


def test_switching_keeps_nothing_of_the_client_before(client: Client) -> None:
    first = works_for_new(client)
    second = give_access(make_employer(), accountant=first.key.accountant)
    client.post("/empleadores/afiliados/", {"texto": "PEÑA"})
    assert len(client.session.keys()) > 1
    client.post(f"{CLIENTS}clientes/{second.pk}/ingresar/")
    assert list(client.session.keys()) == ["key-session"]


def test_own_key_and_sessions_of_an_accountant_are_not_the_clients(client: Client) -> None:
    given = works_for_new(client)
    assert client.get("/empleadores/sesiones/").context["sessions"][0].key == given.key
    typed = {"present": KEY, "new_key": "tren-de-papel-azul-9", "repeat": "tren-de-papel-azul-9"}
    assert client.post("/empleadores/clave/cambiar/", typed).status_code == 302
    assert Message.objects.filter(to=given.email, subject="Su clave de contador cambió").exists()
    assert Entry.objects.get(event="key.changed").subject == f"key:{given.key_id}"
    assert client.get(CLIENTS).status_code == 200
    assert client.get("/empleadores/segundo-factor/").status_code == 200
    client.post("/empleadores/segundo-factor/")
    page = client.get("/empleadores/segundo-factor/activar/")
    assert given.number in page.context["uri"]


def test_an_accountant_signs_in_at_the_door_of_all(client: Client) -> None:
    account = make_accountant()
    answer = client.post("/empleadores/ingresar/", {"number": account.key.number, "key": KEY})
    assert answer["Location"] == CLIENTS
    assert client.get("/funcionarios/").status_code == 404
    assert client.post("/empleadores/salir/")["Location"] == "/"
    assert client.get(CLIENTS).status_code == 302


def test_names_that_are_not_those_of_the_number_open_no_account() -> None:
    from afilia.registries.models import CivilRecord

    key = make_key(make_employer())
    given = invite(key)
    assert isinstance(given, Delegation)
    CivilRecord.objects.create(cedula=given.number, names="PEÑA PRUEBA LUZ MARÍA", birth_on=date(1990, 1, 1))
    Delegation.objects.filter(pk=given.pk).update(lapses_at=timezone.now() + timedelta(days=1))
    client = Client()
    page = open_account(client, given, names="Mora Otra Ana")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["names"])
    assert not Accountant.objects.exists()
    assert open_account(client, given).status_code == 302
    assert Accountant.objects.get().confirmed_at is not None
    # the link is of no more use but to sign in
    assert "form" not in Client().get("/contadores/invitacion/").context


def test_a_forgotten_key_is_set_by_a_code_in_a_mail(client: Client) -> None:
    account = make_accountant(email="contadora@example.com")
    before = account.key.encoded
    sent = client.post("/contadores/clave/", {"number": account.key.number, "email": "Contadora@example.com"})
    assert sent["Location"] == "/contadores/clave/codigo/"
    assert client.get("/contadores/clave/nueva/").status_code == 302
    found = re.search(r"^\d{6}$", text_of(Message.objects.get(to=account.email)), re.MULTILINE)
    assert found
    assert client.post("/contadores/clave/codigo/", {"code": "x"}).status_code == 422
    assert client.post("/contadores/clave/codigo/", {"code": found[0]}).status_code == 302
    typed = {"new_key": "tren-de-papel-azul-9", "repeat": "tren-de-papel-azul-9"}
    assert client.post("/contadores/clave/nueva/", typed)["Location"] == CLIENTS
    account.key.refresh_from_db()
    assert account.key.encoded != before
    # once
    assert client.post("/contadores/clave/nueva/", typed)["Location"] == "/contadores/clave/"


def test_nobody_learns_who_has_an_account(client: Client) -> None:
    sent = client.post("/contadores/clave/", {"number": cedula(), "email": "nadie@example.com"})
    assert sent["Location"] == "/contadores/clave/codigo/"
    assert not Message.objects.exclude(to="").exists()


def test_a_forgotten_key_does_not_pass_by_the_second_factor(client: Client) -> None:
    key = make_accountant(email="contadora@example.com").key
    signed_in_client(client, key)
    secret = client.post(SECOND_FACTOR, follow=True).context["secret"]
    typed = {"present": KEY, "code": pyotp.TOTP(secret.replace(" ", "")).now()}
    spare = client.post(f"{SECOND_FACTOR}activar/", typed).context["codes"][0]
    client.post("/empleadores/salir/")
    client.post("/contadores/clave/", {"number": key.number, "email": "contadora@example.com"})
    mailed = Message.objects.get(subject__startswith="Código")
    found = re.search(r"^\d{6}$", text_of(mailed), re.MULTILINE)
    assert found
    client.post("/contadores/clave/codigo/", {"code": found[0]})
    chosen = {"new_key": "tren-de-papel-azul-9", "repeat": "tren-de-papel-azul-9"}
    assert client.post("/contadores/clave/nueva/", chosen)["Location"] == STEP
    client.post(STEP, {"code": "000000"})
    assert client.get(CLIENTS)["Location"] == STEP
    client.post(STEP, {"code": spare})
    assert client.get(CLIENTS).status_code == 200
