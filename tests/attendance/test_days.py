"""Whole days at an office with whatever officials may press, in any order."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest

from afilia.appointments.models import Appointment
from afilia.attendance import actions
from afilia.attendance.actions import ArrivalRefusedError, CounterRefusedError, StepRefusedError
from afilia.attendance.models import DayFigure, OpenCounter, Visit
from afilia.attendance.rules.visits import AT_A_COUNTER, OPEN, State
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.kit.queue import defer
from afilia.offices.models import Office
from afilia.staff.rules import Staff
from tests.attendance.builders import (
    CODE,
    KEY,
    NOW,
    at,
    make_appointment,
    make_official,
    make_open_office,
    open_counter,
    receive,
    walk_in,
)
from tests.conftest import RunJobs

Press = Callable[[], object]
REFUSALS = (ArrivalRefusedError, CounterRefusedError, StepRefusedError)
PRESSES = 150


def live(office: Office, random: Random) -> None:
    """Let three officials press what they like for two hours, with people coming all the time."""
    officials = [make_official(office) for _ in range(3)]
    for number, staff in enumerate(officials, start=1):
        open_counter(office, staff, number=number, procedures=(KEY, CODE))
    booked = [
        make_appointment(office, minutes=random.randrange(-20, 120), procedure=random.choice((KEY, CODE)))
        for _ in range(25)
    ]
    for turn in range(PRESSES):
        now, staff = at(turn), random.choice(officials)
        press = _at_the_reception(office, staff, random, booked, now=now)
        mine = Visit.objects.filter(counter__member=staff.id, state__in=AT_A_COUNTER).first()
        visit = mine or random.choice([None, *Visit.objects.order_by("number")])
        if visit and random.random() < 0.7:
            press = _at_a_counter(office, staff, random, visit, now=now)
        try:
            press()
        except REFUSALS:
            continue


def _at_the_reception(
    office: Office, staff: Staff, random: Random, booked: list[Appointment], *, now: datetime
) -> Press:
    rare: list[Press] = [
        partial(actions.close_counter, office=office, staff=staff, now=now),
        partial(open_counter, office, staff, number=random.randint(1, 4), procedures=(KEY, CODE), now=now),
    ]
    presses: list[Press] = [
        partial(receive, random.choice(booked), now=now, priority=random.random() < 0.2),
        partial(walk_in, office, now=now, priority=random.random() < 0.5, procedure=CODE),
        *[partial(actions.call_next, office=office, staff=staff, now=now)] * 2,
    ]
    return random.choice(presses if random.random() < 0.9 else rare)


def _at_a_counter(office: Office, staff: Staff, random: Random, visit: Visit, *, now: datetime) -> Press:
    of_visit: dict[str, Any] = {"office": office, "visit_id": visit.pk, "now": now}
    steps = (actions.call_again, actions.put_back, actions.start, actions.start, actions.mark_absent)
    presses: list[Press] = [
        *(partial(step, staff=staff, **of_visit) for step in steps),
        *[partial(actions.attend, staff=staff, outcome="resuelto", **of_visit)] * 2,
        partial(actions.transfer, staff=staff, procedure=KEY, **of_visit),
        partial(actions.return_to_line, actor=staff.actor, **of_visit),
    ]
    if visit.calls == 2:  # else hardly anybody is called often enough to be absent
        presses = presses[:1]
    return random.choice(presses)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pressed_the_day_adds_up(seed: int) -> None:
    office = make_open_office()
    live(office, Random(seed))
    visits = Visit.objects.filter(day__office=office)
    at_counters = Counter(visits.filter(state__in=AT_A_COUNTER).values_list("counter", flat=True))
    assert visits.exists()
    assert set(at_counters.values()) <= {1}
    assert set(at_counters) <= {*OpenCounter.objects.filter(closed_at=None).values_list("pk", flat=True)}

    actions.close_day(office=office, on=NOW.date(), now=NOW + timedelta(days=1))
    ends = Counter(visits.values_list("state", flat=True))
    assert not set(ends) & set(OPEN)
    assert {State.ATTENDED, State.NO_SHOW, State.UNATTENDED} == set(ends)
    written = DayFigure.objects.get(day__office=office, procedure="")
    never_came = Entry.objects.get(event="attendance.day-closed").facts["never_came"]
    assert written.arrived == visits.count() == written.appointments + written.walk_ins
    assert written.attended == ends[State.ATTENDED]
    assert written.unattended == ends[State.UNATTENDED]
    assert written.missed == ends[State.NO_SHOW] + sum(never_came.values())

    rows = DayFigure.objects.filter(day__office=office).order_by("procedure")
    before = [tuple(sorted(row.items())) for row in rows.values() if row.pop("id")]
    actions.rebuild(office=office, on=NOW.date())
    assert [tuple(sorted(row.items())) for row in rows.values() if row.pop("id")] == before
    assert audit.verify() is None


def test_the_worker_closes_the_day_and_forgets_who_came(run_jobs: RunJobs) -> None:
    office = make_open_office()
    walk_in(office, now=NOW - timedelta(weeks=57), identification="AB123456")
    defer("attendance.close", timestamp=0)
    defer("attendance.forget", timestamp=0)
    assert run_jobs() == ["attendance.close", "attendance.forget"]
    visit = Visit.objects.get()
    assert (visit.state, visit.identification) == (State.UNATTENDED, "")
