import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import translation

from afilia.access.models import EmployerKey
from afilia.employers.models import Branch
from afilia.novedades import labour_history, queries
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.workers.models import Employment, IdentityKind, IdentityNumber, Person
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
from tests.novedades.checking import TODAY, context

pytestmark = pytest.mark.django_db

WORKERS = "/empleadores/afiliados/"
ENTERED = {"fecha_ingreso": "2025-01-02", "fecha_registro": "20250102", "cargo": "BODEGUERA", "jornada": "1"}


@pytest.fixture
def branch() -> Branch:
    return make_branch(make_employer())


@pytest.fixture
def key(branch: Branch) -> EmployerKey:
    return make_key(branch.employer)


@pytest.fixture
def holder(client: Client, key: EmployerKey) -> Client:
    return signed_in_client(client, key)


def worker_url(person: Person) -> str:
    return reverse("novedades:worker", args=[person.pk])


def register(employment: Employment, kind: str, **changes: object) -> Novedad:
    """A novedad in a filing of its own, filed on 21 November 2026 unless `filed_at` is given."""
    filing = Filing.objects.create(
        employer=employment.employer,
        channel=Channel.BATCH,
        by_number="1716500010",
        filed_at=changes.pop("filed_at", NOW),
    )
    fields = {"period": 202611, "subject": "202611", "due_on": None, "amount": None}
    return Novedad.objects.create(filing=filing, line=1, employment=employment, kind=kind, **fields | changes)


def names(client: Client, **query: str) -> list[str]:
    """The names in the rows of the list."""
    response = client.get(WORKERS, query)
    assert response.status_code == 200
    return [row.person.names for row in response.context["page"]]


def told(employments: list[Employment], language: str = "es") -> labour_history.WorkerPage:
    recorded = queries.history(employments, by_number=None)
    return labour_history.page(employments, recorded, context(), language)


def text(client: Client, url: str) -> str:
    """What a page says, tags and repeated blanks taken out."""
    response = client.get(url)
    assert response.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


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
    assert "Ningún trabajador coincide" in text(holder, f"{WORKERS}?texto=nadie")


def test_search_finds_a_number_and_its_beginning(holder: Client, branch: Branch) -> None:
    person = make_person(number="6101234567", names="DE FUERA")
    IdentityNumber.objects.create(person=person, number=cedula(), kind=IdentityKind.CEDULA)
    make_employment(branch=branch, person=person)
    make_employment(branch=branch)
    for number in person.numbers.all():
        assert names(holder, texto=number.number) == ["DE FUERA"]
    assert names(holder, texto="6101") == ["DE FUERA"]
    assert "al menos los cuatro primeros dígitos" in text(holder, f"{WORKERS}?texto=610")


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


def test_history_tells_corrections_lateness_and_what_is_in_force(branch: Branch) -> None:
    employment = make_employment(branch=branch)
    late, due = datetime(2026, 12, 4, 15, tzinfo=UTC), date(2026, 11, 30)
    first = register(employment, "MSU", amount="600.00", due_on=due)
    second = register(employment, "MSU", amount="650.00", due_on=due, revision=1, filed_at=late)
    extra = register(employment, "INS", amount="35.20", due_on=due, filed_at=late, details={"causa": "O"})
    rows = told(queries.worker(branch.employer, person_id=employment.person_id, allowed=None)).rows
    assert [(row.filing, row.days_late, row.replaced_by) for row in rows] == [
        (extra.filing, 4, None),
        (second.filing, -9, None),
        (first.filing, -9, second.filing),
    ]


def test_day_of_filing_is_that_of_ecuador(branch: Branch) -> None:
    employment = make_employment(branch=branch)
    evening = datetime(2026, 12, 1, 4, 59, tzinfo=UTC)  # still 30 November there
    register(employment, "MSU", due_on=date(2026, 11, 30), filed_at=evening)
    [row] = told(queries.worker(branch.employer, person_id=employment.person_id, allowed=None)).rows
    assert row.days_late == 0


def test_pay_over_time_counts_what_is_in_force(branch: Branch) -> None:
    employment = make_employment(branch=branch)
    register(employment, "ENT", period=202501, subject="", amount="482", details=ENTERED)
    register(employment, "MSU", period=202501, subject="202501", amount="490")
    register(employment, "MSU", period=202611, amount="600")
    register(employment, "MSU", period=202611, amount="650", revision=1)
    register(employment, "MSU", period=202612, subject="202612", amount="900")
    register(employment, "INS", amount="35")
    worker = told(queries.worker(branch.employer, person_id=employment.person_id, allowed=None))
    assert [(pay.since, pay.row.kind, pay.amount) for pay in worker.pays] == [
        (date(2026, 12, 1), "MSU", 900),
        (date(2026, 11, 1), "MSU", 650),
        (date(2025, 1, 1), "MSU", 490),
        (date(2025, 1, 1), "ENT", 482),
    ]
    [place] = worker.places
    assert place.pay is not None
    assert place.pay.amount == Decimal(650)  # December has not come


