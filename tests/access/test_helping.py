"""The access that an employer gives to an accountant: invited, accepted, used, ended."""

import re
from datetime import date, timedelta

import pyotp
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from afilia.access import actions, queries
from afilia.access.models import Accountant, Delegation, EmployerKey
from afilia.access.queries import helping
from afilia.access.rules.acts import Act
from afilia.access.rules.helping import Given, Refusal, Standing, standing
from afilia.audit.models import Entry
from afilia.employers.models import Employer
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from tests.access.test_second_factor import SECOND_FACTOR, STEP
from tests.builders import (
    KEY,
    NOW,
    cedula,
    give_access,
    make_accountant,
    make_branch,
    make_employer,
    make_key,
    signed_in_client,
)

TODAY = date(2026, 11, 21)
HELP = "/empleadores/ayuda-contable/"
CLIENTS = "/contadores/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Standing.IN_FORCE),
        ({"ended": True}, Standing.ENDED),
        ({"accepted": False}, Standing.INVITED),
        ({"accepted": False, "lapses_at": NOW}, Standing.LAPSED),
        ({"lapses_at": NOW}, Standing.IN_FORCE),
        ({"from_on": TODAY}, Standing.IN_FORCE),
        ({"from_on": TODAY + timedelta(days=1)}, Standing.AHEAD),
        ({"until_on": TODAY}, Standing.IN_FORCE),
        ({"until_on": TODAY - timedelta(days=1)}, Standing.OVER),
        ({"until_on": TODAY - timedelta(days=1), "accepted": False}, Standing.OVER),
    ],
)
def test_where_an_access_stands(changes: dict[str, object], expected: Standing) -> None:
    fields = {
        "lapses_at": NOW + timedelta(seconds=1),
        "accepted": True,
        "ended": False,
        "from_on": date(2026, 1, 1),
        "until_on": None,
    }
    assert standing(Given(**fields | changes), now=NOW, today=TODAY) is expected


def owner(client: Client, employer: Employer | None = None) -> EmployerKey:
    key = make_key(employer or make_employer(), now=timezone.now())
    signed_in_client(client, key)
    return key


def answers(**changes: object) -> dict[str, object]:
    return {
        "number": cedula(),
        "email": "contadora@example.com",
        "acts": ["pay"],
        "extent": "todas",
        "from_on": timezone.localdate().isoformat(),
        "present": KEY,
        **changes,
    }


def text_of(mail: Message) -> str:
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=mail.sealed)


def token_of(given: Delegation) -> str:
    """The newest mail to the accountant, unsealed as the worker does, carries it."""
    mail = Message.objects.filter(to=given.email, sealed__isnull=False).latest("pk")
    found = re.search(r"/contadores/invitacion/([0-9a-f]{40})", text_of(mail))
    assert found
    return found[1]


def open_account(client: Client, given: Delegation, **changes: str) -> HttpResponse:
    client.get(f"/contadores/invitacion/{token_of(given)}/")
    typed = {"names": "Peña Prueba Luz", "new_key": "tren-de-papel-azul-9", "repeat": "tren-de-papel-azul-9"}
    return client.post("/contadores/invitacion/", typed | changes)


def test_an_accountant_is_invited_opens_an_account_accepts_and_works(client: Client) -> None:
    key = owner(client)
    assert client.post(f"{HELP}dar/", answers()).status_code == 302
    given = Delegation.objects.get()
    assert helping.standing(given, now=timezone.now()) is Standing.INVITED
    assert Message.objects.filter(to=key.employer.email).exists()

    helper = Client()
    assert open_account(helper, given)["Location"] == CLIENTS
    account = Accountant.objects.get()
    assert (account.key.number, account.email, account.confirmed_at) == (given.number, given.email, None)
    assert helper.get("/empleadores/batch/")["Location"] == CLIENTS  # no client was chosen
    assert helper.post(f"{CLIENTS}clientes/{given.pk}/ingresar/")["Location"] == CLIENTS  # not accepted yet
    helper.post(f"{CLIENTS}clientes/{given.pk}/aceptar/")
    assert helper.post(f"{CLIENTS}clientes/{given.pk}/ingresar/")["Location"] == "/empleadores/"
    page = helper.get("/empleadores/batch/cargar/").content.decode()
    assert key.employer.name in page
    assert "MSU" in page
    assert 'value="ENT"' not in page
    events = Entry.objects.values_list("event", flat=True)
    assert {"help.invited", "accountant.opened", "help.accepted"} <= set(events)


