"""Who supervises adds, changes, resets and ends accounts of the own office or province; nobody else does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.staff import actions, queries
from afilia.staff.actions import MemberExistsError, NotGrantedError
from afilia.staff.models import StaffFactor, StaffMember
from afilia.staff.rules import Fault, Role
from tests.builders import NOW, make_employer, make_key, signed_in_client
from tests.staff.builders import STAFF_KEY, make_factor, make_office, make_staff, sign_in_staff

COUNTER, COORDINATION, LEGAL, SUPERVISOR = Role
TEAM, ADD = "/funcionarios/equipo/", "/funcionarios/equipo/agregar/"

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]


def add(**changes: object) -> str:
    facts = {
        "email": "Nueva@Example.org",
        "names": "Nueva de Prueba Ana",
        "roles": frozenset({COUNTER}),
        "by": "operador",
        "now": NOW,
    }
    if "office" not in changes:
        changes["office"] = make_office()
    return actions.add_member(**facts | changes)


def test_an_account_begins_with_a_key_for_one_use_and_a_mail_without_it() -> None:
    key = add()
    member = StaffMember.objects.get()
    assert (member.email, member.roles, member.handed_until) == (
        "nueva@example.org",
        ["counter"],
        NOW + timedelta(hours=72),
    )
    assert actions.sign_in(email=member.email, key=key, address="192.0.2.7", now=NOW) == member
    message = Message.objects.get()
    assert (message.to, message.subject) == (member.email, "Su cuenta de funcionario")
    assert key not in message.text
    entry = Entry.objects.get(event="staff.added")
    assert (entry.actor, entry.subject) == ("operator:operador", f"staff:{member.pk}")
    assert entry.facts == {"roles": ["counter"], "office": member.office_id, "province": ""}


def test_an_account_that_goes_on_is_not_added_again() -> None:
    add()
    with pytest.raises(MemberExistsError):
        add(email="nueva@example.org")
    assert StaffMember.objects.count() == 1


def test_who_comes_back_gets_the_old_account_with_another_key_and_no_app() -> None:
    member = make_staff(key=STAFF_KEY, ended_at=NOW)
    make_factor(member)
    key = add(email=member.email, roles=frozenset({LEGAL}), office=None, province="09")
    again = StaffMember.objects.get()
    assert (again.pk, again.ended_at, again.roles, again.province) == (member.pk, None, ["legal"], "09")
    assert not StaffFactor.objects.exists()
    assert actions.sign_in(email=member.email, key=key, address="192.0.2.7", now=NOW) == member


@pytest.mark.parametrize(
    ("roles", "reason"),
    [(frozenset(), Fault.NO_ROLE), (frozenset({COUNTER, LEGAL}), Fault.NO_OFFICE)],
    ids=["none", "counter-nowhere"],
)
def test_an_operator_gives_any_role_but_not_what_cannot_be(roles: frozenset[Role], reason: Fault) -> None:
    with pytest.raises(NotGrantedError) as refused:
        add(roles=roles, office=None)
    assert refused.value.reason is reason
    assert not Entry.objects.exists()


def change(by: StaffMember, member: StaffMember) -> bool:
    roles = frozenset({COUNTER, SUPERVISOR})
    return actions.change_roles(by=queries.staff(by), member_id=member.pk, roles=roles, now=NOW)


def reset(by: StaffMember, member: StaffMember) -> bool:
    return actions.reset_member(by=queries.staff(by), member_id=member.pk, now=NOW) is not None


def end(by: StaffMember, member: StaffMember) -> bool:
    return actions.end_member(by=queries.staff(by), member_id=member.pk, now=NOW)


ACTS: list[Callable[[StaffMember, StaffMember], bool]] = [change, reset, end]


@pytest.mark.parametrize("act", ACTS)
def test_a_supervisor_manages_the_own_office_and_nothing_beyond(
    act: Callable[[StaffMember, StaffMember], bool],
) -> None:
    supervisor = make_staff(SUPERVISOR)
    office = supervisor.office
    refused = [
        supervisor,
        make_staff(COUNTER),
        make_staff(COUNTER, LEGAL, office=office),
        make_staff(COUNTER, office=office, ended_at=NOW),
    ]
    assert [act(supervisor, member) for member in refused] == [False] * 4
    assert not Entry.objects.exists()
    own = make_staff(COUNTER, office=office)
    assert not act(make_staff(COUNTER, office=office), own)
    assert act(supervisor, own)
    assert [*Entry.objects.values_list("actor", "subject")] == [(f"staff:{supervisor.pk}", f"staff:{own.pk}")]


def test_roles_beyond_the_supervisors_own_reach_are_refused() -> None:
    supervisor = make_staff(SUPERVISOR)
    own = make_staff(COUNTER, office=supervisor.office)
    with pytest.raises(NotGrantedError):
        actions.change_roles(
            by=queries.staff(supervisor), member_id=own.pk, roles=frozenset({LEGAL}), now=NOW
        )
    own.refresh_from_db()
    assert own.roles == ["counter"]


def test_other_roles_count_from_the_next_page_on(client: Client) -> None:
    supervisor, own = make_staff(SUPERVISOR), make_staff(COUNTER)
    StaffMember.objects.filter(pk=own.pk).update(office=supervisor.office)
    sign_in_staff(client, own)
    assert client.get(TEAM).status_code == 404
    assert change(supervisor, own)
    assert client.get(TEAM).status_code == 200
    entry = Entry.objects.get(event="staff.roles-changed")
    assert (entry.facts["before"], entry.facts["roles"]) == (["counter"], ["counter", "supervisor"])


def test_saving_the_same_roles_writes_nothing_down() -> None:
    supervisor = make_staff(SUPERVISOR)
    assert change(supervisor, make_staff(COUNTER, SUPERVISOR, office=supervisor.office))
    assert not Entry.objects.exists()


def test_a_reset_ends_key_app_and_sessions_and_tells_the_official(client: Client) -> None:
    supervisor = make_staff(SUPERVISOR)
    own = make_staff(COUNTER, office=supervisor.office, key=STAFF_KEY)
    make_factor(own)
    sign_in_staff(client, own)
    key = actions.reset_member(by=queries.staff(supervisor), member_id=own.pk, now=timezone.now())
    assert client.get("/funcionarios/")["Location"].endswith("&fin=cerrada")
    assert not StaffFactor.objects.exists()
    answer = client.post("/funcionarios/entrar/", {"email": own.email, "key": key})
    assert answer["Location"] == "/funcionarios/entrar/clave-nueva/"
    assert [*Message.objects.values_list("to", "subject")] == [(own.email, "Le entregaron una clave nueva")]
    assert key not in Message.objects.get().text


def test_who_left_is_out_at_once(client: Client) -> None:
    supervisor = make_staff(SUPERVISOR)
    own = make_staff(COUNTER, office=supervisor.office, key=STAFF_KEY)
    sign_in_staff(client, own)
    assert client.get("/funcionarios/").status_code == 200
    assert end(supervisor, own)
    assert client.get("/funcionarios/")["Location"].endswith("&fin=cerrada")
    wrong = client.post("/funcionarios/entrar/", {"email": own.email, "key": STAFF_KEY})
    assert "no son correctos" in wrong.content.decode()


def test_pages_show_the_team_of_the_place_and_what_is_theirs_to_do(client: Client) -> None:
    supervisor = make_staff(SUPERVISOR)
    own = make_staff(COUNTER, office=supervisor.office)
    above = make_staff(COUNTER, LEGAL, office=supervisor.office)
    elsewhere = make_staff(COUNTER)
    sign_in_staff(client, supervisor)
    page = client.get(TEAM)
    shown = {row["member"].pk: row["is_managed"] for row in page.context["members"]}
    assert shown == {supervisor.pk: False, own.pk: True, above.pk: False}
    assert f"{TEAM}{own.pk}/" in page.content.decode()
    for member in (supervisor, above, elsewhere):
        for address in ("", "clave/", "terminar/"):
            assert client.get(f"{TEAM}{member.pk}/{address}").status_code == 404
            assert client.post(f"{TEAM}{member.pk}/{address}", {"roles": "counter"}).status_code == 404


def test_a_provinces_supervisor_reaches_all_its_offices(client: Client) -> None:
    quito, guayaquil = make_office(), make_office(province="09", city="Guayaquil")
    supervisor = make_staff(SUPERVISOR, province="17")
    own = [make_staff(COUNTER, office=quito), make_staff(LEGAL, province="17")]
    make_staff(COUNTER, office=guayaquil)
    make_staff(LEGAL, province="")
    sign_in_staff(client, supervisor)
    members = {row["member"].pk for row in client.get(TEAM).context["members"]}
    assert members == {supervisor.pk, *(member.pk for member in own)}
    choices = [value for value, _ in client.get(ADD).context["form"].fields["place"].choices]
    assert choices == ["", "province-17", f"office-{quito.pk}"]
    form = {"email": "a@example.org", "names": "Ana de Prueba", "roles": "counter"}
    for place in (f"office-{guayaquil.pk}", "province-09", "national", "office-0"):
        assert "place" in client.post(ADD, form | {"place": place}).context["form"].errors
    refused = client.post(ADD, form | {"place": "province-17"})
    assert "necesita una oficina" in refused.content.decode()


def test_pages_add_reset_and_end_an_account_and_show_each_key_once(client: Client) -> None:
    supervisor = make_staff(SUPERVISOR)
    sign_in_staff(client, supervisor)
    empty = client.post(ADD, {"email": ""}).content.decode()
    for text in ("Escriba el correo institucional", "Escriba los nombres", "Elija al menos un rol"):
        assert text in empty
    form = {
        "email": "Nueva@example.org",
        "names": "Nueva de Prueba Ana",
        "place": f"office-{supervisor.office_id}",
        "roles": ["counter"],
    }
    beyond = client.post(ADD, form | {"roles": ["legal"]})
    assert "roles" in beyond.context["form"].errors
    shown = client.post(ADD, form)
    assert shown.context["key"] in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    assert "Ya hay una cuenta" in client.post(ADD, form).content.decode()
    member = StaffMember.objects.get(email="nueva@example.org")
    address = f"{TEAM}{member.pk}/"
    assert shown.context["key"] not in client.get(address).content.decode()
    assert client.post(address, {"roles": ["supervisor"]})["Location"] == address
    assert "Elija al menos un rol" in client.post(address, {"none": "chosen"}).content.decode()
    assert "delante de usted" in client.get(f"{address}clave/").content.decode()
    again = client.post(f"{address}clave/")
    assert again.context["key"] != shown.context["key"]
    assert "no podrá ingresar más" in client.get(f"{address}terminar/").content.decode()
    assert client.post(f"{address}terminar/")["Location"] == TEAM
    assert client.get(address).status_code == 404
    events = [*Entry.objects.order_by("pk").values_list("event", flat=True)]
    assert events == ["staff.added", "staff.roles-changed", "staff.access-reset", "staff.ended"]
    assert {*Entry.objects.values_list("actor", flat=True)} == {f"staff:{supervisor.pk}"}


PAGES = {
    "/funcionarios/": frozenset(Role),
    "/funcionarios/clave/": frozenset(Role),
    "/funcionarios/sesiones/": frozenset(Role),
    "/funcionarios/sesiones/tiempo/": frozenset(Role),
    TEAM: frozenset({SUPERVISOR}),
    ADD: frozenset({SUPERVISOR}),
    f"{TEAM}0/": frozenset(),
    f"{TEAM}0/clave/": frozenset(),
    f"{TEAM}0/terminar/": frozenset(),
}


@pytest.mark.parametrize("address", PAGES)
def test_pages_open_to_their_roles_lead_the_anonymous_to_the_sign_in_and_exist_for_nobody_else(
    client: Client, address: str
) -> None:
    anonymous = client.get(address)
    assert (anonymous.status_code, anonymous["Location"].split("?")[0]) == (302, "/funcionarios/entrar/")
    employer = signed_in_client(Client(), make_key(make_employer()))
    assert employer.get(address).status_code == 404
    for role in Role:
        official = sign_in_staff(Client(), make_staff(role))
        opens = role in PAGES[address]
        assert official.get(address).status_code == (200 if opens else 404), role


@pytest.mark.parametrize(
    "address",
    [
        f"{TEAM}0/clave/",
        f"{TEAM}0/terminar/",
        "/funcionarios/sesiones/0/terminar/",
        "/funcionarios/sesiones/terminar/",
        "/funcionarios/sesiones/seguir/",
    ],
)
def test_what_changes_something_is_closed_to_strangers(client: Client, address: str) -> None:
    assert client.post(address)["Location"].startswith("/funcionarios/entrar/")
    assert signed_in_client(Client(), make_key(make_employer())).post(address).status_code == 404


def test_an_employers_session_that_is_over_is_led_to_the_sign_in(client: Client) -> None:
    key = make_key(make_employer())
    signed_in_client(client, key)
    key.sessions.update(ended_at=NOW)
    assert client.get("/funcionarios/").status_code == 302


def test_the_desk_says_who_is_signed_in_where_and_what_they_may_do(client: Client) -> None:
    member = make_staff(SUPERVISOR, office=make_office(name="Agencia Iñaquito"))
    page = sign_in_staff(client, member).get("/funcionarios/").content.decode()
    for text in (
        "Mesa de funcionarios",
        member.names,
        "Agencia Iñaquito",
        "Sus roles: Supervisión.",
        f'href="{TEAM}"',
    ):
        assert text in page
    counter = sign_in_staff(Client(), make_staff(COUNTER)).get("/funcionarios/").content.decode()
    assert f'href="{TEAM}"' not in counter


@pytest.mark.parametrize(
    ("place", "shown"), [({"province": "17"}, "Provincia: Pichincha"), ({"province": ""}, "Todo el país")]
)
def test_the_desk_names_the_place_of_who_has_no_office(
    client: Client, place: dict[str, str], shown: str
) -> None:
    page = sign_in_staff(client, make_staff(LEGAL, **place)).get("/funcionarios/").content.decode()
    assert shown in page
