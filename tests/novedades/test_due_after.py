from datetime import date

import pytest

from afilia.novedades.rules.deadlines import due_after
from tests.novedades.checking import LAYOUTS, context


@pytest.mark.parametrize(
    ("novedad", "day", "working", "due"),
    [
        ("ENT", date(2026, 11, 5), False, date(2026, 11, 20)),
        ("SAL", date(2026, 11, 5), False, date(2026, 11, 8)),
        ("MSU", date(2026, 11, 5), False, date(2026, 12, 3)),
        ("MSU", date(2024, 2, 29), False, date(2024, 3, 3)),
        ("SAL", date(2026, 11, 5), True, date(2026, 11, 10)),
    ],
)
def test_last_day_in_time_is_counted_from_the_day_or_the_end_of_its_month(
    novedad: str, day: date, working: bool, due: date
) -> None:
    assert due_after(LAYOUTS[novedad], context(working_days=working), day=day) == due
