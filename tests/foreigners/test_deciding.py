"""At the counter: open a request, issue the code, send it back, refuse it; and the sheet."""

import json
from datetime import date
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from afilia.audit.models import Entry
from afilia.documents import queries as documents
from afilia.documents.models import IssuedDocument
from afilia.foreigners.actions import deciding, sheets
from afilia.foreigners.actions.deciding import Received, RefusedError
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import deciding as queries
from afilia.foreigners.references import reference_of
from afilia.foreigners.rules.deciding import Arrival, Refusal
from afilia.foreigners.rules.states import PowerState, State, SutState
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.notices.models import Message
from afilia.procedures.rules import WhoComes
from afilia.registries.models import SutRecord
from afilia.staff.rules import Staff
from afilia.workers.models import IdentityDocument, IdentityNumber
from tests.builders import NOW, make_contract, make_person
from tests.counter.builders import make_clerk
from tests.documents.builders import text_of
from tests.foreigners.builders import (
    BIRTH,
    issue,
    make_comes,
    make_open_employer,
    make_opened,
    make_power,
    make_request,
)

pytestmark = pytest.mark.django_db

ATTORNEY, THIRD = WhoComes.ATTORNEY, WhoComes.AUTHORISED_THIRD_PARTY


@pytest.fixture
def clerk() -> Staff:
    return make_clerk()


def refused(request: CodeRequest, clerk: Staff, **changes: object) -> Refusal:
    with pytest.raises(RefusedError) as error:
        issue(request, clerk, **changes)  # type: ignore[arg-type]
    request.refresh_from_db()
    assert request.code is None
    return error.value.reason


def test_a_code_is_issued_with_its_mail_its_row_in_the_ledger_and_a_job_for_the_sheet(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    issued = issue(request, clerk)
    number = issued.code.number if issued.code else ""
    assert issued.state == State.ISSUED
    assert len(number) == 10
    assert number.startswith("61")
    document = IdentityDocument.objects.get(number=request.number)
    assert document.person.names == request.names
    assert IdentityNumber.objects.get(number=number).person == document.person
    mail = Message.objects.order_by("pk").last()
    assert mail
    assert request.request_number in mail.subject
    assert number not in mail.text
    entry = Entry.objects.order_by("pk").last()
    assert entry
    assert entry.event == "foreigners.code-issued"
    facts = json.dumps(entry.facts)
    assert number not in facts
    assert request.names not in facts
    assert entry.facts["procedure"] == "codigo-extranjeros"
    assert entry.facts["channel"] == "counter"
    assert entry.facts["outcome"] == "issued"
    assert entry.facts["arrival"] == "walk-in"


def test_issuing_twice_gives_one_code(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    issue(request, clerk)
    with pytest.raises(RefusedError) as error:
        issue(request, clerk)
    assert error.value.reason is Refusal.OVER
    assert Entry.objects.filter(event="foreigners.code-issued").count() == 1


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"arrival": Arrival.NONE}, Refusal.ARRIVAL),
        ({"arrival": Arrival.OTHER}, Refusal.ARRIVAL),
        ({"revision": 7}, Refusal.CHANGED),
        ({"ticked": frozenset()}, Refusal.INCOMPLETE),
        ({"number": "OTHER1"}, Refusal.NUMBER),
        ({"is_equal": False}, Refusal.NOT_EQUAL),
    ],
)
def test_what_is_not_in_order_issues_nothing(
    clerk: Staff, changes: dict[str, object], reason: Refusal
) -> None:
    request = make_opened(make_request(), clerk)
    assert refused(request, clerk, **changes) is reason
    assert not IdentityNumber.objects.filter(number__startswith="61").exists()


def test_the_sut_is_asked_again_and_lets_through_only_what_is_equal(clerk: Staff) -> None:
    request = make_request(contract=False)  # no contract was ever loaded: no answer
    assert request.sut_state == SutState.WAITING
    request = make_opened(request, clerk)
    assert refused(request, clerk) is Refusal.SUT_DOWN
    made = make_contract(
        request.employer, number=request.number, names=request.names, birth_on=date(1991, 4, 3)
    )
    assert refused(request, clerk) is Refusal.SUT_DIFFERS
    SutRecord.objects.filter(pk=made.pk).update(birth_on=BIRTH)
    assert issue(request, clerk).state == State.ISSUED


