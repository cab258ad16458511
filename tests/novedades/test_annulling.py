"""Correcting, annulling and undoing: nothing is deleted, and what hangs on a novedad follows or blocks."""

import uuid
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from afilia.novedades import actions, queries
from afilia.novedades.actions import BlockedError, Filer, NotInForceError, RefusedError, Step, TooLateError
from afilia.novedades.models import Filing, Novedad
from afilia.novedades.rules.annulling import Hanging, hanging, may_undo
from afilia.novedades.rules.layouts import Effect
from afilia.novedades.rules.plan import Outcome
from afilia.workers.models import Employment
from tests.batches.filing import Desk, branch, make_desk, number_of
from tests.builders import NOW, cedula, make_employment
from tests.novedades.test_single import file, judge, values

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def worker(desk: Desk) -> str:
    return number_of(make_employment(branch=branch(desk), entry_pay=Decimal(482)))


def filer(desk: Desk) -> Filer:
    return Filer(
        employer=desk.employer,
        branches=desk.sender.branches,
        by_number=desk.sender.by_number,
        actor=desk.sender.actor,
    )


def annul(desk: Desk, filing: Filing, *, line: int = 1, **options: Any) -> Filing:
    given = {"reason": "no-ocurrio", "explanation": "", "now": LATER, "token": None, **options}
    return actions.annul(filer=filer(desk), filing_id=filing.pk, line=line, **given)


def undo(desk: Desk, filing: Filing, *, now: Any = LATER) -> Filing:
    return actions.undo(filer=filer(desk), filing_id=filing.pk, now=now, within=HOUR)


# Rules


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (Effect.PAY, Hanging.FOLLOWS),
        (Effect.ABSENCE, Hanging.FOLLOWS),
        (Effect.EXIT, Hanging.BLOCKS),
        (Effect.EXTRA, Hanging.BLOCKS),
        (Effect.RESERVE, Hanging.BLOCKS),
        (Effect.ARREARS, Hanging.BLOCKS),
    ],
)
def test_what_hangs_on_an_entry(other: Effect, what: Hanging) -> None:
    assert hanging(other, on=Effect.ENTRY) is what


@pytest.mark.parametrize("effect", [effect for effect in Effect if effect is not Effect.ENTRY])
def test_no_other_novedad_hangs_on_anything_but_an_entry(effect: Effect) -> None:
    assert hanging(Effect.PAY, on=effect) is None


@pytest.mark.parametrize(("passed", "may"), [(HOUR - timedelta(milliseconds=1), True), (HOUR, False)])
def test_the_time_to_undo_ends_sharply(passed: timedelta, may: bool) -> None:
    assert may_undo(filed_at=NOW, now=NOW + passed, within=HOUR) is may


# Annulling


def test_an_annulled_exit_leaves_the_worker_active_and_the_history_whole(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker))
    annulled = annul(desk, exit_, explanation="Sigue trabajando")
    assert Employment.objects.get().left_on is None
    first, second = Novedad.objects.order_by("revision")
    assert (first.annulled, first.filing, second.annulled, second.filing) == (False, exit_, True, annulled)
    assert (annulled.reason, annulled.explanation) == ("no-ocurrio", "Sigue trabajando")
    assert second.details is None


def test_an_annulled_entry_was_no_employment(desk: Desk) -> None:
    entry = file(desk, "ENT", values("ENT", cedula()))
    annul(desk, entry)
    employment = Employment.objects.get()
    assert employment.annulled
    today = date(2026, 11, 21)
    assert queries.active_employments(desk.employer, on=today, allowed=None) == 0
    assert not queries.employments(desk.employer, allowed=None, on=today).exists()
    (told,) = queries.worker(desk.employer, person_id=employment.person_id, allowed=None)
    assert told == employment
    judged = judge(desk, "SAL", values("SAL", number_of(employment)))
    assert [found.code for found in judged.errors] == ["employment.none"]


