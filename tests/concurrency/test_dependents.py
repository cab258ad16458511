"""Dependents registered by several people at once."""

from functools import partial

import pytest

from afilia.audit import queries as audit
from afilia.batches import actions as batches
from afilia.dependents import actions
from afilia.dependents.models import Change, Dependent
from afilia.novedades.models import Filing
from afilia.workers.models import Employment, IdentityNumber
from tests.builders import NOW, cedula
from tests.concurrency.conftest import Together
from tests.dependents.registering import SPOUSE, make_home

pytestmark = pytest.mark.django_db(transaction=True)


def test_same_form_from_three_tabs_is_registered_once(together: Together) -> None:
    home = make_home()
    results = together(*[home.register] * 3)
    assert sum(isinstance(result, Filing) for result in results) == 1
    assert results.count(None) == 2
    assert (len(home.dependents), Change.objects.count()) == (1, 1)
    assert audit.verify() is None


def test_person_is_registered_as_the_spouse_of_one_of_two_workers(together: Together) -> None:
    homes, number = [make_home(), make_home()], cedula()
    spouse = {**SPOUSE, "documento": "I", "numero_dependiente": number}
    results = together(*[partial(home.register, **spouse) for home in homes])
    assert {type(result) for result in results} == {Filing, actions.RefusedError}
    (refused,) = (result for result in results if isinstance(result, actions.RefusedError))
    assert [*refused.findings["code"]] == ["dependent.partner-elsewhere"]
    assert Dependent.objects.count() == IdentityNumber.objects.filter(number=number).count() == 1


def test_child_of_two_workers_is_one_person(together: Together) -> None:
    homes, number = [make_home(), make_home()], cedula()
    child = {"documento": "I", "numero_dependiente": number}
    results = together(*[partial(home.register, **child) for home in homes])
    assert {type(result) for result in results} == {Filing}
    assert Dependent.objects.values("person").distinct().count() == 1


def test_worker_who_leaves_at_that_moment_has_either_the_dependent_or_left(together: Together) -> None:
    home = make_home()
    leaving = home.desk.plan(home.desk.record("SAL", home.number, fecha_salida="20261119"))
    assert home.desk.confirm(leaving.batch) is None
    results = together(
        partial(batches.register, batch_id=leaving.batch.pk, now=NOW),
        *[partial(home.register, numero_dependiente=str(number)) for number in range(3)],
    )
    assert results[0] is None
    assert Employment.objects.get(pk=home.employment.pk).left_on is not None
    filed = [result for result in results[1:] if isinstance(result, Filing)]
    refused = [result for result in results[1:] if isinstance(result, actions.RefusedError)]
    assert len(filed) + len(refused) == 3
    assert {code for one in refused for code in one.findings["code"]} <= {"employment.ended"}
    assert len(home.dependents) == len(filed)
