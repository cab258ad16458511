"""The list of workers as files."""

import io
from datetime import date
from decimal import Decimal
from threading import BoundedSemaphore

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from afilia.employers.models import Branch
from afilia.novedades.check import FileCheck
from afilia.novedades.views import workers
from tests.builders import (
    make_branch,
    make_employer,
    make_employment,
    make_key,
    make_person,
    signed_in_client,
)
from tests.novedades.checking import context
from tests.novedades.labour import register

pytestmark = pytest.mark.django_db

ENDINGS = ("csv", "xlsx", "txt")
WORKERS = "/empleadores/afiliados/"


def export(client: Client, ending: str, query: str = "") -> bytes:
    response = client.get(f"{WORKERS}exportar.{ending}{query}")
    assert response.status_code == 200
    assert f'.{ending}"' in response["Content-Disposition"]
    return b"".join(response.streaming_content)


def rows(client: Client, query: str = "") -> list[list[str]]:
    return [line.split(";") for line in export(client, "csv", query).decode("utf-8-sig").splitlines()[1:]]


@pytest.mark.parametrize("ending", ENDINGS)
def test_without_a_sign_in_there_is_only_the_sign_in_page(client: Client, ending: str) -> None:
    answer = client.get(f"{WORKERS}exportar.{ending}")
    assert answer["Location"].startswith(reverse("access:sign-in"))


@pytest.mark.parametrize("ending", ENDINGS)
def test_export_holds_nobody_of_another_employer(holder: Client, ending: str) -> None:
    stranger = make_employment(branch=make_branch(make_employer()), entry_pay=500)
    number = stranger.person.numbers.get().number
    assert number.encode() not in export(holder, ending)


def test_csv_tells_each_employment_with_the_pay_in_force(holder: Client, branch: Branch) -> None:
    this_month = int(f"{timezone.localdate():%Y%m}")
    raised = make_employment(branch=branch, person=make_person(names="A"), entry_pay=Decimal("470.50"))
    register(raised, "MSU", amount="600", period=202501, subject="202501")
    first = register(raised, "MSU", amount="610", period=202502, subject="202502")
    register(raised, "MSU", amount="620.25", period=202502, subject="202502", revision=first.revision + 1)
    for revision in (0, 1):
        register(
            raised,
            "MSU",
            amount="700",
            period=202503,
            subject="202503",
            revision=revision,
            annulled=revision > 0,
        )
    register(raised, "MSU", amount="900", period=this_month + 100, subject="next")
    make_employment(branch=branch, person=make_person(names="B"), entry_pay=482, left_on=date(2025, 6, 30))
    make_employment(branch=branch, person=make_person(names="C"))
    assert [row[1:] for row in rows(holder)] == [
        ["A", "0001", "2025-01-02", "", "620,25"],
        ["B", "0001", "2025-01-02", "2025-06-30", "482,00"],
        ["C", "0001", "2025-01-02", "", ""],
    ]


def test_export_follows_the_search_and_the_branches_of_the_key(client: Client, branch: Branch) -> None:
    south = make_branch(branch.employer, number="0002")
    for name, place in (("UNA", south), ("OTRA", south), ("AJENA", branch)):
        make_employment(branch=place, person=make_person(names=name))
    holder = signed_in_client(client, make_key(branch.employer, branches=(south,)))
    assert [row[1] for row in rows(holder)] == ["OTRA", "UNA"]
    found = holder.post(WORKERS, {"texto": "una"})["Location"].removeprefix(WORKERS)
    assert [row[1] for row in rows(holder, found)] == ["UNA"]
    assert f"exportar.csv{found}" in holder.get(f"{WORKERS}{found}").content.decode()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1"])
def test_name_that_looks_like_a_formula_is_a_text(holder: Client, branch: Branch, name: str) -> None:
    make_employment(branch=branch, person=make_person(names=name))
    assert rows(holder)[0][1].startswith("'")
    sheet = openpyxl.load_workbook(io.BytesIO(export(holder, "xlsx"))).active
    assert sheet.cell(2, 2).data_type == "s"


def test_workbook_holds_days_and_amounts(holder: Client, branch: Branch) -> None:
    make_employment(branch=branch, person=make_person(names="PEÑA"), entry_pay=Decimal("482.10"))
    sheet = openpyxl.load_workbook(io.BytesIO(export(holder, "xlsx"))).active
    head, row = ([cell.value for cell in cells] for cells in sheet.iter_rows())
    assert head[:3] == ["Identificación", "Nombres", "Sucursal"]
    assert (row[1], row[3].date(), row[4], row[5]) == ("PEÑA", date(2025, 1, 2), None, 482.1)


def test_batch_file_is_one_that_the_checker_accepts(holder: Client, branch: Branch) -> None:
    paid = make_employment(branch=branch, entry_pay=600)
    make_employment(branch=branch)  # without a known pay
    make_employment(branch=branch, entry_pay=600, left_on=date(2025, 6, 30))
    text = export(holder, "txt")
    today = timezone.localdate()
    check = FileCheck(lambda: io.BytesIO(text), context=context(today), novedad="MSU")
    values = [row for chunk in check.chunks() for row in chunk.values.to_dicts()]
    assert [(row["identificacion"], row["sueldo"]) for row in values] == [
        (paid.person.numbers.get().number, Decimal(600))
    ]
    assert check.totals.rejected == 0


def test_export_waits_its_turn(holder: Client, branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    make_employment(branch=branch)
    places = BoundedSemaphore(1)
    monkeypatch.setattr(workers, "EXPORTS", places)
    monkeypatch.setattr(workers, "EXPORT_WAIT", 0.0)
    with places:
        busy = holder.get(f"{WORKERS}exportar.csv")
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    assert len(rows(holder)) == len(rows(holder)) == 1
