"""The access that an employer gives to an accountant: invited, accepted, used, ended."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from afilia.access.models import Accountant, Delegation
from afilia.access.queries import helping
from afilia.access.rules.acts import Act
from afilia.access.rules.helping import Given, Standing, standing
from afilia.audit.models import Entry
from afilia.notices.models import Message
from tests.access.helping import (
    CLIENTS,
    HELP,
    TODAY,
    answers,
    invite,
    open_account,
    owner,
    token_of,
    works_for,
    works_for_new,
)
from tests.builders import (
    NOW,
    cedula,
    give_access,
    make_branch,
    make_employer,
    make_key,
    signed_in_client,
)

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


def test_a_key_to_one_branch_gives_nothing_away(client: Client) -> None:
    employer = make_employer()
    signed_in_client(client, make_key(employer, branches=(make_branch(employer),), now=timezone.now()))
    for page in (HELP, f"{HELP}dar/"):
        assert client.get(page).status_code == 403


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
    assert "no tiene clientes" in stranger.get(CLIENTS, headers={"accept-language": "es"}).content.decode()
    given.refresh_from_db()
    assert given.ended_at is None


@pytest.mark.parametrize("page", ["", "dar/", "1/", "1/cambiar/", "1/terminar/", "1/registros/"])
def test_an_accountant_cannot_give_further(client: Client, page: str) -> None:
    works_for_new(client, acts=tuple(Act))
    assert client.get(f"{HELP}{page}").status_code == 403


@pytest.mark.parametrize("page", [HELP, f"{HELP}dar/", f"{HELP}1/", CLIENTS, f"{CLIENTS}clientes/1/dejar/"])
def test_who_is_not_signed_in_is_led_to_the_sign_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"].startswith("/empleadores/ingresar/")


def test_an_access_to_some_branches_opens_these(client: Client) -> None:
    employer = make_employer()
    branch = make_branch(employer, number="0002")
    make_branch(employer)
    given = give_access(employer, branches=(branch,))
    works_for(client, given)
    assert client.get("/empleadores/").wsgi_request.holder.branches == {"0002"}


def test_changing_an_access_tells_the_accountant_and_counts_at_once(client: Client) -> None:
    key, helper = owner(client), Client()
    given = give_access(key.employer)
    works_for(helper, given)
    assert helper.get("/empleadores/batch/cargar/").status_code == 403
    changed = client.post(f"{HELP}{given.pk}/cambiar/", answers(acts=["pay", "reserve-funds"]))
    assert changed.status_code == 302
    assert helper.get("/empleadores/batch/cargar/").status_code == 200
    assert Message.objects.filter(to=given.email, subject__contains="Cambió").exists()
