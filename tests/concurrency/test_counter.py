"""Two officials at once, with real threads: one key, one hand on a case, one decision."""

from functools import partial

import pytest

from afilia.access import actions as access
from afilia.access.models import EmployerKey
from afilia.audit import queries as ledger
from afilia.audit.models import Entry
from afilia.cases import actions as cases
from afilia.cases.actions import RefusedError as CaseRefusedError
from afilia.cases.actions import TakenError
from afilia.cases.models import Case
from afilia.cases.rules.moves import State
from afilia.counter import actions
from afilia.counter.actions import RefusedError
from afilia.counter.queries import keys as queries
from afilia.counter.rules.handing import Refusal, Road
from tests.builders import NOW
from tests.cases.builders import make_official, make_reviewed, make_submitted, tick
from tests.concurrency.conftest import Together
from tests.counter.builders import give, make_applicant, make_approved, make_clerk, make_prepared
from tests.staff.builders import make_office

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("light_hashing")]


def reasons(answers: list[object]) -> list[object]:
    return sorted(str(one.reason) if isinstance(one, RefusedError) else type(one).__name__ for one in answers)


def test_of_officials_who_hand_over_one_key_at_once_one_does(together: Together) -> None:
    employer = make_applicant()
    clerks = [make_clerk() for _ in range(4)]
    prepared = [make_prepared(employer, clerk) for clerk in clerks]
    answers = together(*(partial(give, one, clerk) for one, clerk in zip(prepared, clerks, strict=True)))
    assert reasons(answers) == [Refusal.OVERTAKEN] * 3 + ["str"]
    assert Entry.objects.filter(event="counter.key-handed-over").count() == 1
    assert EmployerKey.objects.count() == 1


def test_a_button_pressed_twice_prints_one_key(together: Together) -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk)
    answers = together(*[partial(give, handover, clerk)] * 4)
    assert reasons(answers) == ["str"] + [Refusal.TWICE] * 3
    (key,) = [one for one in answers if isinstance(one, str)]
    number = employer.representative.number
    assert isinstance(access.sign_in(number=number, key=key, address="192.0.2.1", now=NOW), EmployerKey)


def test_a_case_handed_over_while_others_look_at_it_waits_for_no_deadlock(together: Together) -> None:
    office = make_office()
    case = make_approved(office)
    clerk, supervisor = make_clerk(office=office), make_official()
    employer = queries.employer(case.employer_id)
    assert employer is not None
    handover = make_prepared(employer, clerk, case=case)
    look = partial(cases.record_look, case_id=case.pk, by=supervisor, what="case", now=NOW)
    seen = partial(actions.record_look, employer=employer, by=clerk, now=NOW)
    answers = together(look, seen, partial(give, handover, clerk), look, seen, look)
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert Case.objects.get(pk=case.pk).state == State.DELIVERED
    assert ledger.verify() is None


def test_a_link_used_in_two_browsers_makes_one_key(together: Together) -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk, road=Road.LINK)
    give(handover, clerk)
    handover.refresh_from_db()
    number = employer.representative.number
    use = [
        partial(
            actions.use_link,
            digest=bytes(handover.link or b""),
            number=number,
            new_key=f"tijera nube caimito {turn}",
            now=NOW,
        )
        for turn in range(4)
    ]
    answers = together(*use)
    assert answers.count(None) == 3
    assert [one for one in answers if isinstance(one, Exception)] == []
    assert EmployerKey.objects.get().handed_until is None


def test_a_link_sent_again_while_it_is_used_leaves_one_key(together: Together) -> None:
    employer, clerk = make_applicant(), make_clerk()
    handover = make_prepared(employer, clerk, road=Road.LINK)
    give(handover, clerk)
    handover.refresh_from_db()
    use = partial(
        actions.use_link,
        digest=bytes(handover.link or b""),
        number=employer.representative.number,
        new_key="tijera nube caimito 7",
        now=NOW,
    )
    used, again = together(use, partial(give, handover, clerk, seen=1))
    key = EmployerKey.objects.get()
    if isinstance(used, EmployerKey):
        assert (reasons([again]), key.handed_until) == ([Refusal.HAS_KEY], None)
    else:
        assert (used, again, key.handed_until is None) == (None, None, False)


def test_of_officials_who_take_one_case_at_once_one_has_it(together: Together) -> None:
    officials = [make_official() for _ in range(4)]
    case = make_submitted()
    answers = together(*(partial(cases.take, case_id=case.pk, by=by, now=NOW) for by in officials))
    losers = [one for one in answers if isinstance(one, TakenError)]
    assert len(losers) == 3
    case.refresh_from_db()
    assert {one.by.pk for one in losers} == {case.assignee_id}
    assert case.traces.filter(why="taken").count() == 1


def test_of_two_decisions_at_once_one_wins(together: Together) -> None:
    official, office = make_official(), make_office()
    case = tick(make_reviewed(official), official)
    approve = partial(cases.approve, case_id=case.pk, office=office, by=official, now=NOW)
    refuse = partial(cases.refuse, case_id=case.pk, reason="otro-tramite", text="", by=official, now=NOW)
    answers = together(approve, refuse)
    assert sorted(type(one).__name__ for one in answers) == ["Case", CaseRefusedError.__name__]
    assert Case.objects.get(pk=case.pk).state in {State.APPROVED, State.REFUSED}
    assert case.moves.filter(kind__in=["approve", "refuse"]).count() == 1
