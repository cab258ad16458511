"""A list that comes twice at once, or while the history changes."""

from functools import partial
from pathlib import Path

import pytest
from django.conf import settings

from afilia.access.queries import Holder
from afilia.batches import actions as batches
from afilia.batches.rules import Mode
from afilia.novedades.models import Novedad
from afilia.payroll import actions, files, queries
from afilia.payroll.models import Comparison
from afilia.payroll.rules.states import State
from tests.batches.filing import Desk, Planned, employ, make_desk
from tests.builders import NOW
from tests.concurrency.conftest import Together
from tests.novedades.checking import context

pytestmark = pytest.mark.django_db(transaction=True)

MONTH = NOW.date().replace(day=1)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def send(desk: Desk, content: str, *, name: str = "lista.csv") -> Comparison:
    path = Path(settings.FILE_UPLOAD_TEMP_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content, "utf-8")
    holder = Holder(key_id=0, employer=desk.employer, number=desk.sender.by_number, branches=None)
    return actions.receive(holder=holder, file_name="lista.csv", path=path, month=MONTH, now=NOW)


def compare(comparison: Comparison) -> None:
    actions.compare(comparison_id=comparison.pk, attempt=comparison.attempt, now=NOW, context=context())


def test_the_same_list_sent_four_times_at_once_is_one_comparison(desk: Desk, together: Together) -> None:
    content = f"Cédula;Sueldo\n{employ(desk)};700,00\n"
    sent = together(*(partial(send, desk, content, name=f"{at}.csv") for at in range(4)))
    assert {one.pk for one in sent if isinstance(one, Comparison)} == {Comparison.objects.get().pk}
    assert sorted(one.attempt for one in sent if isinstance(one, Comparison)) == [1, 2, 3, 4]
    together(*(partial(compare, one) for one in sent if isinstance(one, Comparison)))
    compared = Comparison.objects.get()
    assert (compared.state, compared.summary["kinds"]) == (State.COMPARED, {"pay": 1})
    assert queries.differences(compared)[0] == 1
    left = {path.name for path in files.upload(compared).parent.iterdir()}
    assert left == {"upload", "differences-4.parquet", "problems-4.parquet"}
    assert not [*Path(settings.FILE_UPLOAD_TEMP_DIR).iterdir()]


def test_a_comparison_beside_a_batch_knows_when_it_is_out_of_date(desk: Desk, together: Together) -> None:
    number = employ(desk)
    sent = send(desk, f"Cédula;Sueldo\n{number};700,00\n")
    planned = desk.plan(desk.record("MSU", number, sueldo="700.00"))
    assert desk.confirm(planned.batch, mode=Mode.ALL) is None
    together(partial(compare, sent), partial(batches.register, batch_id=planned.batch.pk, now=NOW))
    sent.refresh_from_db()
    desk.employer.refresh_from_db()
    assert Novedad.objects.filter(kind="MSU").count() == 1
    told = queries.differences(sent)[0]
    assert told == 0 or sent.history_version != desk.employer.history_version


def test_the_batch_of_a_ready_file_is_judged_again_when_another_registers_first(desk: Desk) -> None:
    number = employ(desk)
    ready = desk.plan(desk.record("MSU", number, sueldo="700.00"))
    assert ready.outcomes == ["new"]
    desk.file(desk.record("MSU", number, sueldo="750.00"))
    assert desk.confirm(ready.batch, mode=Mode.ALL) is None
    batches.register(batch_id=ready.batch.pk, now=NOW)
    assert [row.amount for row in Novedad.objects.filter(kind="MSU")] == [750]
    ready.batch.refresh_from_db()
    batches.plan(batch_id=ready.batch.pk, attempt=ready.batch.attempt, now=NOW)
    assert Planned.of(ready.batch).outcomes == ["correction"]  # which the person has to mean
