"""Anything that people, clocks and the worker can do, in any order: seats are never double."""

from datetime import datetime, timedelta

import pytest
from django.db.models import Count
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from afilia.appointments import actions
from afilia.appointments.models import AgendaDay, Appointment, WaitingEntry
from afilia.appointments.rules.states import COUNTED, LIVE, RefusedError, State, Waiting
from tests.appointments.builders import KEY_PROCEDURE, NOW, at, make_agenda, make_office, make_who, wait

PEOPLE, HOURS = st.integers(0, 5), st.integers(9, 11)
WAITS = st.sampled_from([timedelta(seconds=1), timedelta(minutes=5), timedelta(minutes=120)])


class Appointments(RuleBasedStateMachine):
    """One counter, three places that anybody wants, six people."""

    now: datetime

    @initialize()
    def begin(self) -> None:
        self.now = NOW
        self.agenda = make_agenda(make_office(open_to=at(9).date()), minutes=60)
        self.people = [make_who() for _ in range(6)]
        self.turn = 0

    @rule(person=PEOPLE, hour=HOURS)
    def hold(self, person: int, hour: int) -> None:
        self.turn += 1
        self._try(
            actions.hold,
            agenda_id=self.agenda.pk,
            starts_at=at(hour),
            procedure=KEY_PROCEDURE,
            who=self.people[person],
            address=f"10.{self.turn // 256}.{self.turn % 256}.1",
        )

    @rule(person=PEOPLE)
    def confirm(self, person: int) -> None:
        for row in self._of(person).filter(state__in=[State.HELD, State.EXPIRED]):
            self._try(actions.confirm, appointment_id=row.pk)

    @rule(person=PEOPLE)
    def cancel(self, person: int) -> None:
        for row in self._of(person).filter(state=State.CONFIRMED):
            self._try(actions.cancel, appointment_id=row.pk)

    @rule(person=PEOPLE, hour=HOURS)
    def move(self, person: int, hour: int) -> None:
        for row in self._of(person).filter(state=State.CONFIRMED):
            before = (row.starts_at, row.seat)
            moved = self._try(
                actions.move, appointment_id=row.pk, agenda_id=self.agenda.pk, starts_at=at(hour)
            )
            row.refresh_from_db()
            assert (row.starts_at == at(hour)) if moved else ((row.starts_at, row.seat) == before)

    @rule(person=PEOPLE)
    def wait(self, person: int) -> None:
        self._try(wait, who=self.people[person])

    @rule(person=PEOPLE, act=st.sampled_from(["accept_offer", "decline_offer", "leave_waiting_list"]))
    def answer(self, person: int, act: str) -> None:
        number = self.people[person].identity.number
        for entry in WaitingEntry.objects.filter(number=number, state__in=["queued", "offered"]):
            self._try(getattr(actions, act), entry_id=entry.pk)

    @rule(time=WAITS)
    def time_passes(self, time: timedelta) -> None:
        self.now += time

    @rule()
    def the_worker_runs(self) -> None:
        actions.tend_waiting_list(now=self.now)

    @invariant()
    def no_seat_is_double(self) -> None:
        live = Appointment.objects.filter(state__in=LIVE).values("agenda", "starts_at", "seat")
        assert not live.annotate(times=Count("pk")).filter(times__gt=1).exists()

    @invariant()
    def counters_are_what_a_recount_gives(self) -> None:
        kept = sum(AgendaDay.objects.values_list("taken", flat=True))
        assert kept == Appointment.objects.filter(state__in=COUNTED).count()

    @invariant()
    def nobody_has_two_appointments(self) -> None:
        has = Appointment.objects.filter(state__in=[State.HELD, State.CONFIRMED]).values("number")
        assert not has.annotate(times=Count("pk")).filter(times__gt=1).exists()

    @invariant()
    def every_offer_is_one_persons_who_waits(self) -> None:
        offers = {*Appointment.objects.filter(state=State.OFFERED).values_list("pk", flat=True)}
        waiting = WaitingEntry.objects.filter(state=Waiting.OFFERED).values_list("offer", flat=True)
        assert sorted(offers) == sorted(waiting)

    def _of(self, person: int) -> object:
        return Appointment.objects.filter(number=self.people[person].identity.number)

    def _try(self, act: object, **asked: object) -> bool:
        """Whether it was done; a refusal leaves all as it was."""
        try:
            act(**asked, now=self.now)  # type: ignore[operator]
        except RefusedError:
            return False
        return True


class TestAppointments(TestCase, Appointments.TestCase):  # type: ignore[misc]  a database for each run
    settings = settings(
        max_examples=6, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
    )


@pytest.mark.django_db
def test_the_machine_reaches_offers() -> None:
    """What the machine may try leads to an offer that is accepted, so that its checks mean something."""
    machine = Appointments()
    machine.begin()
    machine.hold(0, 9)
    machine.confirm(0)
    machine.wait(1)
    machine.cancel(0)
    assert WaitingEntry.objects.get().state == Waiting.OFFERED
    machine.answer(1, "accept_offer")
    assert WaitingEntry.objects.get().state == Waiting.SERVED
    machine.no_seat_is_double()
    machine.counters_are_what_a_recount_gives()
