"""A batch on its way, step by step, and every step that it does not take."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from afilia.batches import actions, files, queries
from afilia.batches.actions import UploadRefusal, UploadRefusedError
from afilia.batches.models import Batch
from afilia.batches.rules import Mode, Refusal, State
from afilia.novedades import planning
from afilia.novedades.models import Filing, Novedad
from afilia.workers.models import Employment
from tests.batches.filing import Desk, employ, events, make_desk, text
from tests.builders import NOW, cedula, make_key, make_person

pytestmark = pytest.mark.django_db

QUITO_MIDNIGHT = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def waiting(files: Path) -> Path:
    """Where uploads lie that no batch has yet."""
    return files / "batches" / "waiting"


# Receiving


def test_an_upload_is_stored_with_its_hash_and_waits_for_its_plan(desk: Desk) -> None:
    batch = desk.receive(text(desk.record("MSU", employ(desk))))
    assert (batch.state, batch.attempt, batch.received_at) == (State.RECEIVED, 1, NOW)
    assert (batch.decided_at, batch.registered_at, batch.receipt) == (None, None, None)
    assert len(batch.sha256) == 64
    assert queries.progress(batch) == (0, 0)
    assert events(batch) == ["batch.received"]


def test_a_long_job_is_done_when_it_ends(desk: Desk) -> None:
    batch, later = desk.receive(text(desk.record("MSU", employ(desk)))), NOW + timedelta(seconds=7)
    actions.plan(batch_id=batch.id, attempt=batch.attempt, now=NOW, clock=lambda: later)
    batch.refresh_from_db()
    assert batch.decided_at == later
    actions.confirm(
        batch_id=batch.id,
        sender=desk.sender,
        mode=Mode.ALL,
        max_error_percent=None,
        corrections_meant=False,
        now=later,
    )
    much_later = later + timedelta(seconds=7)
    actions.register(batch_id=batch.id, now=later, clock=lambda: much_later)
    batch.refresh_from_db()
    assert batch.registered_at == much_later
    assert batch.filing is not None
    assert batch.filing.filed_at == later


def test_the_person_who_confirms_is_the_one_who_filed(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    colleague = make_key(desk.employer, number=cedula())
    sender = actions.Sender(
        employer=desk.employer, by_number=colleague.number, key_id=colleague.pk, branches=None
    )
    actions.confirm(
        batch_id=batch.id,
        sender=sender,
        mode=Mode.ALL,
        max_error_percent=None,
        corrections_meant=False,
        now=NOW,
    )
    actions.register(batch_id=batch.id, now=NOW)
    batch.refresh_from_db()
    assert batch.filing is not None
    assert (batch.by_number, batch.filing.by_number) == (desk.sender.by_number, colleague.number)


def test_a_key_to_one_branch_is_told_of_no_other(desk: Desk) -> None:
    number = employ(desk, branch="0002")
    employ(desk)
    key = make_key(desk.employer, number=cedula(), branches=[desk.employer.branches.get(number="0002")])
    sender = actions.Sender(
        employer=desk.employer, by_number=key.number, key_id=key.pk, branches=frozenset({"0002"})
    )
    batch = actions.receive(
        sender=sender,
        novedad="MSU",
        file_name="MSU.txt",
        chunks=[text(desk.record("MSU", number, branch="0002")).encode()],
        now=NOW,
    )
    actions.plan(batch_id=batch.id, attempt=batch.attempt, now=NOW)
    batch.refresh_from_db()
    assert batch.summary["active_before"] == 1


def test_the_three_moments_are_apart(desk: Desk) -> None:
    planned = desk.plan(desk.record("MSU", employ(desk)))
    confirmed_at, registered_at = NOW + timedelta(minutes=1), NOW + timedelta(minutes=2)
    assert desk.confirm(planned.batch, now=confirmed_at) is None
    actions.register(batch_id=planned.batch.pk, now=registered_at)
    batch = Batch.objects.get()
    assert (batch.received_at, batch.decided_at, batch.confirmed_at, batch.registered_at) == (
        NOW,
        NOW,
        confirmed_at,
        registered_at,
    )
    assert batch.filing is not None
    assert batch.filing.filed_at == confirmed_at


def test_the_same_bytes_of_a_registered_batch_give_it_back_with_its_receipt(desk: Desk) -> None:
    line = desk.record("MSU", employ(desk))
    first = desk.file(line)
    actions.issue_receipt(batch_id=first.pk, now=datetime.now(UTC))
    again = desk.receive(text(line), now=NOW + timedelta(days=3))
    assert again.pk == first.pk
    assert (again.state, again.attempt) == (State.REGISTERED, 1)
    assert again.receipt_id is not None
    assert Batch.objects.count() == 1


def test_the_same_bytes_not_yet_confirmed_are_planned_again(desk: Desk) -> None:
    line, other = desk.record("MSU", employ(desk)), desk.record("MSU", employ(desk))
    first = desk.plan(line, other)
    assert first.outcomes == ["new", "new"]
    desk.file(line)
    again = desk.plan(line, other)
    assert again.batch.pk == first.batch.pk
    assert again.batch.attempt == 2
    assert again.outcomes == ["unchanged", "new"]


def test_the_same_bytes_as_another_type_are_judged_anew(desk: Desk) -> None:
    line = desk.record("MSU", employ(desk))
    refused = desk.plan(line, novedad="INS")
    assert (refused.batch.state, refused.summary["refused"]) == (State.REFUSED, True)
    right = desk.plan(line, novedad="MSU")
    assert right.batch.pk == refused.batch.pk
    assert (right.batch.state, right.outcomes) == (State.PLANNED, ["new"])


def test_a_refused_file_is_judged_by_another_type_only_as_long_as_it_is_refused(desk: Desk) -> None:
    batch = desk.plan(desk.record("INS", employ(desk)), novedad="MSU").batch
    assert batch.state == State.REFUSED
    for _ in range(2):
        actions.judge_as(batch_id=batch.pk, sender=desk.sender, novedad="INS", now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.novedad, batch.attempt) == (State.RECEIVED, "INS", 2)
    assert events(batch) == ["batch.received", "batch.planned", "batch.judged-again"]
    with pytest.raises(Batch.DoesNotExist):
        actions.judge_as(batch_id=batch.pk, sender=make_desk().sender, novedad="INS", now=NOW)


def test_the_same_bytes_of_another_employer_are_another_batch(desk: Desk) -> None:
    other = make_desk()
    content = text(desk.record("MSU", employ(desk)))
    assert desk.receive(content).pk != other.receive(content).pk


def test_an_upload_beyond_the_limit_is_refused_and_nothing_kept(desk: Desk, waiting: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 1024 * 1024

    with pytest.raises(UploadRefusedError) as refused:
        actions.receive(sender=desk.sender, novedad="MSU", file_name="x.txt", chunks=endless(), now=NOW)
    assert refused.value.reason is UploadRefusal.TOO_LARGE
    assert Batch.objects.count() == 0
    assert [*waiting.iterdir()] == []


def test_a_sender_that_breaks_off_leaves_nothing(desk: Desk, waiting: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 1024
        raise ConnectionError

    with pytest.raises(UploadRefusedError):
        actions.receive(sender=desk.sender, novedad="MSU", file_name="x.txt", chunks=broken(), now=NOW)
    assert Batch.objects.count() == 0
    assert [*waiting.iterdir()] == []


# Confirming


def test_modes_decide_on_the_real_counts(desk: Desk) -> None:
    lines = [desk.record("MSU", employ(desk)) for _ in range(3)] + [desk.record("MSU", cedula())]
    batch = desk.plan(*lines).batch
    assert desk.confirm(batch, mode=Mode.ALL) is Refusal.ERRORS_IN_FILE
    assert desk.confirm(batch, mode=Mode.PERCENT) is Refusal.PERCENT_MISSING
    assert desk.confirm(batch, mode=Mode.PERCENT, percent=24) is Refusal.TOO_MANY_ERRORS
    batch.refresh_from_db()
    assert (batch.state, batch.mode, batch.confirmed_at) == (State.PLANNED, "", None)
    assert desk.confirm(batch, mode=Mode.PERCENT, percent=25) is None
    actions.register(batch_id=batch.pk, now=NOW)
    assert [*Novedad.objects.order_by("line").values_list("line", flat=True)] == [1, 2, 3]


def test_what_is_confirmed_twice_is_confirmed_once(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    assert desk.confirm(batch) is None
    assert desk.confirm(batch, mode=Mode.ALL, corrections=True) is None
    batch.refresh_from_db()
    assert (batch.mode, batch.corrections_meant) == (Mode.GOOD, False)
    assert events(batch).count("batch.confirmed") == 1
    actions.register(batch_id=batch.pk, now=NOW)
    assert desk.confirm(batch) is None


def test_a_batch_without_a_plan_is_not_confirmed(desk: Desk) -> None:
    batch = desk.receive(text(desk.record("MSU", employ(desk))))
    assert desk.confirm(batch) is Refusal.NOT_PLANNED
    refused = desk.plan(desk.record("MSU", employ(desk)), novedad="INS").batch
    assert desk.confirm(refused) is Refusal.NOT_PLANNED


def test_the_batch_of_another_employer_is_not_there_to_confirm(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    with pytest.raises(Batch.DoesNotExist):
        make_desk().confirm(batch)


def test_a_plan_that_is_not_the_one_shown_is_not_confirmed(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    options = {
        "batch_id": batch.pk,
        "sender": desk.sender,
        "mode": Mode.GOOD,
        "max_error_percent": None,
        "corrections_meant": False,
        "now": NOW,
    }
    assert actions.confirm(**options, digest="another") is Refusal.PLAN_CHANGED
    assert actions.confirm(**options, digest=batch.summary["digest"]) is None


def test_a_plan_of_yesterday_is_made_again_before_it_is_confirmed(desk: Desk) -> None:
    line = desk.record("SAL", employ(desk), fecha_salida="20261118")  # due on the 21st
    planned = desk.plan(line, now=QUITO_MIDNIGHT - timedelta(seconds=2))
    assert planned.codes() == []
    batch = planned.batch
    assert desk.confirm(batch, now=QUITO_MIDNIGHT) is Refusal.PLAN_IS_OLD
    batch.refresh_from_db()
    assert (batch.state, batch.attempt) == (State.RECEIVED, 2)
    again = desk.plan(line, now=QUITO_MIDNIGHT)
    assert again.codes() == ["deadline.late"]
    assert desk.confirm(again.batch, now=QUITO_MIDNIGHT) is None


def test_a_second_before_midnight_is_still_that_day_however_long_the_queue_is(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk)), now=QUITO_MIDNIGHT - timedelta(hours=1)).batch
    due = desk.record("SAL", employ(desk), fecha_salida="20261118")  # on the 21st, and late on the next day
    other = desk.plan(due, now=QUITO_MIDNIGHT - timedelta(hours=1)).batch
    confirmed_at = QUITO_MIDNIGHT - timedelta(seconds=1)
    for confirmed in (batch, other):
        assert desk.confirm(confirmed, now=confirmed_at) is None
    # The second one is planned again on the next day, because the first one changed the history.
    for confirmed in (batch, other):
        actions.register(batch_id=confirmed.pk, now=QUITO_MIDNIGHT + timedelta(hours=2))
    for registered in Batch.objects.all():
        assert (registered.state, registered.planned_on) == (State.REGISTERED, date(2026, 11, 21))
        assert registered.filing is not None
        assert registered.filing.filed_at == confirmed_at


# Jobs


def test_jobs_that_run_again_do_nothing_more(desk: Desk) -> None:
    batch = desk.plan(desk.record("MSU", employ(desk))).batch
    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    actions.register(batch_id=batch.pk, now=NOW)  # not confirmed yet
    assert (Novedad.objects.count(), events(batch)) == (0, ["batch.received", "batch.planned"])
    desk.confirm(batch)
    for _ in range(2):
        actions.register(batch_id=batch.pk, now=NOW)
        actions.issue_receipt(batch_id=batch.pk, now=datetime.now(UTC))
        actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    assert Novedad.objects.count() == Filing.objects.count() == 1
    assert events(batch) == [
        "batch.received",
        "batch.planned",
        "batch.confirmed",
        "batch.registered",
        "batch.receipt-issued",
    ]


def test_a_plan_that_was_asked_for_before_the_last_one_is_not_made(desk: Desk) -> None:
    content = text(desk.record("MSU", employ(desk)))
    batch = desk.receive(content)
    desk.receive(content)
    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.attempt) == (State.RECEIVED, 2)
    assert not files.plan_folder(batch).exists()


def test_a_plan_is_dropped_when_another_is_asked_for_while_it_is_made(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = text(desk.record("MSU", employ(desk)))
    batch, make = desk.receive(content), planning.make

    def overtaken(*file: Any, **options: Any) -> dict[str, Any]:
        summary = make(*file, **options)
        desk.receive(content)
        return summary

    monkeypatch.setattr(planning, "make", overtaken)
    actions.plan(batch_id=batch.pk, attempt=1, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.attempt, batch.decided_at) == (State.RECEIVED, 2, None)
    monkeypatch.undo()
    actions.plan(batch_id=batch.pk, attempt=2, now=NOW)
    batch.refresh_from_db()
    assert batch.state == State.PLANNED


def test_a_change_of_the_history_that_does_not_touch_the_plan_lets_it_be_registered(desk: Desk) -> None:
    first, second = employ(desk), employ(desk)
    batch = desk.plan(desk.record("MSU", second)).batch
    desk.confirm(batch)
    desk.file(desk.record("MSU", first))
    actions.register(batch_id=batch.pk, now=NOW)
    batch.refresh_from_db()
    assert batch.state == State.REGISTERED
    assert "batch.plan-changed" not in events(batch)
    assert batch.summary["changed"] is False


def test_a_change_of_the_history_that_touches_the_plan_sends_it_back(desk: Desk) -> None:
    number = employ(desk)
    batch = desk.plan(desk.record("MSU", number), "").batch
    desk.confirm(batch)
    desk.file(desk.record("MSU", number))
    actions.register(batch_id=batch.pk, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.filing) == (State.PLANNED, None)
    assert (batch.summary["changed"], batch.summary["unchanged"]) == (True, 1)
    assert events(batch)[-1] == "batch.plan-changed"
    assert desk.confirm(batch) is Refusal.NOTHING_TO_REGISTER


def test_another_pay_before_sends_a_change_of_pay_back(desk: Desk) -> None:
    """The sum before and after is what the employer confirmed, though each line ends as it did."""
    number = employ(desk)
    batch = desk.plan(desk.record("MSU", number)).batch
    desk.confirm(batch)
    desk.file(desk.record("MSU", number, period="202610", sueldo="512.00"))
    actions.register(batch_id=batch.pk, now=NOW)
    before, batch = batch.summary, Batch.objects.get(pk=batch.pk)
    assert (batch.state, batch.summary["changed"]) == (State.PLANNED, True)
    assert (before["new"], batch.summary["new"]) == (1, 1)
    assert batch.summary["sums"]["new"]["before"] == "512.00"


def test_another_finding_sends_an_entry_back(desk: Desk) -> None:
    """Nothing of the line itself is different, but it is now a worker of another branch who enters."""
    number = make_person().numbers.get().number
    batch = desk.plan(desk.record("ENT", number, branch="0002")).batch
    assert desk.confirm(batch) is None
    desk.file(desk.record("ENT", number))
    actions.register(batch_id=batch.pk, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["changed"], batch.summary["new"]) == (State.PLANNED, True, 1)
    assert ["warning", "entry.other-branch", 1] in batch.summary["codes"]


def test_an_exit_in_between_sends_an_entry_nowhere_but_a_change_of_pay_back(desk: Desk) -> None:
    number = employ(desk)
    batch = desk.plan(desk.record("MSU", number)).batch
    desk.confirm(batch)
    desk.file(desk.record("SAL", number, period="202610", fecha_salida="20261031"))
    actions.register(batch_id=batch.pk, now=NOW)
    batch.refresh_from_db()
    assert (batch.state, batch.summary["rejected"]) == (State.PLANNED, 1)
    assert Employment.objects.get().left_on == date(2026, 10, 31)