def test_employment_that_is_over_pays_nothing_now(branch: Branch) -> None:
    person = make_person()
    over = make_employment(branch=branch, person=person, left_on=date(2025, 12, 31))
    again = make_employment(branch=branch, person=person, entered_on=date(2026, 3, 1))
    register(over, "ENT", period=202501, subject="", amount="482")
    register(again, "ENT", period=202603, subject="", amount="500")
    worker = told(queries.worker(branch.employer, person_id=person.pk, allowed=None))
    assert [(place.active, place.pay and place.pay.amount) for place in worker.places] == [
        (True, 500),
        (False, None),
    ]
    assert not worker.several_branches


@pytest.mark.parametrize(
    ("kind", "amount", "details", "language", "content"),
    [
        (
            "ENT",
            "1482.00",
            ENTERED,
            "es",
            [
                ("Fecha de ingreso", "02/01/2025"),
                ("Fecha de registro", "02/01/2025"),
                ("Jornada", "Normal (1)"),
                ("Cargo", "BODEGUERA"),
                ("Sueldo", "US$\N{NO-BREAK SPACE}1.482,00"),
            ],
        ),
        ("MSU", "1482.00", None, "en", [("Pay", "US$\N{NO-BREAK SPACE}1,482.00")]),
        (
            "SAL",
            None,
            {"fecha_salida": "20260131", "causa": "V", "fecha_fallecimiento": "00000000"},
            "es",
            [("Fecha de salida", "31/01/2026"), ("Causa", "Renuncia voluntaria (V)")],
        ),
        (
            "SAL",
            None,
            {"fecha_salida": "2026-01-31", "causa": "Z", "fecha_fallecimiento": None},
            "es",
            [("Fecha de salida", "31/01/2026"), ("Causa", "Z")],
        ),
        (
            "PFM",
            "482",
            {"periodo": "2026-01 A 2026-01", "meses": 1, "tipo_periodo": "G"},
            "es",
            [
                ("Sueldo total", "US$\N{NO-BREAK SPACE}482,00"),
                ("Período de los fondos", "enero de 2026"),
                ("Meses", "1"),
                ("Tipo de período", "G"),
            ],
        ),
        (
            "PFR",
            "5784",
            {"periodo": "2025-01 A 2025-12", "meses": 12},
            "en",
            [
                ("Total pay", "US$\N{NO-BREAK SPACE}5,784.00"),
                ("Period of the funds", "January 2025 – December 2025"),
                ("Months", "12"),
            ],
        ),
        ("XXX", "5", {"x": "y"}, "es", []),
    ],
)
def test_content_of_a_novedad_is_told_in_words(
    branch: Branch,
    kind: str,
    amount: str | None,
    details: dict[str, object] | None,
    language: str,
    content: list[tuple[str, str]],
) -> None:
    employment = make_employment(branch=branch)
    register(employment, kind, amount=amount, details=details)
    with translation.override(language):
        [row] = told([employment], language).rows
    assert [*row.content] == content


def test_worker_page_shows_all_of_it(holder: Client, branch: Branch) -> None:
    person = make_person(names="PEÑA LUZ")
    employment = make_employment(branch=branch, person=person)
    register(employment, "ENT", period=202501, subject="", amount="482", details=ENTERED)
    due = date(2026, 11, 20)
    register(employment, "MSU", amount="1600", due_on=due)
    last = register(employment, "MSU", amount="1650", due_on=due, revision=1)
    page = text(holder, worker_url(person))
    for part in (
        "PEÑA LUZ",
        person.numbers.get().number,
        "28/02/1990",
        "noviembre de 2026 Modificación de sueldo",
        "US$&nbsp;1.650,00",
        "Fecha de ingreso: 02/01/2025",
        "21/11/2026 10:30",
        "Con atraso 1 día",
        "Sin plazo",
        f"Reemplazada por {last.filing.number}",
        "Vigente",
    ):
        assert part in page, part


def test_worker_without_novedades_has_a_page(holder: Client, branch: Branch) -> None:
    page = text(holder, worker_url(make_employment(branch=branch).person))
    assert "Todavía no hay novedades registradas." in page
    assert "Ninguna novedad registrada dice su sueldo." in page


def test_long_history_is_paged_and_read_in_few_questions(
    holder: Client, branch: Branch, django_assert_max_num_queries: Callable[..., object]
) -> None:
    employment = make_employment(branch=branch)
    for number in range(101):
        register(employment, "PRA", subject=f"202611 {number}", amount="1")
    with django_assert_max_num_queries(10):
        response = holder.get(worker_url(employment.person))
    assert len(response.context["rows"]) == 100
    assert len(holder.get(f"{worker_url(employment.person)}?page=2").context["rows"]) == 1


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_pages_are_only_read(holder: Client, branch: Branch, method: str) -> None:
    for url in (WORKERS, worker_url(make_employment(branch=branch).person)):
        assert getattr(holder, method)(url).status_code == 405