def test_the_power_counts_on_its_last_day_and_no_longer(clerk: Staff) -> None:
    employer = make_open_employer()
    power = make_power(
        employer,
        state=PowerState.VALIDATED,
        checked_by_id=clerk.id,
        checked_at=NOW,
        valid_until=date(2026, 11, 30),
    )
    asks = partial(
        make_request, employer, who_comes=ATTORNEY, comes=make_comes(number=power.number), power=power.pk
    )
    last, after = NOW.replace(month=11, day=30), NOW.replace(month=12, day=1)
    expired = make_opened(asks(), clerk)
    assert refused(expired, clerk, now=after) is Refusal.POWER
    assert issue(expired, clerk, now=last).state == State.ISSUED


@pytest.mark.parametrize("state", [PowerState.SUBMITTED, None])
def test_an_attorney_without_a_validated_power_gets_nothing(clerk: Staff, state: PowerState | None) -> None:
    employer = make_open_employer()
    power = make_power(employer) if state else None
    number = power.number if power else "1710034065"
    request = make_request(
        employer, who_comes=ATTORNEY, comes=make_comes(number=number), power=power.pk if power else None
    )
    assert refused(make_opened(request, clerk), clerk) is Refusal.POWER


def test_a_third_party_without_their_document_gets_nothing(clerk: Staff) -> None:
    request = make_opened(make_request(who_comes=THIRD, comes=make_comes()), clerk)
    items = queries.standing(request, office_id=clerk.office_id, arrival=Arrival.BOOKED, now=NOW).items
    ticked = frozenset(item.slug for item in items)
    assert "identidad-tercero:original" in ticked
    missing = ticked - {"identidad-tercero:original"}
    assert refused(request, clerk, ticked=missing) is Refusal.INCOMPLETE
    issued = issue(request, clerk)
    assert issued.seen["identidad-tercero:original"] == "cedula-tercero"


