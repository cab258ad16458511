"""The tables of the official sheets: their sums, and lines of their beginnings, ends and peaks."""

from datetime import date

import pytest

from afilia.procedures.catalogue import load
from afilia.transparency.policy import policy, published, sources
from afilia.transparency.rules.counting import Published

# Of each table: months, its first and last one, attentions and complaints in all.
TABLES = {
    "dependientes": (24, date(2024, 1, 1), date(2025, 12, 1), 2302, 2),
    "codigo-extranjeros": (29, date(2024, 1, 1), date(2026, 5, 1), 7352, 2),
    "novedades-batch": (27, date(2024, 1, 1), date(2026, 3, 1), 110528, 3),
}
LINES = [
    ("dependientes", date(2024, 5, 1), 168, 1),
    ("dependientes", date(2024, 6, 1), 37, 0),
    ("dependientes", date(2025, 2, 1), 696, 0),
    ("codigo-extranjeros", date(2024, 5, 1), 1723, 0),
    ("codigo-extranjeros", date(2025, 9, 1), 187, 1),
    ("codigo-extranjeros", date(2026, 5, 1), 191, 0),
    ("novedades-batch", date(2024, 5, 1), 3924, 2),
    ("novedades-batch", date(2026, 2, 1), 4398, 1),
    ("novedades-batch", date(2026, 3, 1), 4491, 0),
]
# The sum of attentions and complaints, each month times its place: two lines that changed places differ.
WEIGHED = {"dependientes": 21344, "codigo-extranjeros": 92466, "novedades-batch": 1568025}


def test_exactly_the_sheets_with_a_table_have_one() -> None:
    assert set(published()) == set(TABLES)
    assert set(published()) <= set(load().procedures)


@pytest.mark.parametrize("slug", TABLES)
def test_a_table_is_that_of_its_sheet(slug: str) -> None:
    months, first, last, attended, complaints = TABLES[slug]
    table = published()[slug]
    assert (len(table), min(table), max(table)) == (months, first, last)
    assert sum(line.attended for line in table.values()) == attended
    assert sum(line.complaints for line in table.values()) == complaints
    weighed = sum(
        (table[on].attended + table[on].complaints) * place for place, on in enumerate(sorted(table), 1)
    )
    assert weighed == WEIGHED[slug]


@pytest.mark.parametrize(("slug", "month", "attended", "complaints"), LINES)
def test_a_line_is_to_the_digit(slug: str, month: date, attended: int, complaints: int) -> None:
    assert published()[slug][month] == Published(attended=attended, complaints=complaints)


def test_the_tables_have_a_source_and_a_date() -> None:
    source, on = sources()
    assert source
    assert on <= date(2026, 11, 21)


def test_what_is_counted_is_of_procedures_of_the_catalogue() -> None:
    named = {one.procedure for one in (*policy().attended, *policy().decided) if one.procedure}
    named |= {one.counts_as for one in policy().attended if one.counts_as}
    assert named <= set(load().procedures)