def test_an_annulled_entry_filed_anew_is_revived_with_a_deadline_of_its_own(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    annul(desk, entry)
    much_later = NOW + timedelta(days=30)
    again = file(desk, "ENT", values("ENT", number), filed_at=much_later)
    employment = Employment.objects.get()
    assert (employment.annulled, again.pk != entry.pk) == (False, True)
    assert [row.annulled for row in Novedad.objects.order_by("revision")] == [False, True, False]


def test_an_annulled_novedad_filed_anew_is_new_and_late_by_itself(desk: Desk, worker: str) -> None:
    annul(desk, file(desk, "SAL", values("SAL", worker)))
    judged = judge(desk, "SAL", values("SAL", worker, fecha_salida="20261110"))
    assert (judged.outcome, judged.days_late, judged.revision) == (Outcome.NEW, 8, 2)
    assert [found.code for found in judged.findings] == ["deadline.late"]


def test_a_batch_takes_what_was_annulled_for_new(desk: Desk, worker: str) -> None:
    annul(desk, file(desk, "MSU", values("MSU", worker)))
    planned = desk.plan(desk.record("MSU", worker))
    assert (planned.outcomes, planned.codes()) == (["new"], [])
    assert planned.lines[0]["pay_before"] == Decimal(482)
    desk.go_on(planned)
    assert [row.annulled for row in Novedad.objects.order_by("revision")] == [False, True, False]


def test_pay_before_skips_a_change_that_was_annulled(desk: Desk, worker: str) -> None:
    file(desk, "MSU", {**values("MSU", worker, sueldo="500.00"), "mes": "08"})
    annul(desk, file(desk, "MSU", {**values("MSU", worker, sueldo="550.00"), "mes": "09"}))
    judged = judge(desk, "MSU", values("MSU", worker))
    assert judged.pay_before == Decimal(500)
    # a correction of the change before it counts from then on
    file(
        desk,
        "MSU",
        {**values("MSU", worker, sueldo="510.00"), "mes": "08"},
        corrections_meant=True,
    )
    assert judge(desk, "MSU", values("MSU", worker)).pay_before == Decimal(510)


def test_an_entry_takes_its_pay_along_when_it_is_annulled(desk: Desk) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    file(desk, "MSU", values("MSU", number))
    annulled = annul(desk, entry)
    kinds = [(row.kind, row.line) for row in Novedad.objects.filter(filing=annulled, annulled=True)]
    assert sorted(kinds) == [("ENT", 1), ("MSU", 2)]


@pytest.mark.parametrize("novedad", ["SAL", "INS", "PFM", "PRA"])
def test_an_entry_with_later_novedades_is_not_annulled(desk: Desk, novedad: str) -> None:
    number = cedula()
    entry = file(desk, "ENT", values("ENT", number))
    later = file(desk, novedad, values(novedad, number))
    with pytest.raises(BlockedError) as blocked:
        annul(desk, entry)
    assert [row.filing for row in blocked.value.hangs.blocking] == [later]
    assert not Novedad.objects.filter(annulled=True).exists()
    annul(desk, later)
    annul(desk, entry)
    assert Employment.objects.get().annulled


def test_an_exit_followed_by_another_entry_is_not_annulled(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker, fecha_salida="20261110"))
    file(desk, "ENT", values("ENT", worker))
    with pytest.raises(BlockedError) as blocked:
        annul(desk, exit_)
    assert [one.entered_on for one in blocked.value.hangs.employments] == [date(2026, 11, 16)]


def test_what_was_corrected_since_is_not_annulled_by_its_old_number(desk: Desk, worker: str) -> None:
    first = file(desk, "MSU", values("MSU", worker))
    file(desk, "MSU", values("MSU", worker, sueldo="700.00"), corrections_meant=True)
    with pytest.raises(NotInForceError):
        annul(desk, first)


def test_the_same_annulment_sent_twice_is_done_once(desk: Desk, worker: str) -> None:
    exit_, token = file(desk, "SAL", values("SAL", worker)), uuid.uuid4()
    first = annul(desk, exit_, token=token)
    assert annul(desk, exit_, token=token) == first
    with pytest.raises(NotInForceError):
        annul(desk, exit_, token=uuid.uuid4())


def test_nobody_annuls_for_another_employer_or_branch(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker))
    with pytest.raises(Novedad.DoesNotExist):
        annul(make_desk(), exit_)
    elsewhere = Filer(employer=desk.employer, branches=frozenset({"0002"}), by_number="1", actor="holder:1")
    with pytest.raises(Novedad.DoesNotExist):
        actions.annul(
            filer=elsewhere, filing_id=exit_.pk, line=1, reason="otro", explanation="", now=NOW, token=None
        )
    with pytest.raises(Filing.DoesNotExist):
        actions.undo(filer=elsewhere, filing_id=exit_.pk, now=NOW, within=HOUR)


