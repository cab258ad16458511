"""Forms for one novedad, filed at once: one row, and no half of a filing."""

import uuid
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from afilia.audit import queries as audit
from afilia.novedades.actions import BlockedError, RefusedError
from afilia.novedades.models import Filing, Novedad
from afilia.workers.models import Employment
from tests.batches.filing import NAMES, Desk, in_register, make_desk
from tests.builders import cedula
from tests.concurrency.conftest import Together
from tests.novedades.test_annulling import annul
from tests.novedades.test_single import file, values

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def test_the_same_form_from_two_tabs_at_once_is_filed_once(desk: Desk, together: Together) -> None:
    form, token = values("ENT", cedula()), uuid.uuid4()
    filings = together(*[partial(file, desk, "ENT", form, token=token)] * 4)
    assert len({filing.pk for filing in filings}) == 1  # type: ignore[attr-defined]
    assert Filing.objects.count() == Novedad.objects.count() == Employment.objects.count() == 1
    assert audit.verify() is None


def test_the_same_novedad_in_two_forms_at_once_is_filed_once(desk: Desk, together: Together) -> None:
    form = values("ENT", cedula())
    together(*(partial(file, desk, "ENT", form, token=uuid.uuid4()) for _ in range(4)))
    assert Filing.objects.count() == Novedad.objects.count() == 1


def test_an_entry_is_annulled_or_something_hangs_on_it_but_never_both(desk: Desk, together: Together) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    barrier = Barrier(2)

    def one(what: Any) -> str:
        barrier.wait()
        try:
            what()
        except (BlockedError, RefusedError):
            return "refused"
        return "done"

    done = together(
        partial(one, partial(annul, desk, entry)),
        partial(one, partial(file, desk, "INS", values("INS", number))),
    )
    assert sorted(map(str, done)) == ["done", "refused"]
    extra = Novedad.objects.filter(kind="INS").exists()
    assert extra is not Employment.objects.get().annulled


def test_the_register_of_identities_is_asked_for_a_form_too(desk: Desk) -> None:
    number = cedula()
    in_register(number)
    file(desk, "ENT", values("ENT", number))
    person = Employment.objects.get().person
    assert (person.names, person.identity_confirmed_at is not None) == (NAMES, True)