def test_somebody_alike_keeps_the_code_until_the_official_says_that_they_are_another(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    person = make_person(names=request.names)
    person.birth_on = request.birth_on
    person.save()
    assert [double.person for double in queries.doubles(request)] == [person]
    assert refused(request, clerk) is Refusal.DOUBLE
    issued = issue(request, clerk, is_another=True)
    assert issued.code
    assert issued.code.person != person


def test_the_owner_of_a_document_with_a_code_gets_no_other(clerk: Staff) -> None:
    document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX900900")
    first = make_request(document=document)
    second = make_request(document=document)  # of another employer, before the code was there
    issued = issue(make_opened(first, clerk), clerk)
    make_opened(second, clerk)
    with pytest.raises(RefusedError) as error:
        issue(second, clerk, is_another=True)
    assert error.value.reason is Refusal.HAS_CODE
    assert issued.code
    assert error.value.number == issued.code.number


def test_another_office_opens_a_request_until_it_is_decided(clerk: Staff) -> None:
    request, other = make_request(), make_clerk()
    make_opened(request, clerk)
    assert queries.for_office(other.office_id, key=request.key) is None
    make_opened(request, other)
    assert queries.for_office(clerk.office_id, key=request.key) is None
    assert Entry.objects.filter(event="foreigners.opened").count() == 2
    assert refused(request, clerk) is Refusal.MOVED
    issue(request, other)
    with pytest.raises(RefusedError) as error:
        make_opened(request, clerk)
    assert error.value.reason is Refusal.MOVED
    assert make_opened(request, other).state == State.ISSUED


def test_a_request_is_found_by_its_address_its_reference_and_its_number() -> None:
    request = make_request()
    reference = reference_of(request.key)
    for typed in (
        f"https://portal.example.ec/extranjeros/s/{reference}/",
        f" {reference.upper()} ",
        request.request_number,
        request.request_number.lower(),
    ):
        assert queries.find(typed) == request
    for typed in ("", "E-2026-9999999", "0" * 32, "https://portal.example.ec/", "x" * 200):
        assert queries.find(typed) is None


def test_a_correction_goes_back_to_the_employer_and_the_request_can_still_be_issued(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    sent = deciding.ask_correction(
        request=request,
        revision=request.revision,
        reason="sin-firma",
        text="Falta la firma a mano.",
        by=clerk,
        now=NOW,
    )
    assert sent.state == State.CORRECTION
    mail = Message.objects.order_by("pk").last()
    assert mail
    assert "Falta la firma a mano." in mail.text
    assert Entry.objects.get(event="foreigners.correction-asked").facts["reason"] == "sin-firma"
    assert issue(request, clerk).state == State.ISSUED


def test_a_refusal_ends_the_request_with_a_reason_of_the_procedure(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    refuse = partial(deciding.refuse, request=request, revision=request.revision, by=clerk, now=NOW)
    with pytest.raises(KeyError):
        refuse(reason="ya-tiene-clave", text="No.")
    ended = refuse(reason="pide-el-extranjero", text="Debe venir el empleador.")
    assert ended.state == State.REFUSED
    assert ended.ended_at == NOW
    mail = Message.objects.order_by("pk").last()
    assert mail
    assert "Debe venir el empleador." in mail.text
    with pytest.raises(RefusedError) as error:
        refuse(reason="pide-el-extranjero", text="Otra vez.")
    assert error.value.reason is Refusal.OVER


def test_what_the_employer_changed_meanwhile_is_not_sent_back_unread(clerk: Staff) -> None:
    request = make_opened(make_request(), clerk)
    CodeRequest.objects.filter(pk=request.pk).update(revision=2)
    for act, reason in ((deciding.refuse, "pide-el-extranjero"), (deciding.ask_correction, "sin-firma")):
        with pytest.raises(RefusedError) as error:
            act(request=request, revision=1, reason=reason, text="x", by=clerk, now=NOW)
        assert error.value.reason is Refusal.CHANGED


def test_the_visit_is_remembered(clerk: Staff) -> None:
    request, visit = make_request(), make_request().key
    came = Received(arrival=Arrival.BOOKED, visit=visit)
    opened = deciding.open_here(request=request, received=came, by=clerk, now=NOW)
    assert opened.visit == visit


def test_the_sheet_says_the_code_and_the_public_page_only_what_it_is(
    clerk: Staff, client: Client, settings: Settings
) -> None:
    request = issue(make_opened(make_request(), clerk), clerk, now=timezone.now())
    document = sheets.make_sheet(request_id=request.pk)
    request.refresh_from_db()
    assert request.sheet == document
    assert request.code
    with documents.open_document(document) as file:
        text = text_of(file.read())
    assert request.code.number in text
    assert request.number in text
    code = documents.code_of(kind=document.kind, number=document.number)
    answer = client.get(documents.verify_url(code).removeprefix(settings.PUBLIC_URL)).content.decode()
    assert "Código de identificación para extranjeros" in answer
    assert request.request_number in answer
    for secret in (request.code.number, request.number, request.names, request.employer.name):
        assert secret not in answer


def test_a_job_killed_between_the_sheet_and_its_row_makes_no_other(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = issue(make_opened(make_request(), clerk), clerk, now=timezone.now())

    def killed(_pk: int) -> CodeRequest:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(sheets, "locked", killed)
        with pytest.raises(SystemExit):
            sheets.make_sheet(request_id=request.pk)
    first = IssuedDocument.objects.get()
    assert sheets.make_sheet(request_id=request.pk) == first
    request.refresh_from_db()
    assert request.sheet == first


def test_printing_is_counted(clerk: Staff) -> None:
    request = issue(make_opened(make_request(), clerk), clerk)
    for times in (1, 2):
        assert deciding.record_print(request=request, by=clerk, now=NOW) == times
    assert Entry.objects.filter(event="foreigners.sheet-printed").count() == 2