def test_wrong_key_gives_nothing(client: Client) -> None:
    owner(client)
    page = client.post(f"{HELP}dar/", answers(present="otra"))
    assert page.status_code == 422
    assert not Delegation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "1"}, "number"),
        ({"email": "nadie"}, "email"),
        ({"acts": ["todo"]}, "acts"),
        ({"extent": "algunas"}, "branches"),
        ({"extent": "algunas", "branches": ["9999"]}, "branches"),
        ({"from_on": "31/02/2026"}, "from_on"),
        ({"until_on": "2020-01-01"}, "until_on"),
        ({"from_on": "2090-02-01", "until_on": "2090-01-01"}, "until_on"),
    ],
)
def test_each_fault_names_its_field(client: Client, changes: dict[str, object], field: str) -> None:
    owner(client)
    page = client.post(f"{HELP}dar/", answers(**changes))
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not Delegation.objects.exists()


def test_nobody_gets_two_accesses_or_one_beside_a_key(client: Client) -> None:
    key = owner(client)
    number = cedula()
    client.post(f"{HELP}dar/", answers(number=number))
    again = client.post(f"{HELP}dar/", answers(number=number))
    own = client.post(f"{HELP}dar/", answers(number=key.number))
    assert (again.status_code, own.status_code) == (422, 422)
    assert Delegation.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.filter(pk=Delegation.objects.get().pk).update(accepted_at=NOW)


def test_an_access_that_is_over_makes_room() -> None:
    key = make_key(make_employer())
    past = give_access(key.employer, until_on=date(2026, 11, 20), from_on=date(2026, 1, 1))
    made = invite(key, number=past.number)
    assert isinstance(made, Delegation)
    past.refresh_from_db()
    assert past.ended_at == NOW


def invite(key: EmployerKey, **changes: object) -> Delegation | Refusal:
    fields = {
        "number": cedula(),
        "email": "Contadora@Example.com",
        "acts": frozenset({Act.PAY}),
        "branches": (),
        "from_on": TODAY,
        "until_on": None,
    }
    return actions.invite(holder=queries.holder(key), now=NOW, **fields | changes)


def test_a_key_to_one_branch_gives_nothing_away(client: Client) -> None:
    employer = make_employer()
    signed_in_client(client, make_key(employer, branches=(make_branch(employer),), now=timezone.now()))
    for page in (HELP, f"{HELP}dar/"):
        assert client.get(page).status_code == 403


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


def test_a_link_dies_with_time_another_mail_and_the_end(client: Client) -> None:
    key = owner(client)
    client.post(f"{HELP}dar/", answers())
    given = Delegation.objects.get()
    first = token_of(given)
    client.post(f"{HELP}{given.pk}/enviar/")
    second = token_of(given)
    assert helping.of_link(helping.link_digest(first), now=timezone.now()) is None
    digest = helping.link_digest(second)
    assert helping.of_link(digest, now=timezone.now()) == given
    assert helping.of_link(digest, now=timezone.now() + timedelta(days=7)) is None
    client.post(f"{HELP}{given.pk}/terminar/")
    assert helping.of_link(digest, now=timezone.now()) is None
    assert "ya no sirve" in open_account(Client(), given).content.decode()
    assert not key.employer.delegations.filter(ended_at=None).exists()


