"""Preparing a request: who may, for whom, and what the registers say of it."""

import json
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from afilia.audit.models import Entry
from afilia.employers.rules import Document
from afilia.foreigners.actions import preparing, sut
from afilia.foreigners.asking import Comes
from afilia.foreigners.errors import RefusedError
from afilia.foreigners.models import CodeRequest
from afilia.foreigners.queries import requests as queries
from afilia.foreigners.references import reference_of
from afilia.foreigners.rules.asking import Fault
from afilia.foreigners.rules.states import State, SutState
from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.notices.models import Message
from afilia.procedures.rules import WhoComes
from afilia.registries.contracts import Field
from afilia.registries.models import SriLoad, SriRecord, SutRecord
from afilia.workers.models import IdentityDocument
from tests.builders import NOW, make_contract, make_person
from tests.foreigners.builders import (
    make_asked,
    make_comes,
    make_open_employer,
    make_power,
    make_request,
)

pytestmark = pytest.mark.django_db


def refused(**changes: object) -> RefusedError:
    employer = changes.pop("employer", None) or make_open_employer()
    with pytest.raises(RefusedError) as error:
        make_request(employer, **changes)  # type: ignore[arg-type]
    assert not employer.code_requests.exists()  # type: ignore[attr-defined]
    return error.value


def test_a_request_is_prepared_and_the_employer_told() -> None:
    request = make_request()
    assert request.state == State.PREPARED
    assert request.sut_state == SutState.EQUAL
    assert request.request_number == f"E-2026-{request.pk:07d}"
    assert queries.by_number(request.request_number.lower().replace("-", " ")) == request
    assert queries.by_reference(reference_of(request.key)) == request
    mail = Message.objects.get()
    assert mail.to == request.employer.email
    assert request.request_number in mail.subject
    assert request.names not in mail.text
    entry = Entry.objects.get(event="foreigners.request-prepared")
    assert entry.facts == {"procedure": "codigo-extranjeros", "who_comes": "employer"}
    assert request.names not in json.dumps(entry.facts)


def test_the_reference_stands_nowhere_but_as_a_hash() -> None:
    request = make_request()
    reference = reference_of(request.key)
    assert bytes(request.digest) == bytes(CodeRequest.objects.get().digest)
    kept = [str(value) for value in CodeRequest.objects.values_list().get()]
    assert not any(reference in value for value in kept)


@pytest.mark.parametrize("typed", ["", "E-2026-1", "E-2025-{pk:07d}", "X-2026-0000001", "E-2026-9999999"])
def test_another_number_finds_nothing(typed: str) -> None:
    assert queries.by_number(typed.format(pk=make_request().pk)) is None


def test_the_same_sent_twice_is_prepared_once() -> None:
    employer = make_open_employer()
    asked = make_asked(employer)
    first, second = (
        preparing.prepare(employer=employer, asked=asked, by_number="1", actor="holder:1", now=NOW)
        for _ in range(2)
    )
    assert first == second
    assert Message.objects.count() == 1


def test_one_live_request_for_an_employer_and_a_document() -> None:
    employer = make_open_employer()
    asked = make_asked(employer)
    first = preparing.prepare(employer=employer, asked=asked, by_number="1", actor="holder:1", now=NOW)
    with pytest.raises(RefusedError) as error:
        preparing.prepare(employer=employer, asked=asked, by_number="2", actor="holder:2", now=NOW)
    assert error.value.fault is Fault.LIVE
    assert preparing.withdraw(request=first, actor="holder:1", now=NOW)
    assert not preparing.withdraw(request=first, actor="holder:1", now=NOW)
    again = preparing.prepare(employer=employer, asked=asked, by_number="2", actor="holder:2", now=NOW)
    assert again != first
    other = make_open_employer()  # may hire the same person
    make_contract(other, number=asked.document.number, names=asked.names, birth_on=asked.birth_on)
    assert make_request(other, document=asked.document, names=asked.names, contract=False)


def test_nobody_asks_signs_or_comes_for_themselves() -> None:
    own = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX777777")
    passport = Comes(document=Document.PASSPORT, number="AX777777", names="OTRA PERSONA", country="CO")
    error = refused(who_comes=WhoComes.ATTORNEY, comes=passport, document=own, birth_on=date(1980, 1, 1))
    assert error.fault is Fault.OWN
    coded = make_person(number="6100000018", names="PRADA EJEMPLO LUCIA", birth_on=date(1991, 4, 2))
    third = make_comes(
        document=Document.FOREIGNER_CODE, number="6100000018", names=coded.names, passport="ZZ999"
    )
    error = refused(who_comes=WhoComes.AUTHORISED_THIRD_PARTY, comes=third, names="LUCÍA PRADA EJEMPLO")
    assert error.fault is Fault.OWN
    error = refused(by_number="6100000018", names="LUCÍA PRADA EJEMPLO")
    assert error.fault is Fault.OWN


