from string import digits

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from afilia.identifiers import columns, person, ruc

PREFIXES = ["61", "629"]

FIRST_THREE = st.builds(
    "{:02}{}".format, st.sampled_from([0, 1, 17, 24, 25, 30, 50, 61, 62, 99]), st.integers(0, 9)
)
NEAR_CEDULA = st.builds(
    lambda first, rest, off: (nine := first + rest) + str((person.cedula_check_digit(nine) + off) % 10),
    FIRST_THREE,
    st.text(digits, min_size=6, max_size=6),
    st.sampled_from([0, 0, 1, 9]),
)
ESTABLISHMENT = st.sampled_from(["000", "001", "999"])
NEAR_RUC = st.builds(str.__add__, NEAR_CEDULA, ESTABLISHMENT) | st.builds(
    "{}{}{}{}".format,
    FIRST_THREE,
    st.text(digits, min_size=6, max_size=6),
    st.integers(0, 9),
    ESTABLISHMENT,
)
ODD = st.one_of(
    st.text(),
    st.text(digits + "+- ٠١٩.", min_size=9, max_size=14),
    st.text(digits, min_size=18, max_size=40),
    st.none(),
)


def on_column(expression: pl.Expr, values: list[str | None]) -> list[object]:
    return (
        pl.DataFrame({"value": pl.Series(values, dtype=pl.String)}).select(expression).to_series().to_list()
    )


@given(st.lists(NEAR_CEDULA | ODD))
def test_person_faults_of_a_column_are_those_of_its_values(values: list[str | None]) -> None:
    expected = [
        None if value is None else person.person_number_fault(value, foreigner_prefixes=PREFIXES)
        for value in values
    ]
    expression = columns.person_number_fault(pl.col("value"), foreigner_prefixes=PREFIXES)
    assert on_column(expression, values) == expected


@given(st.lists(NEAR_CEDULA | ODD))
def test_expected_check_digits_of_a_column_are_those_of_its_values(values: list[str | None]) -> None:
    expected = [
        person.cedula_check_digit(value[:9]) if value and person.are_digits(value, 10) else None
        for value in values
    ]
    assert on_column(columns.expected_check_digit(pl.col("value")), values) == expected


@given(st.lists(NEAR_RUC | ODD))
def test_ruc_faults_of_a_column_are_those_of_its_values(values: list[str | None]) -> None:
    expected = [None if value is None else ruc.ruc_fault(value) for value in values]
    assert on_column(columns.ruc_fault(pl.col("value")), values) == expected


def test_without_a_reserved_prefix_no_number_is_a_foreigner_code() -> None:
    expression = columns.person_number_fault(pl.col("value"), foreigner_prefixes=[])
    assert on_column(expression, ["6100000000"]) == ["province"]


def test_empty_column_gives_an_empty_column() -> None:
    assert on_column(columns.ruc_fault(pl.col("value")), []) == []
