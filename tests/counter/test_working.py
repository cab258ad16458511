from datetime import date, timedelta

import pytest

from afilia.counter.rules.working import Clock, Due, due
from afilia.counter.templatetags.counter import due_kind, due_text

FRIDAY = date(2026, 11, 20)
DAY = timedelta(days=1)


def is_working(on: date) -> bool:
    return on.weekday() < 5


@pytest.mark.parametrize(
    ("due_on", "days_left", "expected", "text", "kind"),
    [
        (FRIDAY, None, Due(clock=Clock.RUNNING, days=0), "Vence hoy", "warning"),
        (FRIDAY + 3 * DAY, None, Due(clock=Clock.RUNNING, days=1), "Queda 1 día hábil", "warning"),
        (FRIDAY + 4 * DAY, None, Due(clock=Clock.RUNNING, days=2), "Quedan 2 días hábiles", "info"),
        (FRIDAY - DAY, None, Due(clock=Clock.LATE, days=1), "Vencido hace 1 día hábil", "error"),
        (FRIDAY - 4 * DAY, None, Due(clock=Clock.LATE, days=4), "Vencido hace 4 días hábiles", "error"),
        (None, 3, Due(clock=Clock.STOPPED, days=3), "Detenido: quedan 3 días hábiles", "neutral"),
        (None, 1, Due(clock=Clock.STOPPED, days=1), "Detenido: queda 1 día hábil", "neutral"),
        (None, -2, Due(clock=Clock.STOPPED, days=-2), "Detenido, vencido por 2 días hábiles", "neutral"),
        (None, None, Due(clock=Clock.NONE), "Sin plazo", "neutral"),
    ],
    ids=str,
)
def test_the_clock_is_told_in_working_days(
    due_on: date | None, days_left: int | None, expected: Due, text: str, kind: str
) -> None:
    found = due(due_on=due_on, days_left=days_left, today=FRIDAY, is_working=is_working)
    assert (found, due_text(found), due_kind(found)) == (expected, text, kind)
