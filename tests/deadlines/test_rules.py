"""What is due, by which rule, and when somebody is warned of it."""

from dataclasses import replace
from datetime import date

import pytest

from afilia.deadlines.catalogue import contributions
from afilia.deadlines.rules import Kind, When, dues, event_rules, warnings_on
from tests.novedades.checking import context


def by_month(kind: Kind, today: date = date(2026, 11, 21), **changes: object) -> dict[date, date]:
    found = dues(context(today, **changes), contributions(), months_back=1)
    return {due.month: due.on for due in found if due.kind is kind}


def test_novedades_are_due_days_after_their_month_and_contributions_on_the_fifteenth() -> None:
    assert by_month(Kind.NOVEDADES)[date(2026, 11, 1)] == date(2026, 12, 3)
    assert by_month(Kind.CONTRIBUTIONS)[date(2026, 11, 1)] == date(2026, 12, 15)
    assert by_month(Kind.CONTRIBUTIONS)[date(2026, 12, 1)] == date(2027, 1, 15)


def test_working_days_move_novedades_alone() -> None:
    # 2 and 3 November are holidays.
    assert by_month(Kind.NOVEDADES, working_days=True)[date(2026, 10, 1)] == date(2026, 11, 6)
    assert by_month(Kind.NOVEDADES, working_days=True)[date(2026, 12, 1)] == date(2027, 1, 6)
    assert by_month(Kind.CONTRIBUTIONS, working_days=True)[date(2026, 11, 1)] == date(2026, 12, 15)


def test_dues_come_by_day_without_retired_types_and_with_their_rule() -> None:
    found = dues(context(), contributions(), months_back=0)
    assert [due.on for due in found] == sorted(due.on for due in found)
    [first] = [due for due in found if due.kind is Kind.NOVEDADES and due.month == date(2026, 11, 1)]
    assert "MSU" in first.novedades
    assert "MND" not in first.novedades
    assert all(due.source for due in found)


def test_rules_of_events_are_those_of_entries_exits_and_arrears() -> None:
    rules = {rule.novedad: rule.days for rule in event_rules(context())}
    assert (rules["ENT"], rules["SAL"], rules["PRA"]) == (15, 3, 3)
    assert "MSU" not in rules


@pytest.mark.parametrize(
    ("today", "when"),
    [
        (date(2026, 11, 29), None),
        (date(2026, 11, 30), When.BEFORE),
        (date(2026, 12, 3), When.BEFORE),
        (date(2026, 12, 4), When.AFTER),
        (date(2026, 12, 10), When.AFTER),
        (date(2026, 12, 11), None),
    ],
)
def test_warning_is_right_on_some_days(today: date, when: When | None) -> None:
    [due] = [
        due
        for due in dues(context(), contributions(), months_back=0)
        if due.kind is Kind.NOVEDADES and due.month == date(2026, 11, 1)
    ]
    assert warnings_on(today, due, before=3, after=1) is when
    assert warnings_on(today, due, before=0, after=0) is None
    paid = replace(due, kind=Kind.CONTRIBUTIONS)
    assert warnings_on(date(2026, 12, 4), paid, before=3, after=1) is None
