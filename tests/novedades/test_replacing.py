"""Correcting what a novedad is about: annulled and filed again in one act, as late as it was at first."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from afilia.audit.models import Entry
from afilia.novedades import actions, queries
from afilia.novedades.actions import (
    BlockedError,
    NotInForceError,
    RefusedError,
    Replacing,
    judge_replacing,
    replace_one,
)
from afilia.novedades.models import Filing, Novedad
from afilia.workers.models import Employment
from tests.batches.filing import Desk, branch, make_desk, number_of
from tests.builders import NOW, cedula, make_employment
from tests.novedades.test_annulling import annul, filer, undo
from tests.novedades.test_single import file, values

pytestmark = pytest.mark.django_db
NEXT_MONTH = NOW + timedelta(days=30)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


def replaced(desk: Desk, old: Filing, given: dict[str, str], **options: Any) -> Filing:
    what = Replacing(filing_id=old.pk, line=1, values=given)
    given_options = {"filed_at": NEXT_MONTH, "token": None, "reason": "digitacion", "explanation": ""}
    return replace_one(filer=filer(desk), what=what, **given_options | options)


def in_force(employment: Employment) -> list[str]:
    return [row.kind for row in queries.in_force(employment)]


def lateness(desk: Desk, person_id: int) -> dict[str, int]:
    """Days late of what is in force about a person, by type."""
    rows = queries.history(queries.worker(desk.employer, person_id=person_id, allowed=None), by_number=None)
    return {
        one.novedad.kind: (one.first_filed_on - one.novedad.due_on).days
        for one in rows
        if not one.replaced_by and not one.novedad.annulled and one.novedad.due_on
    }


def test_the_day_of_an_entry_is_corrected_in_one_filing(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number, fecha_ingreso="20261117"))
    filing = replaced(desk, entry, values("ENT", number, fecha_ingreso="20261115"))
    old, new = Employment.objects.order_by("pk")
    assert (old.annulled, new.annulled, new.entered_on) == (True, False, date(2026, 11, 15))
    rows = Novedad.objects.filter(filing=filing).order_by("line").values_list("line", "kind", "annulled")
    assert [*rows] == [(1, "ENT", True), (2, "ENT", False)]
    assert (filing.reason, Entry.objects.latest("pk").facts["outcome"]) == ("digitacion", "replaced")


def test_the_first_filing_decides_whether_what_replaces_it_is_late(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number, fecha_ingreso="20261117"))
    given = values("ENT", number, fecha_ingreso="20261115")
    what = Replacing(filing_id=entry.pk, line=1, values=given)
    (judged,) = judge_replacing(filer=filer(desk), what=what, now=NEXT_MONTH)
    codes = [found.code for found in judged.findings]
    assert (judged.days_late, codes) == (0, ["person.unconfirmed"])
    replaced(desk, entry, given)
    person = Employment.objects.latest("pk").person_id
    assert lateness(desk, person)["ENT"] <= 0
    again = Filing.objects.latest("pk")
    what = Replacing(filing_id=again.pk, line=2, values=values("ENT", number, fecha_ingreso="20261001"))
    (judged,) = judge_replacing(filer=filer(desk), what=what, now=NEXT_MONTH)
    assert judged.due_on is not None
    assert judged.days_late == (timezone.localdate(NOW) - judged.due_on).days > 0


def test_judging_writes_nothing(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    what = Replacing(filing_id=entry.pk, line=1, values=values("ENT", number, branch="0002"))
    judge_replacing(filer=filer(desk), what=what, now=NOW)
    assert (Filing.objects.count(), Employment.objects.get().annulled) == (1, False)


@pytest.mark.parametrize("novedad", ["MSU", "INS", "PFM", "PRA", "MND", "SAL"])
def test_an_entry_in_another_branch_takes_along_what_hangs_on_it(desk: Desk, novedad: str) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number, fecha_ingreso="20261101"))
    later = file(desk, novedad, values(novedad, number))
    before = Novedad.objects.get(filing=later)
    replaced(desk, entry, values("ENT", number, branch="0002", fecha_ingreso="20261101"))
    old, new = Employment.objects.order_by("pk")
    assert (in_force(old), sorted(in_force(new))) == ([], sorted(["ENT", novedad]))
    row = Novedad.objects.get(employment=new, kind=novedad)
    assert (row.amount, row.details, row.period, row.due_on) == (
        before.amount,
        before.details,
        before.period,
        before.due_on,
    )
    assert lateness(desk, new.person_id).get(novedad, 0) <= 0
    assert new.left_on == (date(2026, 11, 20) if novedad == "SAL" else None)


def test_an_undone_replacement_puts_back_what_was_there_and_when_it_was_filed(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    file(desk, "INS", values("INS", number))
    filing = replaced(desk, entry, values("ENT", number, branch="0002"))
    undo(desk, filing, now=NEXT_MONTH + timedelta(minutes=1))
    old, new = Employment.objects.order_by("pk")
    assert (old.annulled, new.annulled, sorted(in_force(old))) == (False, True, ["ENT", "INS"])
    assert max(lateness(desk, old.person_id).values()) <= 0


def test_a_change_of_pay_moves_to_another_month(desk: Desk) -> None:
    number = number_of(make_employment(branch=branch(desk), entry_pay=Decimal(482)))
    old = file(desk, "MSU", values("MSU", number))
    replaced(desk, old, {**values("MSU", number), "mes": "10"})
    rows = queries.in_force(Employment.objects.get())
    assert [(row.kind, row.period) for row in rows] == [("MSU", 202610)]


def test_what_cannot_be_filed_leaves_the_old_one_in_force(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number, fecha_ingreso="20261101"))
    file(desk, "SAL", values("SAL", number, fecha_salida="20261110"))
    with pytest.raises(RefusedError) as refused:
        replaced(desk, entry, values("ENT", number, fecha_ingreso="20261112"))
    assert [found.code for found in refused.value.judged.errors] == ["exit.before-entry"]
    employment = Employment.objects.get()
    assert (employment.annulled, employment.left_on) == (False, date(2026, 11, 10))


def test_an_exit_does_not_move_away_when_the_worker_came_back(desk: Desk) -> None:
    number = number_of(make_employment(branch=branch(desk)))
    exit_ = file(desk, "SAL", values("SAL", number, fecha_salida="20261110"))
    file(desk, "ENT", values("ENT", number))
    with pytest.raises(BlockedError):
        replaced(desk, exit_, values("SAL", number, branch="0002", fecha_salida="20261110"))


def test_the_same_form_twice_replaces_once_and_another_form_is_told(desk: Desk) -> None:
    number, token = cedula(), uuid.uuid4()
    entry = file(desk, "ENT", values("ENT", number))
    given = values("ENT", number, branch="0002")
    first = replaced(desk, entry, given, token=token)
    assert replaced(desk, entry, given, token=token) == first
    with pytest.raises(NotInForceError):
        replaced(desk, entry, given, token=uuid.uuid4())


# An employment from before the portal


@pytest.mark.parametrize("how", ["annulled", "undone"])
def test_a_notice_for_an_employment_from_before_leaves_it_when_it_goes(desk: Desk, how: str) -> None:
    number = number_of(
        make_employment(branch=branch(desk), entered_on=date(2026, 11, 16), entry_pay=Decimal(482))
    )
    file(desk, "INS", values("INS", number))
    entry = file(desk, "ENT", values("ENT", number, fecha_ingreso="20261116", sueldo="900.00"))
    assert Employment.objects.get().entry_pay == Decimal(900)
    annul(desk, entry) if how == "annulled" else undo(desk, entry)
    employment = Employment.objects.get()
    assert (employment.annulled, employment.entry_pay) == (False, Decimal(482))
    assert in_force(employment) == ["INS"]
    file(desk, "ENT", values("ENT", number, fecha_ingreso="20261116"))
    annul(desk, Filing.objects.latest("pk"))
    assert not Employment.objects.get().annulled


def test_a_batch_keeps_what_was_known_before_too(desk: Desk) -> None:
    number = number_of(make_employment(branch=branch(desk), entered_on=date(2026, 11, 16)))
    desk.file(desk.record("ENT", number))
    assert Novedad.objects.filter(kind="ENT").exists()
    actions.annul(
        filer=filer(desk),
        filing_id=Filing.objects.get().pk,
        line=1,
        reason="otro",
        explanation="",
        now=NOW,
        token=None,
    )
    assert not Employment.objects.get().annulled
