import csv
import io
import json
import re
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from frictionless import Package

from afilia.transparency import dictionary
from afilia.transparency.models import Build, MonthlyFact
from afilia.transparency.policy import published
from afilia.transparency.rules.counting import Measure
from afilia.transparency.showing import ANSWERS
from tests.builders import NOW
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db
MAY, OCTOBER = date(2026, 5, 1), date(2026, 10, 1)
BATCH = "novedades-batch"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def fact(measure: Measure, value: int, *, month: date = OCTOBER, **place: str) -> None:
    MonthlyFact.objects.create(month=month, measure=measure, value=value, **place)


def read(client: Client, name: str, *arguments: str) -> str:
    response = client.get(reverse(f"transparency:{name}", args=arguments))
    assert response.status_code == 200
    return response.content.decode().replace("\N{NO-BREAK SPACE}", " ")


def attentions(client: Client) -> list[dict[str, str]]:
    text = read(client, "csv", "atenciones").removeprefix("\ufeff")
    return [*csv.DictReader(io.StringIO(text), delimiter=";")]


def test_the_open_data_hold_the_tables_of_the_sheets_to_the_digit(client: Client) -> None:
    rows = [row for row in attentions(client) if row["source"] == "sheet"]
    found = {(row["procedure"], row["month"]): (int(row["attended"]), int(row["complaints"])) for row in rows}
    assert found == {
        (slug, f"{month:%Y-%m}"): (told.attended, told.complaints)
        for slug, table in published().items()
        for month, told in table.items()
    }
    assert len(found) == len(rows) == 80


def test_no_month_is_missing_and_a_zero_of_nobody_says_so(client: Client) -> None:
    Build.objects.create(pk=1, begins_on=date(2026, 10, 5), built_at=NOW)
    fact(Measure.ATTENDED, 7, procedure=BATCH)
    rows = [row for row in attentions(client) if row["procedure"] == BATCH]
    assert len(rows) == 35  # January 2024 to November 2026
    told = {row["month"]: (row["attended"], row["source"]) for row in rows}
    assert told["2026-03"] == ("4491", "sheet")
    assert told["2026-04"] == ("0", "none")
    assert told["2026-10"] == ("7", "ledger")
    assert told["2026-11"] == ("0", "ledger")
    assert [row["complete"] for row in rows] == ["1"] * 34 + ["0"]


def test_the_files_are_as_their_dictionary_says(client: Client) -> None:
    fact(Measure.ATTENDED, 3, procedure=BATCH, province="17")
    fact(Measure.ATTENDED, 30, procedure=BATCH)
    descriptor = json.loads(read(client, "package"))
    for resource in descriptor["resources"]:
        text = read(client, "csv", resource["name"])
        resource["data"] = [*csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";")]
        for name in ("path", "format", "mediatype", "encoding", "dialect"):
            del resource[name]
    for name in ("sources", "measures", "licenses"):
        del descriptor[name]
    report = Package.from_descriptor(descriptor).validate()
    assert report.valid, report.flatten()


def test_every_measure_is_in_the_dictionary() -> None:
    assert set(dictionary.MEASURED) == {*Measure}


def test_json_and_csv_say_the_same(client: Client) -> None:
    said = json.loads(read(client, "json", "atenciones"))
    assert [{name: str(value) for name, value in row.items()} for row in said] == attentions(client)


def test_small_figures_of_a_province_are_shown_nowhere_nor_follow_from_a_total(
    client: Client,
) -> None:
    for province, value in (("17", 43), ("09", 43), ("01", 3)):
        fact(Measure.ATTENDED, value, procedure=BATCH, province=province)
    fact(Measure.ATTENDED, 89, procedure=BATCH)
    said = json.loads(read(client, "json", "medidas"))
    assert {row["province"]: row["value"] for row in said} == {"17": 40, "09": 40, "": 89}
    page = read(client, "month", "2026-10")
    assert "Azuay" not in page
    assert ">43<" not in page
    assert ">3<" not in page
    assert ">40<" in page
    assert "de 10 en 10" in page
    assert json.loads(read(client, "month-json", "2026-10"))["medidas"] == said


def test_waits_of_an_office_with_few_people_are_not_shown(client: Client) -> None:
    small, large = make_office(name="Oficina Chica"), make_office(name="Oficina Grande")
    for code, arrived, attended in ((small.code, 22, 9), (large.code, 57, 50), ("", 79, 59)):
        fact(Measure.ARRIVED, arrived, office=code)
        fact(Measure.VISITS_ATTENDED, attended, office=code)
        fact(Measure.WAIT_MEDIAN, attended * 60 + 1, office=code)
    page = read(client, "month", "2026-10")
    assert "50 min 1 s" in page
    assert "59 min 1 s" in page
    assert "9 min 1 s" not in page.replace("59 min 1 s", "")
    assert "menos de 10" in page
    assert ">50<" in page
    assert ">57<" not in page
    assert ">79<" in page


