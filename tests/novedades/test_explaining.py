import json

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from afilia.novedades.catalogue import explain
from afilia.novedades.explaining import COLUMNS, csv_rows, harmless, in_words, json_report, json_rows
from afilia.novedades.rules.marks import FINDINGS, Severity, finding

FOUND = st.tuples(
    st.integers(0, 9),
    st.sampled_from(["field.empty", "line.field-count", "branch.format"]),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(["", "0001"]),
)


def frame(rows: list[tuple[int, str, str, str]]) -> pl.DataFrame:
    return pl.DataFrame(
        [(line, 2, "sucursal", code, "error", seen, arg) for line, code, seen, arg in rows],
        schema=FINDINGS,
        orient="row",
    )


@settings(deadline=None, max_examples=30)
@given(st.lists(FOUND, max_size=12))
def test_by_columns_is_the_same_as_one_by_one(rows: list[tuple[int, str, str, str]]) -> None:
    told = in_words(frame(rows))
    assert told.columns == [*COLUMNS]
    assert told.select("line", "code", "seen", "expected", "fix").rows() == [
        (line, code, seen, *explain(code, field="sucursal", seen=seen, arg=arg))
        for line, code, seen, arg in rows
    ]


@settings(deadline=None, max_examples=30)
@given(st.lists(FOUND, min_size=1, max_size=12))
def test_json_rows_say_the_same_whatever_signs_they_hold(rows: list[tuple[int, str, str, str]]) -> None:
    told = in_words(frame(rows))
    report = json.loads("".join(json_report({"file": "ñ"}, json_rows([told, told]))))
    assert report == {"file": "ñ", "findings": told.to_dicts() * 2}


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    cells = pl.DataFrame({"seen": [f"{start}1", f"1{start}", "", "'"]})
    assert cells.select(harmless(pl.col("seen")))["seen"].to_list() == [f"'{start}1", f"1{start}", "", "'"]


def test_csv_quotes_what_needs_it_and_leaves_an_empty_text_empty() -> None:
    cells = pl.DataFrame({"a": ["x;y", "", 'say "so"'], "b": [1, 2, 3], "c": ["p", "q,r", "=1\n"]})
    assert csv_rows(cells, separator=";") == '"x;y";1;p\r\n;2;q,r\r\n"say ""so""";3;"\'=1\n"\r\n'


def test_days_and_terms_are_said_in_the_words_asked_for() -> None:
    late = finding("deadline.late", Severity.WARNING, line=1, arg="2026-10-16|5|3|calendar")
    (row,) = in_words(late, "en", say_day=lambda day: f"day {day:%d}").iter_rows(named=True)
    assert row["expected"] == "Filed by day 16."
    assert row["fix"].endswith("the term of 3 calendar days ended on day 16, 5 days ago.")
    assert "2026-10-16" in in_words(late)["expected"].item()
