from datetime import date

import pytest

from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.employers import actions, queries
from afilia.employers.models import Branch, Employer, Registration
from afilia.employers.rules import Document, Kind, Place, Refusal
from tests.builders import NOW, cedula, make_employer
from tests.concurrency.conftest import Together
from tests.employers.builders import make_application, make_representative

pytestmark = pytest.mark.django_db


def test_company_is_registered_with_all_that_belongs_to_it() -> None:
    application = make_application(representative=make_representative(confirmed=True))
    registration = actions.register(application=application, now=NOW)
    employer = Employer.objects.get(ruc=application.ruc)
    assert registration.employer == employer
    assert (employer.kind, employer.email, employer.email_verified_at) == ("company", application.email, NOW)
    assert (employer.province, employer.canton, employer.phone) == ("17", "Quito", "0991234567")
    branches = employer.branches.order_by("number").values_list("number", "name", "address", "opened_on")
    today = date(2026, 11, 21)
    assert list(branches) == [
        ("0001", "MATRIZ", "Av. de Prueba 1", today),
        ("0002", "BODEGA", "Calle 2", today),
    ]
    assert employer.representative.number == application.representative.number
    assert employer.representative.confirmed_at == NOW
    entry = Entry.objects.get(event="employer.registered")
    assert (entry.actor, entry.subject) == ("anonymous", f"employer:{employer.pk}")
    assert application.email not in str(entry.facts)
    assert application.representative.names not in str(entry.facts)


def test_domestic_employer_is_registered_without_the_sri() -> None:
    number = cedula()
    application = make_application(
        kind=Kind.DOMESTIC,
        ruc=f"{number}000",
        standing=None,
        branches=(Place(name="DOMICILIO", address="Calle 3"),),
        representative=make_representative(number=number),
    )
    registration = actions.register(application=application, now=NOW)
    assert registration.standing == ""
    assert registration.employer.branches.get().number == "0001"


def test_third_party_and_foreign_document_are_kept() -> None:
    application = make_application(
        representative=make_representative(document=Document.PASSPORT, number="AB123456", country="CO"),
        collector=make_representative(),
    )
    registration = actions.register(application=application, now=NOW)
    assert registration.collector_number == application.collector.number
    kept = registration.employer.representative
    assert (kept.document, kept.country, kept.confirmed_at) == ("passport", "CO", None)


def test_ruc_that_is_registered_is_refused_and_nothing_is_written() -> None:
    employer = make_employer()
    with pytest.raises(actions.RefusedError) as refused:
        actions.register(application=make_application(ruc=employer.ruc), now=NOW)
    assert refused.value.reason is Refusal.REGISTERED
    assert Employer.objects.count() == 1
    assert not Branch.objects.exists()
    assert not Entry.objects.exists()


def test_registration_is_found_by_its_number_alone() -> None:
    registration = actions.register(application=make_application(), now=NOW)
    number = registration.number
    assert number == f"2026-{registration.pk:08d}"
    assert queries.registration(f" {number} ") == registration
    for other in (number.replace("2026", "2025"), f"2026-{registration.pk}", "2026-9", "x", "2026-²", ""):
        assert queries.registration(other) is None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_register_the_same_ruc_at_once_one_wins_and_the_other_is_told(together: Together) -> None:
    application = make_application()
    results = together(*[lambda: actions.register(application=application, now=NOW)] * 4)
    assert sum(isinstance(result, Registration) for result in results) == 1
    refused = [result.reason for result in results if isinstance(result, actions.RefusedError)]
    assert refused == [Refusal.REGISTERED] * 3
    assert Employer.objects.count() == Registration.objects.count() == 1
    assert Branch.objects.count() == 2
    assert audit.verify() is None
