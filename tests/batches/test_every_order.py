"""Whatever is done to a batch, in any order, as a machine of states."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from afilia.audit import queries as audit
from afilia.batches import actions, queries
from afilia.batches.models import Batch, Progress
from afilia.batches.rules import Mode, Refusal, State
from afilia.novedades.models import Novedad
from tests.batches.filing import employ, events, make_desk, text
from tests.builders import NOW, cedula

pytestmark = pytest.mark.django_db


class Life(RuleBasedStateMachine):
    """It is registered once at most, and never half."""

    @initialize()
    def arrive(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.desk = make_desk()
        self.now = NOW
        self.numbers = [employ(self.desk) for _ in range(3)]
        lines = [self.desk.record("MSU", number) for number in self.numbers]
        self.content = text(*lines, self.desk.record("MSU", cedula()))
        self.batch = self.desk.receive(self.content, now=self.now)

    @rule()
    def send_again(self) -> None:
        self.batch = self.desk.receive(self.content, now=self.now)

    @rule(late=st.booleans())
    def plan(self, late: bool) -> None:
        attempt = self.batch.attempt - late
        actions.plan(batch_id=self.batch.pk, attempt=attempt, now=self.now)

    @rule(mode=st.sampled_from(Mode), percent=st.sampled_from([None, 24, 25]), corrections=st.booleans())
    def confirm(self, mode: Mode, percent: int | None, corrections: bool) -> None:
        before = Batch.objects.get(pk=self.batch.pk)
        refusal = self.desk.confirm(
            self.batch, mode=mode, percent=percent, corrections=corrections, now=self.now
        )
        after = Batch.objects.get(pk=self.batch.pk)
        assert (refusal is None) is (after.state in {State.CONFIRMED, State.REGISTERED})
        if before.state == State.PLANNED and refusal not in {None, Refusal.PLAN_IS_OLD}:
            assert after.state == State.PLANNED
        self.batch = after

    @rule()
    def register(self) -> None:
        actions.register(batch_id=self.batch.pk, now=self.now)

    @precondition(lambda self: self.now < NOW + timedelta(days=2))
    @rule()
    def a_day_passes(self) -> None:
        self.now += timedelta(days=1)

    @precondition(lambda self: len(self.numbers) > 1)
    @rule(same_pay=st.booleans())
    def another_batch_is_registered(self, same_pay: bool) -> None:
        number = self.numbers.pop()
        fields = {} if same_pay else {"sueldo": "777.00"}
        self.desk.plan(self.desk.record("MSU", number, **fields), now=self.now)
        other = Batch.objects.exclude(pk=self.batch.pk).latest("received_at", "pk")
        if self.desk.confirm(other, now=self.now) is None:
            actions.register(batch_id=other.pk, now=self.now)

    @invariant()
    def it_is_registered_once_or_not_at_all(self) -> None:
        batch = Batch.objects.get(pk=self.batch.pk)
        rows = Novedad.objects.filter(filing__batch=batch).count()
        if batch.state == State.REGISTERED:
            counts = queries.counts(batch)
            assert rows == counts.to_register(corrections_meant=batch.corrections_meant) > 0
            assert batch.filing is not None
        else:
            assert (rows, batch.filing, batch.registered_at) == (0, None, None)
        assert Progress.objects.filter(batch=batch).count() == 1
        assert events(batch).count("batch.registered") == (batch.state == State.REGISTERED)

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            assert audit.verify() is None
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def test_every_order_of_steps() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=[*HealthCheck],
        ),
    )