def test_an_ended_access_ends_at_once_where_it_is_used_and_says_so(client: Client) -> None:
    key, helper = owner(client), Client()
    given = give_access(key.employer)
    works_for(helper, given)
    assert helper.get("/empleadores/afiliados/").status_code == 200
    client.post(f"{HELP}{given.pk}/terminar/")
    for answer in (helper.get("/empleadores/afiliados/"), helper.post("/empleadores/batch/cargar/")):
        assert (answer.status_code, answer["Location"]) == (302, CLIENTS)
    assert "lo que subió y no confirmó" in helper.get(CLIENTS).content.decode()
    assert Message.objects.filter(to=given.email, subject__contains="Terminó").exists()


def works_for(client: Client, given: Delegation) -> Client:
    assert given.key is not None
    signed_in_client(client, given.key)
    assert client.post(f"{CLIENTS}clientes/{given.pk}/ingresar/")["Location"] == "/empleadores/"
    return client


def test_the_accountant_gives_an_access_back(client: Client) -> None:
    given = works_for_new(client)
    assert client.get(f"{CLIENTS}clientes/{given.pk}/dejar/").status_code == 200
    for _ in range(2):
        client.post(f"{CLIENTS}clientes/{given.pk}/dejar/")
    given.refresh_from_db()
    assert (given.ended_by, Entry.objects.filter(event="help.given-back").count()) == ("helper", 1)
    assert client.get("/empleadores/afiliados/")["Location"] == CLIENTS


def works_for_new(client: Client, **changes: object) -> Delegation:
    given = give_access(make_employer(), **changes)
    works_for(client, given)
    return given


def test_pages_of_another_accountant_and_of_another_employer_do_not_exist(client: Client) -> None:
    given, other = works_for_new(client), give_access(make_employer())
    for page in ("ingresar", "aceptar", "dejar"):
        assert client.post(f"{CLIENTS}clientes/{other.pk}/{page}/").status_code == 404
    stranger = Client()
    owner(stranger)
    for page in ("", "cambiar/", "terminar/", "registros/"):
        assert stranger.get(f"{HELP}{given.pk}/{page}").status_code == 404
    for page in ("terminar/", "enviar/"):
        assert stranger.post(f"{HELP}{given.pk}/{page}").status_code == 404
    assert stranger.get(CLIENTS).status_code == 404
    given.refresh_from_db()
    assert given.ended_at is None


@pytest.mark.parametrize("page", ["", "dar/", "1/", "1/cambiar/", "1/terminar/", "1/registros/"])
def test_an_accountant_cannot_give_further(client: Client, page: str) -> None:
    works_for_new(client, acts=tuple(Act))
    assert client.get(f"{HELP}{page}").status_code == 403


@pytest.mark.parametrize("page", [HELP, f"{HELP}dar/", f"{HELP}1/", CLIENTS, f"{CLIENTS}clientes/1/dejar/"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"].startswith("/empleadores/ingresar/")


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


def test_an_access_to_some_branches_opens_these(client: Client) -> None:
    employer = make_employer()
    branch = make_branch(employer, number="0002")
    make_branch(employer)
    given = give_access(employer, branches=(branch,))
    works_for(client, given)
    assert client.get("/empleadores/").wsgi_request.holder.branches == {"0002"}


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


def test_changing_an_access_tells_the_accountant_and_counts_at_once(client: Client) -> None:
    key, helper = owner(client), Client()
    given = give_access(key.employer)
    works_for(helper, given)
    assert helper.get("/empleadores/batch/cargar/").status_code == 403
    changed = client.post(f"{HELP}{given.pk}/cambiar/", answers(acts=["pay", "reserve-funds"]))
    assert changed.status_code == 302
    assert helper.get("/empleadores/batch/cargar/").status_code == 200
    assert Message.objects.filter(to=given.email, subject__contains="Cambió").exists()


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
