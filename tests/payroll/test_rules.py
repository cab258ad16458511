"""What cells say, which column is which, and where a list and the history differ."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.payroll.columns import columns
from afilia.payroll.rules import values
from afilia.payroll.rules.columns import heading_row, match, plain
from afilia.payroll.rules.differences import Month
from tests.builders import cedula

WORKER = cedula()


def one(expression: object, text: str) -> object:
    return pl.DataFrame({"text": [text]}, schema={"text": pl.String}).select(expression).item()


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("482", "482.00"),
        ("482.5", "482.50"),
        ("482,50", "482.50"),
        ("1.234,56", "1234.56"),
        ("1,234.56", "1234.56"),
        ("1.234", "1234.00"),
        ("1,234,567", "1234567.00"),
        ("US$ 482,00", "482.00"),
        ("$1 234,5", "1234.50"),
        ("", None),
        ("-482", None),
        ("482,505", "482505.00"),
        ("1482,505", None),
        ("cuatro", None),
        ("=482", None),
        ("1e9", None),
        ("9" * 30, None),
    ],
)
def test_amount_is_read_as_people_write_it(text: str, amount: str | None) -> None:
    assert one(values.amount(pl.col("text")), text) == (Decimal(amount) if amount else None)


@given(st.decimals(min_value=0, max_value=10**9, places=2))
def test_every_amount_is_read_with_point_and_with_comma(amount: Decimal) -> None:
    text = f"{amount:.2f}"
    assert one(values.amount(pl.col("text")), text) == amount
    assert one(values.amount(pl.col("text")), text.replace(".", ",")) == amount


@pytest.mark.parametrize(
    "text",
    [
        "2020-01-02",
        "02/01/2020",
        "2/1/2020",
        "02-01-2020",
        "02.01.20",
        "20200102",
        "2020/01/02",
        "2020-01-02 00:00:00",
    ],
)
def test_day_is_read_in_the_usual_forms(text: str) -> None:
    assert one(values.day(pl.col("text")), text) == date(2020, 1, 2)


@pytest.mark.parametrize("text", ["31/02/2020", "ayer", "43832", "00000000", "1/2", "02/01/0020"])
def test_what_is_no_day_is_not_read(text: str) -> None:
    assert one(values.day(pl.col("text")), text) is None


def read(*cells: dict[str, str]) -> list[dict[str, object]]:
    rows = pl.DataFrame(list(cells)).cast(pl.String).with_row_index("line", offset=2)
    return values.read(rows, foreigner_prefixes=("61",)).to_dicts()


def test_spreadsheet_takes_the_leading_zero_and_it_comes_back() -> None:
    [row] = read({"identificacion": "102030400"})
    assert (row["number"], row["problem"]) == ("0102030400", None)


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ({"identificacion": ""}, "no-number"),
        ({"identificacion": "0102030401"}, "bad-number"),
        ({"identificacion": "SUMAN"}, "bad-number"),
        ({"identificacion": WORKER, "sueldo": "mucho"}, "pay"),
        ({"identificacion": WORKER, "fecha_ingreso": "ayer"}, "day"),
        ({"identificacion": WORKER, "sucursal": "Matriz"}, "branch"),
        ({"identificacion": f" {WORKER[:9]}-{WORKER[9]} ", "sucursal": "1", "sueldo": ""}, None),
    ],
)
def test_row_with_a_problem_says_which(cells: dict[str, str], problem: str | None) -> None:
    rows = read({"cargo": "X", "sueldo": "1", **cells})
    assert [row["problem"] for row in rows] == [problem]


def test_worker_named_twice_in_a_branch_is_repeated_and_blank_rows_are_nothing() -> None:
    rows = read(
        *[
            {"identificacion": number, "sucursal": place}
            for number, place in ((WORKER, "1"), ("", " "), (WORKER, "2"), (WORKER, "0001"))
        ]
    )
    assert [(row["line"], row["problem"]) for row in rows] == [(2, None), (4, None), (5, "repeated")]


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("CÉDULA", "identificacion"),
        ("  Nro. Cédula ", "identificacion"),
        ("C.I.", "identificacion"),
        ("Sueldo_Mensual", "sueldo"),
        ("Remuneración", "sueldo"),
        ("FECHA DE INGRESO", "fecha_ingreso"),
        ("Nombres", None),
    ],
)
def test_column_is_known_by_its_heading(heading: str, name: str | None) -> None:
    assert match(["x", heading], columns(), remembered={}) == ({name: 1} if name else {})


def test_what_the_employer_said_counts_more() -> None:
    said = {plain("Código"): "identificacion", plain("Cédula"): ""}
    assert match(["Cédula", "CODIGO"], columns(), remembered=said) == {"identificacion": 1}


def test_headings_stand_below_titles() -> None:
    rows = [["Nómina", ""], ["", ""], ["Cédula", "Sueldo"], ["0102030400", "500"]]
    assert heading_row(rows, columns(), remembered={}) == 2
    assert heading_row([["", ""], ["a", "b"]], columns(), remembered={}) == 1


@pytest.mark.parametrize(
    ("first", "today", "last", "on"),
    [
        (date(2026, 12, 1), date(2027, 1, 5), date(2026, 12, 31), date(2026, 12, 31)),
        (date(2024, 2, 1), date(2026, 1, 1), date(2024, 2, 29), date(2024, 2, 29)),
        (date(2026, 11, 1), date(2026, 11, 21), date(2026, 11, 30), date(2026, 11, 21)),
    ],
)
def test_month_ends_with_its_last_day_and_counts_up_to_today(
    first: date, today: date, last: date, on: date
) -> None:
    month = Month.of(first, today=today)
    assert (month.last, month.on) == (last, on)
