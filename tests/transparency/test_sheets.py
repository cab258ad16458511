"""The figures of the past are those of the official sheets, line by line and to the digit."""

import pytest

from afilia.procedures.catalogue import load
from afilia.transparency.policy import published
from afilia.transparency.rules.counting import Published
from tests.sheets import needs_sheets, read

pytestmark = needs_sheets
SHEETS = {one.sheet: one.slug for one in load().procedures.values() if one.sheet}


@pytest.mark.parametrize("number", sorted(SHEETS))
def test_every_line_of_a_sheet_is_published_and_no_other(number: str) -> None:
    lines = read(number).months
    table = {on: Published(attended=attended, complaints=complaints) for on, complaints, attended in lines}
    assert len(table) == len(lines)
    assert published().get(SHEETS[number], {}) == table


def test_three_of_the_sheets_have_a_table() -> None:
    assert [number for number in sorted(SHEETS) if read(number).months] == ["000", "002", "003"]
