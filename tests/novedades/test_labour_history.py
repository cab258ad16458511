from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from afilia.employers.models import Branch
from afilia.novedades import labour_history, queries
from afilia.workers.models import Employment
from tests.builders import (
    make_employer,
    make_employment,
    make_person,
)
from tests.novedades.checking import context
from tests.novedades.labour import register, text, worker_url

pytestmark = pytest.mark.django_db

ENTERED = {"fecha_ingreso": "2025-01-02", "fecha_registro": "20250102", "cargo": "BODEGUERA", "jornada": "1"}


def told(employments: list[Employment], language: str = "es") -> labour_history.WorkerPage:
    recorded = queries.history(employments, by_number=None)
    return labour_history.page(employments, recorded, context(), language)


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
                ("Fecha de ingreso", "2 de enero de 2025"),
                ("Fecha de registro", "2 de enero de 2025"),
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
            [("Fecha de salida", "31 de enero de 2026"), ("Causa", "Renuncia voluntaria (V)")],
        ),
        (
            "SAL",
            None,
            {"fecha_salida": "2026-01-31", "causa": "Z", "fecha_fallecimiento": None},
            "es",
            [("Fecha de salida", "31 de enero de 2026"), ("Causa", "Z")],
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
        "28 de febrero de 1990",
        "noviembre de 2026 Modificación de sueldo",
        "US$&nbsp;1.650,00",
        "Fecha de ingreso: 2 de enero de 2025",
        "21 de noviembre de 2026, 10:30",
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


def test_pay_that_changed_is_drawn_once_for_each_employment(holder: Client, branch: Branch) -> None:
    employment = make_employment(branch=branch)
    register(employment, "MSU", amount="600", period=202502, subject="202502")
    assert "<svg" not in holder.get(worker_url(employment.person)).content.decode()
    register(employment, "MSU", amount="650.5", period=202503, subject="202503")
    page = holder.get(worker_url(employment.person)).content.decode()
    assert page.count('<svg class="app-chart"') == 1
    assert "De US$ 600,00 a US$ 650,50." in page
    assert "style=" not in page


def test_page_says_what_is_to_be_filed_about_an_active_worker_alone(
    holder: Client, branch: Branch, settings: Any
) -> None:
    employment = make_employment(branch=branch, entered_on=date(2024, 3, 15))
    said = text(holder, worker_url(employment.person))
    assert "hasta 3 días después de su último día" in said
    assert "Fondos de reserva: le corresponden desde marzo de 2025" in said
    assert "en días calendario" in said
    settings.POLICY = replace(settings.POLICY, working_days=True)
    assert "en días hábiles" in text(holder, worker_url(employment.person))
    left = make_employment(branch=branch, left_on=date(2025, 6, 30))
    assert "Qué debe avisar" not in text(holder, worker_url(left.person))


def test_page_shows_the_dependents_that_the_employer_registered_and_leads_to_the_forms(
    holder: Client, branch: Branch
) -> None:
    employment = make_employment(branch=branch)
    common = {
        "worker": employment.person, "document": "P", "number": "1-2-3", "relationship": "H", "one": False,
        "birth_on": date(2015, 1, 2), "from_on": date(2026, 1, 2), "filed": {},
    }  # fmt: skip
    other = make_employer()
    employment.person.dependents.create(employer=branch.employer, names="PRUEBA HIJA", **common)
    employment.person.dependents.create(employer=other, names="DE OTRO", **common)
    said = text(holder, worker_url(employment.person))
    assert "PRUEBA HIJA" in said
    assert "DE OTRO" not in said
    form = holder.get(f"/empleadores/avisos/nuevo/SAL/?relacion={employment.pk}").content.decode()
    assert employment.person.numbers.get().number in form
    assert holder.get(f"/empleadores/avisos/nuevo/SAL/?relacion={employment.pk + 1000}").status_code == 404