def test_who_has_a_number_needs_none() -> None:
    person = make_person(number="6100000018")
    IdentityDocument.objects.create(person=person, kind="passport", country="CO", number="AX123456")
    document = DocumentId(kind=DocumentKind.PASSPORT, country="CO", number="AX123456")
    assert refused(document=document).fault is Fault.HAS_CODE
    assert make_request(document=DocumentId(kind=DocumentKind.PASSPORT, country="PE", number="AX123456"))


def test_the_employer_is_active_at_the_sri() -> None:
    employer = make_open_employer()
    SriRecord.objects.filter(ruc=employer.ruc).update(standing="SUSPENDIDO")
    assert refused(employer=employer).fault is Fault.TAXPAYER
    SriRecord.objects.all().delete()
    SriLoad.objects.all().delete()
    assert refused(employer=employer).fault is Fault.SRI_DOWN


def test_what_the_sut_has_otherwise_is_said_field_by_field() -> None:
    employer = make_open_employer()
    asked = make_asked(employer, contract=False)
    make_contract(
        employer, country="PE", number=asked.document.number, names=asked.names, birth_on=date(1990, 4, 2)
    )
    with pytest.raises(RefusedError) as error:
        preparing.prepare(employer=employer, asked=asked, by_number="1", actor="holder:1", now=NOW)
    assert error.value.fault is Fault.SUT
    assert error.value.differences == (Field.COUNTRY, Field.BIRTH)
    assert error.value.contract
    assert error.value.contract.document.country == "PE"


def test_without_a_contract_in_the_sut_there_is_nothing_to_ask() -> None:
    make_contract(make_open_employer())
    assert refused(contract=False).fault is Fault.NO_CONTRACT


def test_a_sut_that_is_down_hinders_nobody_and_is_asked_again() -> None:
    employer = make_open_employer()
    request = make_request(employer, contract=False)  # nothing was ever loaded: no answer
    assert request.sut_state == SutState.WAITING
    assert request.sut_at is None
    sut.ask_waiting(now=NOW)
    assert CodeRequest.objects.get().sut_state == SutState.WAITING
    make_contract(employer, number=request.number, names=request.names, birth_on=date(1990, 4, 2))
    sut.ask_waiting(now=NOW)
    row = CodeRequest.objects.get()
    assert row.sut_state == SutState.DIFFERENT
    assert row.state == State.PREPARED
    mail = Message.objects.latest("pk")
    assert "Fecha de nacimiento" in mail.text
    assert "1990" not in mail.text
    SutRecord.objects.update(birth_on=row.birth_on)
    asked = make_asked(
        employer,
        contract=False,
        document=queries.document_of(row),
        names=row.names,
    )
    changed = preparing.change(request=row, asked=asked, revision=1, actor="holder:1", now=NOW)
    assert (changed.sut_state, changed.revision) == (SutState.EQUAL, 2)


def test_an_attorney_comes_with_a_power_of_theirs() -> None:
    employer = make_open_employer()
    comes = make_comes()
    mine, others = make_power(employer, number=comes.number), make_power(make_open_employer())
    error = refused(who_comes=WhoComes.ATTORNEY, comes=comes, power=others.pk, employer=employer)
    assert error.fault is Fault.POWER
    request = make_request(employer, who_comes=WhoComes.ATTORNEY, comes=comes, power=mine.pk)
    assert request.power == mine
    by_number = make_request(employer, who_comes=WhoComes.ATTORNEY, comes=comes)
    assert by_number.power == mine


def test_a_change_made_in_an_old_tab_is_not_taken() -> None:
    request = make_request()
    asked = make_asked(
        request.employer, contract=False, document=queries.document_of(request), names=request.names
    )
    preparing.change(request=request, asked=asked, revision=1, actor="holder:1", now=NOW)
    with pytest.raises(RefusedError) as error:
        preparing.change(request=request, asked=asked, revision=1, actor="holder:1", now=NOW)
    assert error.value.fault is Fault.OVER
    preparing.withdraw(request=request, actor="holder:1", now=NOW)
    with pytest.raises(RefusedError) as error:
        preparing.change(request=request, asked=asked, revision=2, actor="holder:1", now=NOW)
    assert error.value.fault is Fault.OVER


def test_a_request_that_nobody_brings_expires(settings: object) -> None:
    request = make_request(now=NOW - timedelta(days=90))
    preparing.expire(now=NOW)
    assert CodeRequest.objects.get().state == State.PREPARED
    preparing.expire(now=NOW + timedelta(seconds=1))
    row = CodeRequest.objects.get()
    assert (row.state, row.ended_at) == (State.EXPIRED, NOW + timedelta(seconds=1))
    assert "caducó" in Message.objects.latest("pk").text
    assert Entry.objects.filter(event="foreigners.request-expired").count() == 1
    assert request.pk == row.pk


def test_the_database_keeps_one_live_request_a_document() -> None:
    request = make_request()
    request.pk, request.key = None, "00000000-0000-4000-8000-000000000001"
    request.digest = b"x" * 32
    request._state.adding = True
    with pytest.raises(IntegrityError), transaction.atomic():
        request.save()
