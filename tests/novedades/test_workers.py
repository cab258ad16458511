import re
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from afilia.employers.models import Branch
from afilia.novedades import queries, searches
from afilia.workers.models import IdentityKind, IdentityNumber, Person
from tests.builders import (
    NOW,
    cedula,
    make_branch,
    make_employer,
    make_employment,
    make_key,
    make_person,
    signed_in_client,
)
from tests.novedades.checking import TODAY
from tests.novedades.labour import register, text, worker_url

pytestmark = pytest.mark.django_db

WORKERS = "/empleadores/afiliados/"


def names(client: Client, page: str = "1", **sought: str) -> list[str]:
    """The names in the rows of the list, or of what a search finds."""
    address = f"{search(client, **sought)}&" if sought else f"{WORKERS}?"
    response = client.get(f"{address}page={page}")
    assert response.status_code == 200
    return [row.person.names for row in response.context["page"]]


def search(client: Client, **sought: str) -> str:
    """Where a search leads."""
    response = client.post(WORKERS, sought)
    assert response.status_code == 302
    return response["Location"]


def test_without_a_sign_in_there_is_only_the_sign_in_page(client: Client, branch: Branch) -> None:
    for url in (WORKERS, worker_url(make_employment(branch=branch).person)):
        assert client.get(url)["Location"].startswith(reverse("access:sign-in"))


def test_worker_of_another_employer_is_not_found(holder: Client) -> None:
    stranger = make_employment(branch=make_branch(make_employer())).person
    assert holder.get(worker_url(stranger)).status_code == 404
    assert holder.get(f"{WORKERS}{stranger.pk + 1000}/").status_code == 404
    assert names(holder) == []


def test_key_of_one_branch_sees_only_its_workers_and_their_work_there(client: Client, branch: Branch) -> None:
    south = make_branch(branch.employer, number="0002")
    both, elsewhere = make_person(names="EN AMBAS"), make_person(names="EN LA OTRA")
    for person, place in ((both, branch), (both, south), (elsewhere, branch)):
        register(make_employment(branch=place, person=person), "MSU", amount="600")
    holder = signed_in_client(client, make_key(branch.employer, branches=(south,)))
    assert names(holder) == ["EN AMBAS"]
    assert holder.get(worker_url(elsewhere)).status_code == 404
    worker = holder.get(worker_url(both)).context["worker"]
    assert [place.employment.branch for place in worker.places] == [south]
    assert [row.branch for row in worker.rows] == ["0002"]


def test_list_goes_by_name_whatever_the_accents(holder: Client, branch: Branch) -> None:
    for name in ("ZURITA ANA", "Ñauta Luz", "NARANJO EVA", "ÁLVAREZ INÉS", "NÚÑEZ SOL"):
        make_employment(branch=branch, person=make_person(names=name))
    assert names(holder) == ["ÁLVAREZ INÉS", "NARANJO EVA", "Ñauta Luz", "NÚÑEZ SOL", "ZURITA ANA"]


@pytest.mark.parametrize(
    "typed", ["peña", "PENA", "Péña  maría", "maria pena", "eña", "  luz ", "PEN\N{COMBINING TILDE}A"]
)
def test_search_finds_parts_of_the_name_in_any_order(holder: Client, branch: Branch, typed: str) -> None:
    make_employment(branch=branch, person=make_person(names="PRUEBA PEÑA LUZ MARÍA"))
    make_employment(branch=branch, person=make_person(names="OTRA PERSONA"))
    assert names(holder, texto=typed) == ["PRUEBA PEÑA LUZ MARÍA"]


@pytest.mark.parametrize("typed", ["peña juan", "%", "_", "\\", "9999999999"])
def test_search_that_matches_nobody_says_so(holder: Client, branch: Branch, typed: str) -> None:
    make_employment(branch=branch)
    assert names(holder, texto=typed) == []
    assert "Ningún trabajador coincide" in text(holder, search(holder, texto="nadie"))


def test_search_finds_a_number_and_its_beginning(holder: Client, branch: Branch) -> None:
    person = make_person(number="6101234567", names="DE FUERA")
    IdentityNumber.objects.create(person=person, number=cedula(), kind=IdentityKind.CEDULA)
    make_employment(branch=branch, person=person)
    make_employment(branch=branch)
    for number in person.numbers.all():
        assert names(holder, texto=number.number) == ["DE FUERA"]
    assert names(holder, texto="6101") == ["DE FUERA"]
    refused = holder.post(WORKERS, {"texto": "610"})
    assert refused.status_code == 422
    assert "al menos los cuatro primeros dígitos" in refused.content.decode()


