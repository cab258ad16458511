"""Two officials at once, with real threads: one code for a request, one for a document, none left out."""

from functools import partial

import pytest

from afilia.audit import queries as ledger
from afilia.audit.models import Entry
from afilia.foreigners.actions.deciding import RefusedError
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.rules.deciding import Refusal
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.workers.models import IdentityNumber
from tests.concurrency.conftest import Together
from tests.counter.builders import make_clerk
from tests.foreigners.builders import issue, make_opened, make_request
from tests.staff.builders import make_office

pytestmark = pytest.mark.django_db(transaction=True)


def outcomes(answers: list[object]) -> list[str]:
    return sorted(str(one.reason) if isinstance(one, RefusedError) else type(one).__name__ for one in answers)


def test_of_officials_who_issue_the_code_of_a_request_at_once_one_does(together: Together) -> None:
    office = make_office()
    clerks = [make_clerk(office=office) for _ in range(4)]
    request = make_opened(make_request(), clerks[0])
    answers = together(*(partial(issue, request, clerk) for clerk in clerks))
    assert outcomes(answers) == ["CodeRequest", *[Refusal.OVER] * 3]
    assert IdentityNumber.objects.filter(number__startswith="61").count() == 1
    assert Entry.objects.filter(event="foreigners.code-issued").count() == 1
    assert ledger.verify() is None


def test_of_two_employers_who_ask_for_one_person_at_once_one_gets_a_code(together: Together) -> None:
    document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX900900")
    clerks = [make_clerk(), make_clerk()]
    requests = [make_opened(make_request(document=document), clerk) for clerk in clerks]
    answers = together(
        *(partial(issue, one, clerk, is_another=True) for one, clerk in zip(requests, clerks, strict=True))
    )
    # Who comes second sees a double or is told of the code, by how far the first was.
    assert "CodeRequest" in outcomes(answers)
    assert {*outcomes(answers)} - {"CodeRequest"} == {Refusal.HAS_CODE}
    assert IdentityNumber.objects.filter(number__startswith="61").count() == 1


def test_a_request_that_another_office_takes_at_the_same_moment_is_issued_in_one_place(
    together: Together,
) -> None:
    here, there = make_clerk(), make_clerk()
    request = make_opened(make_request(), here)
    answers = together(partial(issue, request, here), partial(make_opened, request, there))
    request.refresh_from_db()
    if request.code:
        assert outcomes(answers) == ["CodeRequest", Refusal.MOVED]
        assert request.office_id == here.office_id
    else:
        assert request.office_id == there.office_id
    assert CodeRequest.objects.filter(code__isnull=False).count() <= 1
