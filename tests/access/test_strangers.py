"""Whatever page has something of an employer in its address: to strangers it does not exist."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from afilia.access.models import KeySession
from afilia.access.rules.acts import Act
from afilia.foreigners.models import ProvisionalEntry
from afilia.novedades import actions
from afilia.staff import queries as staff
from afilia.staff.rules import Role
from tests.access.test_acts import filled, pages
from tests.batches.filing import make_desk
from tests.builders import NOW, give_access, make_branch, make_key, make_person, signed_in_client
from tests.dependents.registering import make_home
from tests.foreigners.builders import make_open_employer, make_opened, make_power, make_request
from tests.novedades.test_single import values
from tests.payroll.test_comparing import compared
from tests.staff.builders import make_office, make_staff, sign_in_staff
from tests.workers.joining import join

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("light_hashing")]

# What names something of an employer; the pages of dependents call two things by their key.
IDS = {"batch_id", "comparison_id", "delegation_id", "entry_id", "filing_id", "key", "person_id", "pk"}
IDS |= {"power_id", "session_id"}
# Named in an address without being anybody's, or by a secret or a browser's own session.
OTHERS = {"attempt_id", "code", "draft_id", "line", "name", "novedad", "number", "paper", "recovery_id"}
OTHERS |= {"slug", "token", "who"}

World = Mapping[str, object]


@pytest.fixture
def world() -> World:
    """Something of each kind of one employer, in its branch 0001, by the names of addresses."""
    employer = make_open_employer()
    branch = make_branch(employer)
    make_branch(employer, number="0002")
    key = make_key(employer, now=timezone.now())
    desk = make_desk(employer, key=key)
    home = make_home(desk)
    batch = desk.plan(desk.record("MSU", home.number)).batch
    notice = actions.file_one(
        employer=employer,
        allowed=None,
        by_number=key.number,
        actor="holder:1",
        novedad="INS",
        values=values("INS", home.number),
        filed_at=NOW,
    )
    registered = home.register()
    assert registered is not None
    request = make_request(employer, by_number=key.number, now=timezone.now())
    entry = ProvisionalEntry.objects.create(
        request=request,
        branch=branch,
        values={},
        entered_on=date(2026, 11, 20),
        filed_at=NOW,
        by_number=key.number,
        complete_by=date(2027, 1, 1),
    )
    signed_in_client(Client(), key)
    return {
        "owner": key,
        "batch_id": batch.pk,
        "comparison_id": compared(key, f"Cédula;Sueldo\n{home.number};650,5\n").pk,
        "delegation_id": give_access(employer).pk,
        "entry_id": entry.pk,
        "filing_id": notice.pk,
        "key": request.key,
        "line": 1,
        "person_id": home.worker.pk,
        "pk": home.dependents[0].pk,
        "receipt": registered.pk,
        "power_id": make_power(employer).pk,
        "session_id": KeySession.objects.get(key=key).pk,
    }


def addresses(world: World, *areas: str) -> Iterator[tuple[str, set[str]]]:
    """The addresses that name something of an employer, filled with what is there, and the kinds of it."""
    for path, _name, _view in pages():
        named = {*re.findall(r"<\w+:(\w+)>", path)}
        if not path.startswith(areas) or not named & IDS:
            continue
        found = {**world, "pk": world["receipt" if "comprobantes/" in path else "pk"]}
        whole = re.sub(r"<\w+:(\w+)>", lambda part: str(found.get(part[1], part[0])), path)  # noqa: B023
        yield f"/{filled(whole)}", named & IDS


def test_each_part_of_an_address_is_known_to_these_tests() -> None:
    for path, name, _view in pages():
        if path.startswith(("empleadores/", "contadores/")):
            assert {*re.findall(r"<\w+:(\w+)>", path)} <= IDS | OTHERS, name


def test_who_owns_it_finds_each_of_it(world: World) -> None:
    client = signed_in_client(Client(), world["owner"])  # type: ignore[arg-type]
    found: set[str] = set()
    for address, kinds in addresses(world, "empleadores/"):
        if client.get(address).status_code == 200:
            found |= kinds
    assert found == IDS - {"session_id"}  # which is only ended


@pytest.mark.parametrize("stranger", ["another employer", "its accountant", "another branch"])
def test_to_a_stranger_none_of_it_exists(world: World, stranger: str) -> None:
    owner = world["owner"]
    client = Client()
    if stranger == "another branch":
        branch = owner.employer.branches.get(number="0002")  # type: ignore[attr-defined]
        signed_in_client(client, make_key(branch.employer, branches=(branch,), now=timezone.now()))
    else:
        other = make_open_employer()
        make_branch(other)
        given = give_access(other, acts=tuple(Act))
        if stranger == "another employer":
            signed_in_client(client, make_key(other, now=timezone.now()))
        else:
            signed_in_client(client, given.key).post(f"/contadores/clientes/{given.pk}/ingresar/")
    for address, _kinds in addresses(world, "empleadores/", "contadores/"):
        # Some pages are for a key to the whole employer, and what only shows is sent nothing: whoever asks.
        for_owners = stranger != "another employer" and "/ayuda-contable/" in address
        shown, sent = client.get(address).status_code, client.post(address).status_code
        assert {shown, sent} != {405}, address
        assert shown in {404, 405} | ({403} if for_owners else set()), (address, shown)
        assert sent in {404, 405} | ({403} if for_owners or stranger == "its accountant" else set()), address


def test_to_who_is_not_signed_in_all_of_it_is_behind_the_door(world: World) -> None:
    for address, _kinds in addresses(world, "empleadores/", "contadores/"):
        for answer in (Client().get(address), Client().post(address)):
            assert answer.status_code in {302, 405}, address
            assert answer.status_code == 405 or "/ingresar/" in answer["Location"], address


def test_an_official_of_another_place_finds_neither_requests_nor_powers_nor_people() -> None:
    clerk = make_staff(Role.COUNTER, office=make_office())
    request = make_opened(make_request(now=timezone.now()), staff.staff(clerk), now=timezone.now())
    make_person(number="6100000001")
    joined = join("6100000001", make_person().numbers.get().number)
    theirs = {
        "key": request.key,
        "power_id": make_power(request.employer).pk,
        "person_id": joined.person_id,
        "join_id": joined.pk,
    }
    strangers = {
        "key": make_staff(Role.COUNTER, Role.SUPERVISOR, office=make_office()),
        "power_id": make_staff(Role.LEGAL, province="09"),
        "person_id": make_staff(Role.LEGAL, province="17"),
        "join_id": make_staff(Role.COUNTER, office=make_office()),
    }
    places = ("funcionarios/extranjeros/", "funcionarios/poderes/")
    for path, name, _view in pages():
        named = [part for part in re.findall(r"<\w+:(\w+)>", path) if part in theirs]
        if not path.startswith(places) or not named:
            continue
        client = sign_in_staff(Client(), strangers[named[0]])
        address = "/" + filled(re.sub(r"<\w+:(\w+)>", lambda part: str(theirs.get(part[1], part[0])), path))
        answers = {client.get(address).status_code, client.post(address).status_code} - {405}
        assert answers == {404}, name