def test_number_sought_stands_in_no_address_and_each_search_can_be_gone_back_to(
    holder: Client, branch: Branch
) -> None:
    for number, name in (("6101234567", "PRIMERA"), ("6107654321", "SEGUNDA")):
        make_employment(branch=branch, person=make_person(number=number, names=name))
    first, second = search(holder, texto="6101234567"), search(holder, texto="6107654321")
    assert not re.search(r"\d{10}", first + second)
    for address, name in ((first, "PRIMERA"), (second, "SEGUNDA"), (first, "PRIMERA")):
        response = holder.get(address)
        assert [row.person.names for row in response.context["page"]] == [name]
        assert (
            response.context["form"]["texto"].value()
            == response.context["page"][0].person.numbers.get().number
        )


def test_pages_of_a_search_stay_in_it(holder: Client, branch: Branch) -> None:
    for number in range(51):
        make_employment(branch=branch, person=make_person(names=f"PERSONA {number:03}"))
    make_employment(branch=branch, person=make_person(names="OTRA"))
    assert names(holder, texto="persona", page="2") == ["PERSONA 050"]
    address = search(holder, texto="persona")
    assert f'href="{address.removeprefix(WORKERS)}&amp;page=2"' in holder.get(address).content.decode()


def test_session_keeps_the_latest_searches_alone(holder: Client, branch: Branch) -> None:
    make_employment(branch=branch, person=make_person(names="LA UNA"))
    oldest = search(holder, texto="nadie")
    assert holder.get(oldest).context["page"].paginator.count == 0
    for _ in range(searches.KEPT):
        latest = search(holder, texto="nadie")
    assert len(holder.session[searches.KEY]) == searches.KEPT
    assert holder.get(oldest).context["page"].paginator.count == 1
    assert holder.get(latest).context["page"].paginator.count == 0


def test_list_is_filtered_by_branch_and_state(holder: Client, branch: Branch) -> None:
    south = make_branch(branch.employer, number="0002")
    for name, place, left in (
        ("A", branch, None),
        ("B", south, None),
        ("C", branch, date(2025, 6, 30)),
        ("D", south, date(2999, 1, 1)),
    ):
        make_employment(branch=place, person=make_person(names=name), left_on=left)
    assert names(holder) == ["A", "B", "C", "D"]
    assert names(holder, sucursal="0002") == ["B", "D"]
    assert names(holder, estado="activo") == ["A", "B", "D"]
    assert names(holder, estado="salida") == ["C"]
    assert names(holder, sucursal="0001", estado="activo") == ["A"]


def test_confirmed_name_takes_its_place_in_the_list(holder: Client, branch: Branch) -> None:
    person = make_person(names="", identity_confirmed_at=None)
    make_employment(branch=branch, person=make_person(names="ABAD ANA"))
    employment = make_employment(branch=branch, person=person)
    assert names(holder) == ["", "ABAD ANA"]
    assert "Identidad no confirmada" in text(holder, WORKERS)
    assert "todavía no confirma la identidad" in text(holder, worker_url(person))
    Person.objects.filter(pk=person.pk).update(names="ÑATO LUZ", identity_confirmed_at=NOW)
    assert names(holder) == ["ABAD ANA", "ÑATO LUZ"]
    employment.save()  # a row written back as it was read before
    assert names(holder, texto="nato") == ["ÑATO LUZ"]


def test_employer_without_workers_reads_how_they_come(holder: Client) -> None:
    assert "Todavía no hay trabajadores." in text(holder, WORKERS)


def test_long_list_is_paged(
    holder: Client, branch: Branch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    for number in range(51):
        make_employment(branch=branch, person=make_person(names=f"PERSONA {number:03}"))
    with django_assert_max_num_queries(10):
        assert len(names(holder)) == 50
    assert names(holder, page="2") == ["PERSONA 050"]
    assert names(holder, page="no") == names(holder)


def test_page_of_a_large_employer_is_found_in_the_index_alone(branch: Branch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO workers_person (id, names) "
            "SELECT n, 'PERSONA ' || n FROM generate_series(-5000, -1) n"
        )
        cursor.execute(
            "INSERT INTO workers_employment (employer_id, branch_id, person_id, entered_on) "
            "SELECT %s, %s, n, '2025-01-02' FROM generate_series(-5000, -1) n",
            [branch.employer_id, branch.pk],
        )
        cursor.execute("ANALYZE workers_employment")
    found = queries.employments(branch.employer, allowed=None, on=TODAY, text="persona")
    plan = found[2000:2050].explain()
    assert "Index Only Scan using employment_in_lists" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("method", ["put", "delete"])
def test_pages_are_only_read(holder: Client, branch: Branch, method: str) -> None:
    page = worker_url(make_employment(branch=branch).person)
    for url in (WORKERS, page):
        assert getattr(holder, method)(url).status_code == 405
    assert holder.post(page).status_code == 405