def test_where_few_came_to_all_offices_together_nothing_is_said_of_them(client: Client) -> None:
    office = make_office(name="Oficina Chica")
    for code in (office.code, ""):
        for measure, value in ((Measure.ARRIVED, 9), (Measure.VISITS_ATTENDED, 8), (Measure.WAIT_P95, 7)):
            fact(measure, value, office=code)
    assert json.loads(read(client, "json", "medidas")) == []


def test_complaints_and_thanks_are_figures_of_the_year_of_a_procedure_and_of_a_month(client: Client) -> None:
    for month in (date(2025, 11, 1), date(2025, 12, 1), OCTOBER):
        fact(Measure.COMPLAINTS, 4, procedure=BATCH, month=month)
    fact(Measure.THANKS, 7, procedure=BATCH)
    fact(Measure.ANSWERED, 6, procedure=BATCH)
    fact(Measure.ANSWERED_IN_TIME, 3, procedure=BATCH)
    for arguments, complaints in (
        (("index",), "8"),
        (("procedure", BATCH), "4"),
        (("month", "2026-10"), "4"),
    ):
        text = re.sub(r"\s+", " ", read(client, *arguments))
        row = [complaints, "7", "6", "50,0 %"]
        cells = "".join(
            f'<td class="govuk-table__cell" data-label="{head}">{cell}</td>'
            for head, cell in zip(ANSWERS, row, strict=True)
        )
        assert cells in text.replace("> <", "><"), arguments


def test_of_the_month_in_which_the_ledger_begins_the_days_before_are_not_told(client: Client) -> None:
    Build.objects.create(pk=1, begins_on=date(2026, 10, 5), built_at=NOW)
    page = read(client, "month", "2026-10")
    assert "comienza el 5 de octubre de 2026" in page
    assert "Registro del portal, desde el día 5" in page
    assert "comienza el" not in read(client, "month", "2026-11")


def test_what_has_no_attentions_has_no_picture_and_each_picture_has_its_table(client: Client) -> None:
    page = read(client, "index")
    assert page.count("<svg") == page.count("<details") == len(published())
    assert "De los meses sin barra no se publicó nada." in page
    assert ">ene 2024<" in page
    client.cookies["django_language"] = "en"
    assert ">Jan 2024<" in read(client, "index")


def test_a_page_of_a_procedure_has_its_picture_and_its_table(client: Client) -> None:
    page = read(client, "procedure", "codigo-extranjeros")
    assert page.count("<svg") == 1
    assert "1.723" in page
    assert "Mayo de 2024" in page
    assert "Sin datos: no se publicó ninguno" in page


def test_codes_of_rejection_lead_to_their_explanation(client: Client) -> None:
    fact(Measure.REJECTIONS, 12, procedure=BATCH, code="file.empty")
    fact(Measure.REJECTIONS, 1, procedure="dependientes", code="dependent.proof")
    month, page = read(client, "month", "2026-10"), read(client, "procedure", BATCH)
    for code, is_of_batches in (("file.empty", True), ("dependent.proof", False)):
        address = reverse("novedades:finding", args=[code])
        assert address in month
        assert (address in page) is is_of_batches
    assert "100,0 %" in page or "100 %" in page


def test_times_and_shares_are_said_in_words(client: Client) -> None:
    fact(Measure.DECIDED, 3, procedure="clave-patronal")
    fact(Measure.DECIDE_MEDIAN, 2 * 86400 + 3 * 3600, procedure="clave-patronal")
    fact(Measure.FIRST_TRY_OF, 3, procedure="clave-patronal")
    fact(Measure.FIRST_TRY, 2, procedure="clave-patronal")
    page = read(client, "procedure", "clave-patronal")
    assert "2 días 3 h" in page
    assert "66,6 %" in page


def test_availability_short_of_all_is_never_written_as_all(client: Client) -> None:
    fact(Measure.ASKED, 8928)
    fact(Measure.ANSWERED_ATTEMPTS, 8927)
    fact(Measure.DAYS_MEASURED, 31)
    assert "99,9 %" in read(client, "index")


@pytest.mark.parametrize(
    "path",
    ["2023-12/", "2026-12/", "2026-13/", "2026-5/", "mayo/", "2026-05-01/", "2026-13.json", "tramites/otro/"],
)
def test_a_month_or_procedure_without_figures_does_not_exist(client: Client, path: str) -> None:
    assert client.get(f"/transparencia/{path}").status_code == 404


def test_a_file_that_does_not_exist_is_not_there(client: Client) -> None:
    assert client.get("/transparencia/datos/otra.csv").status_code == 404
    assert client.get("/transparencia/datos/otra.json").status_code == 404


@pytest.mark.parametrize("name", ["index", "data"])
def test_pages_need_no_facts(client: Client, name: str) -> None:
    assert "<h1" in read(client, name)


def test_a_page_asks_the_database_little(client: Client, django_assert_max_num_queries: object) -> None:
    for number in range(1, 13):
        fact(Measure.ATTENDED, 100, procedure=BATCH, month=date(2025, number, 1))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        read(client, "index")
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        read(client, "month", "2025-03")


def test_every_page_leads_to_transparency(client: Client) -> None:
    assert reverse("transparency:index") in client.get("/").content.decode()
