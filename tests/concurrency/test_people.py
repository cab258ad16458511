"""Codes issued and people joined while others do the same, and while employers' files are registered."""

from datetime import date
from functools import partial

import pytest
from django.db import transaction

from afilia.audit import queries as audit
from afilia.batches import actions as batches
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.identifiers.person import foreigner_code
from afilia.workers import actions, queries
from afilia.workers.models import CodeSeries, Employment, IdentityNumber, Join, Person
from afilia.workers.rules import JoinRefusal
from tests.batches.filing import make_desk
from tests.builders import NOW, make_employment, make_person
from tests.concurrency.conftest import Together
from tests.workers.joining import join, undo

pytestmark = pytest.mark.django_db(transaction=True)

THREADS, EACH = 20, 50  # `python -m bench foreigners` issues 10,000


def issue(*numbers: str) -> list[str]:
    codes = []
    for number in numbers:
        document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number=number)
        with transaction.atomic():
            code = actions.issue_code(
                names="ROJAS PAZ ANA", birth_on=date(1991, 5, 4), document=document, prefix="61", now=NOW
            )
            transaction.set_rollback(number.endswith("7"))  # some do not come about
        codes.append(code.number)
    return codes


def test_codes_issued_at_once_follow_without_gap_or_collision(together: Together) -> None:
    taken = [foreigner_code("61", serial) for serial in (5, 6, 300)]
    for number in taken:
        make_person(number=number)
    documents = [[f"P{thread:02}{one:02}" for one in range(EACH)] for thread in range(THREADS)]
    answers = together(*(partial(issue, *numbers) for numbers in documents))
    assert [one for one in answers if isinstance(one, Exception)] == []
    issued = THREADS * (EACH - EACH // 10)
    codes = [foreigner_code("61", serial) for serial in range(1, issued + len(taken) + 1)]
    assert [*IdentityNumber.objects.order_by("number").values_list("number", flat=True)] == codes
    assert CodeSeries.objects.get().last == issued + len(taken)
    assert Person.objects.count() == len(codes)


def test_of_officials_who_issue_for_one_document_at_once_one_does(together: Together) -> None:
    answers = together(*[partial(issue, "AB1")] * 6)
    (code,) = [one for one in answers if isinstance(one, list)]
    refused = [one for one in answers if isinstance(one, actions.HasCodeError)]
    assert {one.number for one in refused} == {*code}
    assert (len(refused), Person.objects.count()) == (5, 1)


def test_two_who_join_the_same_people_at_once_do_it_once(together: Together) -> None:
    make_person(number="6100000001")
    number = make_person().numbers.get().number
    answers = together(*[partial(join, "6100000001", number), partial(join, number, "6100000001")] * 2)
    assert sorted(type(one).__name__ for one in answers) == ["Join", *["JoinRefusedError"] * 3]
    assert Join.objects.count() == 1


def join_and_undo(number: str, other: str, *, times: int) -> None:
    for _ in range(times):
        joined = join(number, other)
        while not _undone(joined):
            pass


def _undone(joined: Join) -> bool:
    """Whether nothing came in after it was said whose each row is: an employer files for one of the two."""
    rows = queries.added_since(joined)
    try:
        undo(joined, added={one.key: one.row.employer.name == "OTHER" for one in rows})
    except actions.JoinRefusedError as error:
        if error.reason is not JoinRefusal.ADDED:
            raise
        return False
    return True


def test_join_and_undo_go_on_while_files_are_registered(together: Together) -> None:
    make_person(number="6100000001")
    other = make_person().numbers.get().number
    filed, ready = [], []
    for turn in range(6):
        number, name = ("6100000001", "MINE") if turn % 2 else (other, "OTHER")
        desk = make_desk()
        type(desk.employer).objects.filter(pk=desk.employer.pk).update(name=name)
        worker = make_employment(branch=desk.employer.branches.get(number="0002")).person
        batch = desk.plan(desk.record("ENT", number), desk.record("ENT", f"61{turn:08}99"[:10])).batch
        paid = desk.plan(desk.record("MSU", worker.numbers.get().number, branch="0002")).batch
        for one in (batch, paid):
            assert desk.confirm(one) is None
            ready.append(one)
        filed.append(desk.employer)
    answers = together(
        partial(join_and_undo, "6100000001", other, times=8),
        *(partial(batches.register, batch_id=one.pk, now=NOW) for one in ready),
    )
    assert answers == [None] * len(answers)
    assert {*Batch.objects.values_list("state", flat=True)} == {State.REGISTERED}
    assert audit.verify() is None
    mine, theirs = queries.person_of("6100000001"), queries.person_of(other)
    assert mine is not None
    assert theirs is not None
    assert mine != theirs
    for employer in filed:
        owner = mine if employer.pk in {e.pk for e in filed[1::2]} else theirs
        assert Employment.objects.filter(employer=employer, person=owner).count() == 1
        assert not Employment.objects.filter(employer=employer, person__numbers=None).exists()
