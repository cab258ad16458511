"""The list that an employer of the demo had compared."""

from datetime import UTC, datetime

import pytest

from afilia.ops import demo
from afilia.ops.demo import loading
from afilia.payroll import actions
from afilia.payroll.models import Comparison
from afilia.payroll.rules.states import State
from tests.novedades.checking import context

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_list_among_the_samples_differs_in_each_way_but_one() -> None:
    loading.load(now=NOW)
    sent = Comparison.objects.get()
    assert sent.file_name == demo.DATA["payroll"]["file"]
    actions.compare(comparison_id=sent.pk, attempt=sent.attempt, now=NOW, context=context())
    sent.refresh_from_db()
    assert sent.state == State.COMPARED
    assert sent.summary["kinds"] == {
        "missing": 2, "absent": 2, "exit-day": 1, "pay": 6, "entry-day": 1, "ended": 1
    }  # fmt: skip
    assert sent.summary["problems"] == {"bad-number": 2}
