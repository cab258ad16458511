"""What happens when several people, or one person twice, act on a case at the same moment."""

import pytest

from afilia.audit.models import Entry
from afilia.cases import actions
from afilia.cases.actions import HasOneError, RefusedError, TakenError
from afilia.cases.models import Case, Trace
from afilia.cases.rules.moves import State
from afilia.documents import actions as documents
from afilia.notices.models import Message
from tests.builders import NOW
from tests.cases.builders import (
    fill,
    make_draft,
    make_official,
    make_registration,
    make_reviewed,
    make_submitted,
)
from tests.concurrency.conftest import Together
from tests.documents.papers import plain_jpeg

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_officials_who_take_one_case_one_gets_it(together: Together) -> None:
    case = make_submitted()
    officials = [make_official() for _ in range(4)]
    results = together(*(lambda by=by: actions.take(case_id=case.pk, by=by, now=NOW) for by in officials))
    winners = [official for official, got in zip(officials, results, strict=True) if isinstance(got, Case)]
    assert len(winners) == 1
    assert sum(isinstance(got, TakenError) for got in results) == 3
    case.refresh_from_db()
    assert case.assignee_id == winners[0].id
    assert Trace.objects.filter(case=case, why=Trace.Why.TAKEN).count() == 1


def test_a_double_click_submits_once(together: Together) -> None:
    case = fill(make_draft())
    results = together(*[lambda: actions.submit(case_id=case.pk, now=NOW)] * 4)
    assert {got.number for got in results if isinstance(got, Case)} == {f"T-2026-{case.pk:07d}"}
    assert len(results) == 4
    assert Entry.objects.filter(event="case.submitted").count() == 1
    assert Message.objects.filter(subject__startswith="Recibimos").count() == 1


def test_two_drafts_of_an_employer_become_one_case(together: Together) -> None:
    employer = make_registration().employer
    drafts = [fill(make_draft(employer)) for _ in range(3)]
    results = together(*(lambda draft=draft: actions.submit(case_id=draft.pk, now=NOW) for draft in drafts))
    assert sum(isinstance(got, Case) for got in results) == 1
    assert sum(isinstance(got, HasOneError) for got in results) == 2
    assert Case.objects.filter(state=State.SUBMITTED).count() == 1


def test_a_document_put_while_another_tab_submits_is_either_in_it_or_refused(together: Together) -> None:
    case = fill(make_draft())
    prepared = documents.prepare(chunks=[plain_jpeg()], name="ruc.jpg", most=1024 * 1024, now=NOW)
    put, submitted = together(
        lambda: actions.put(case_id=case.pk, slot="ruc", document="ruc", prepared=prepared, now=NOW),
        lambda: actions.submit(case_id=case.pk, now=NOW),
    )
    assert isinstance(submitted, Case)
    (paper,) = case.papers.filter(slot="ruc")
    assert (paper == put) is not isinstance(put, RefusedError)


def test_of_a_decision_and_a_withdrawal_one_holds(together: Together) -> None:
    official = make_official()
    case = make_reviewed(official)
    results = together(
        lambda: actions.refuse(case_id=case.pk, reason="ya-tiene-clave", text="", by=official, now=NOW),
        lambda: actions.withdraw(case_id=case.pk, now=NOW),
    )
    assert sum(isinstance(got, Case) for got in results) == 1
    assert sum(isinstance(got, RefusedError) for got in results) == 1
    case.refresh_from_db()
    assert case.state in {State.REFUSED, State.WITHDRAWN}
    assert case.moves.count() == 3  # submitted, taken up, and one of the two


def test_many_cases_submitted_at_once_have_a_number_each(together: Together) -> None:
    drafts = [fill(make_draft()) for _ in range(8)]
    results = together(*(lambda draft=draft: actions.submit(case_id=draft.pk, now=NOW) for draft in drafts))
    assert len({got.number for got in results if isinstance(got, Case)}) == 8