def test_history_cannot_be_deleted_in_spite_of_annulment(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker))
    with pytest.raises(IntegrityError), transaction.atomic():
        Novedad.objects.filter(filing=exit_).delete()


# Undoing


def test_an_undone_correction_puts_back_what_was_there(desk: Desk) -> None:
    number = cedula()
    file(desk, "ENT", values("ENT", number))
    wrong = file(desk, "ENT", values("ENT", number, sueldo="5000.00"), corrections_meant=True)
    undo(desk, wrong)
    first, _, third = Novedad.objects.order_by("revision")
    assert (third.amount, third.details, third.annulled) == (first.amount, first.details, False)
    assert Employment.objects.get().entry_pay == Decimal(500)
    assert judge(desk, "ENT", values("ENT", number)).outcome is Outcome.UNCHANGED


def test_an_undone_entry_is_annulled_and_an_undone_annulment_revives_it(desk: Desk) -> None:
    entry = file(desk, "ENT", values("ENT", cedula()))
    annulled = annul(desk, entry)
    undo(desk, annulled)
    assert not Employment.objects.get().annulled
    again = file(desk, "MSU", values("MSU", number_of(Employment.objects.get())))
    undo(desk, again)
    assert queries.in_force(Employment.objects.get())[0].kind == "ENT"


def test_undoing_twice_undoes_once(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker))
    first = undo(desk, exit_)
    assert undo(desk, exit_) == first
    with pytest.raises(NotInForceError):
        undo(desk, first)


def test_undoing_has_an_end(desk: Desk, worker: str) -> None:
    exit_ = file(desk, "SAL", values("SAL", worker))
    with pytest.raises(TooLateError):
        undo(desk, exit_, now=NOW + HOUR)


def test_a_batch_is_not_undone(desk: Desk, worker: str) -> None:
    filing = desk.file(desk.record("SAL", worker)).filing
    assert filing is not None
    with pytest.raises(NotInForceError):
        undo(desk, filing)


def test_an_undone_annulment_does_not_overlap_what_came_since(desk: Desk) -> None:
    number = cedula()
    annulled = annul(desk, file(desk, "ENT", values("ENT", number)))
    file(desk, "ENT", values("ENT", number, fecha_ingreso="20261112"))
    with pytest.raises(BlockedError):
        undo(desk, annulled)


# Several together


def change(worker: str, *, to: str = "0001", **fields: str) -> list[Step]:
    return [
        Step(novedad="SAL", values=values("SAL", worker, fecha_salida="20261115", causa="T")),
        Step(novedad="ENT", values=values("ENT", worker, branch=to, **fields)),
    ]


@pytest.mark.parametrize("to", ["0001", "0002"])
def test_a_change_is_an_exit_and_an_entry_in_one_filing(desk: Desk, worker: str, to: str) -> None:
    steps = change(worker, to=to)
    judged = actions.judge_together(filer=filer(desk), steps=steps, now=NOW)
    assert [(one.outcome, [found.code for found in one.errors]) for one in judged] == [(Outcome.NEW, [])] * 2
    assert not Filing.objects.exists()
    filing = actions.file_together(
        filer=filer(desk), steps=steps, filed_at=NOW, token=uuid.uuid4(), reason="cambio"
    )
    rows = Novedad.objects.filter(filing=filing).order_by("line").values_list("line", "kind")
    assert [*rows] == [(1, "SAL"), (2, "ENT")]
    old, new = Employment.objects.order_by("entered_on")
    assert (old.left_on, new.entered_on, new.branch.number) == (date(2026, 11, 15), date(2026, 11, 16), to)
    undo(desk, filing)
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.left_on, old.annulled, new.annulled) == (None, False, True)


def test_a_change_whose_entry_is_refused_leaves_no_exit(desk: Desk, worker: str) -> None:
    with pytest.raises(RefusedError) as refused:
        actions.file_together(
            filer=filer(desk), steps=change(worker, sueldo="x"), filed_at=NOW, token=None, reason="cambio"
        )
    assert refused.value.judged.layout.type == "ENT"
    assert not Filing.objects.exists()
    assert Employment.objects.get().left_on is None
