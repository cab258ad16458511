"""What officials see of cases: their queue, what exists for whom, what may be done next."""

from datetime import date, timedelta

import pytest

from afilia.cases import actions
from afilia.cases.models import Case
from afilia.cases.queries import desk, facts
from afilia.cases.queries.desk import Filters
from afilia.cases.rules import sight
from afilia.cases.rules.moves import Move, State
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.builders import NOW
from tests.cases.builders import make_draft, make_official, make_reviewed, make_submitted, tick
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_the_queue_shows_what_is_due_first_and_what_was_asked_for() -> None:
    official = make_official()
    old = make_submitted(now=NOW - 20 * DAY)
    new = make_submitted()
    make_submitted(province="09")
    make_draft()
    assert list(desk.queue(official, Filters())) == [old, new]
    assert list(desk.queue(official, Filters(overdue_on=date(2026, 11, 21)))) == [old]
    assert list(desk.queue(official, Filters(text=new.employer.ruc))) == [new]
    assert list(desk.queue(official, Filters(text=str(old.number).lower()))) == [old]
    assert list(desk.queue(official, Filters(states=[State.APPROVED]))) == []
    assert list(desk.queue(official, Filters(procedure="otro"))) == []
    assert desk.counts(official) == {State.SUBMITTED: 2}


def test_the_queue_and_the_rule_agree_about_what_exists_for_whom() -> None:
    pichincha = make_office()
    decider = make_official()
    cases = [make_submitted(), make_submitted(province="09"), make_reviewed(decider), make_draft()]
    approved = tick(make_reviewed(decider), decider)
    cases.append(actions.approve(case_id=approved.pk, office=pichincha, by=decider, now=NOW))
    Case.objects.filter(pk=cases[1].pk).update(unit="direccion-nacional", unit_province="")
    staff = [
        make_official(role, **place)
        for role in Role
        for place in ({"province": "17"}, {"province": "09"}, {"province": ""}, {"office": pichincha})
        if role is not Role.COUNTER or "office" in place
    ]
    for one in staff:
        visible = set(desk.visible(one).values_list("pk", flat=True))
        ruled = {case.pk for case in Case.objects.all() if sight.parties(one, facts.place(case))}
        assert visible == ruled, (one.roles, one.province, one.office)


def test_moves_offered_are_those_that_succeed() -> None:
    official, other = make_official(), make_official()
    case = make_submitted()
    assert desk.moves(official, case) == (Move.TAKE_UP,)
    case = actions.take(case_id=case.pk, by=official, now=NOW)
    assert set(desk.moves(official, case)) == {
        Move.ASK_CORRECTION,
        Move.ASK_LEGAL,
        Move.APPROVE,
        Move.REFUSE,
    }
    assert desk.moves(other, case) == ()


def test_a_case_can_be_given_to_who_decides_in_its_province() -> None:
    official, colleague = make_official(), make_official()
    make_official(province="09")
    make_official(Role.LEGAL)
    case = make_reviewed(official)
    found = {staff.pk for staff in desk.assignable(official, case)}
    assert found == {official.id, colleague.id}
    StaffMember.objects.filter(pk=colleague.id).update(ended_at=NOW)
    assert {staff.pk for staff in desk.assignable(official, case)} == {official.id}


def test_a_paper_of_a_case_that_is_not_ones_own_does_not_exist() -> None:
    case = make_submitted()
    paper = case.papers.get(slot="ruc")
    assert desk.paper(make_official(), str(case.number), paper.pk) == paper
    assert desk.paper(make_official(province="09"), str(case.number), paper.pk) is None
    assert desk.paper(make_official(), "T-2026-9999999", paper.pk) is None


def test_why_a_case_is_where_it_is_can_be_said() -> None:
    case = make_submitted()
    assert facts.unit_name(case) == "Coordinación provincial de Pichincha"
    assert "coordinación de la provincia" in facts.why_here(case)
