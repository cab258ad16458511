"""A foreigner code is issued once, follows the one before, and is never anybody else's."""

from datetime import date
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from afilia.identifiers.foreign import DocumentId, DocumentKind
from afilia.identifiers.person import foreigner_code
from afilia.registries.models import CivilRecord
from afilia.workers import actions, queries
from afilia.workers.models import CodeSeries, IdentityDocument, IdentityNumber, Person
from afilia.workers.rules import DoubleReason
from tests.builders import NOW, cedula, make_person

pytestmark = pytest.mark.django_db
BORN = date(1991, 5, 4)


def passport(number: str = "AB123456", **changes: Any) -> DocumentId:
    return DocumentId(**{"kind": DocumentKind.PASSPORT, "country": "CO", "number": number} | changes)


def issue(document: DocumentId, prefix: str = "61", **changes: Any) -> str:
    facts = {"names": "ROJAS PAZ ANA", "birth_on": BORN, "now": NOW} | changes
    with transaction.atomic():
        return actions.issue_code(document=document, prefix=prefix, **facts).number


def test_codes_follow_one_another_and_name_their_people() -> None:
    assert [issue(passport(f"AB{one}")) for one in range(3)] == [
        foreigner_code("61", serial) for serial in (1, 2, 3)
    ]
    person = queries.person_of(foreigner_code("61", 2))
    assert person is not None
    assert (person.names, person.birth_on, person.identity_confirmed_at) == ("ROJAS PAZ ANA", BORN, NOW)
    assert [(one.kind, one.country, one.number) for one in person.documents.all()] == [
        ("passport", "CO", "AB1")
    ]


def test_each_prefix_has_its_own_series() -> None:
    assert issue(passport("A1")) == foreigner_code("61", 1)
    assert issue(passport("A2"), prefix="6200") == foreigner_code("6200", 1)


def test_numbers_that_exist_are_passed_over() -> None:
    for serial in (1, 2, *range(4, 250)):
        make_person(number=foreigner_code("61", serial))
    assert issue(passport("A1")) == foreigner_code("61", 3)
    assert issue(passport("A2")) == foreigner_code("61", 250)
    assert issue(passport("A3")) == foreigner_code("61", 251)


def test_a_transaction_that_is_rolled_back_leaves_no_gap() -> None:
    issue(passport("A1"))
    with transaction.atomic():
        actions.issue_code(names="X Y", birth_on=BORN, document=passport("A2"), prefix="61", now=NOW)
        transaction.set_rollback(True)
    assert issue(passport("A3")) == foreigner_code("61", 2)
    assert Person.objects.count() == 2


def test_the_same_document_has_one_code() -> None:
    code = issue(passport())
    with pytest.raises(actions.HasCodeError) as refused:
        issue(passport())
    assert refused.value.number == code
    with pytest.raises(actions.HasCodeError):
        issue(passport(), prefix="62")
    assert IdentityNumber.objects.count() == Person.objects.count() == 1


@pytest.mark.parametrize("change", [{"country": "PE"}, {"kind": DocumentKind.VISA}])
def test_another_country_or_kind_is_another_document(change: dict[str, Any]) -> None:
    assert issue(passport()) != issue(passport(**change))


def test_the_end_of_a_series_is_said() -> None:
    CodeSeries.objects.create(prefix="61", last=9_999_998)
    assert issue(passport("A1")) == foreigner_code("61", 9_999_999)
    with pytest.raises(actions.SeriesFullError):
        issue(passport("A2"))
    assert not IdentityDocument.objects.filter(number="A2").exists()


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("cedula", "6100000001"),
        ("foreigner-code", "1710034065"),
        ("foreigner-code", "61000000"),
        ("foreigner-code", "61000000 1"),
        ("cedula", "2510034065"),
        ("other", "6100000001"),
    ],
)
def test_no_number_of_one_kind_can_be_of_the_other(kind: str, number: str) -> None:
    person = Person.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityNumber.objects.create(number=number, kind=kind, person=person)


def test_a_number_is_never_deleted_nor_changed() -> None:
    make_person(number=foreigner_code("61", 1))
    other = Person.objects.create()
    numbers = IdentityNumber.objects.all()
    for change in (
        numbers.delete,
        lambda: numbers.update(number=foreigner_code("61", 2)),
        lambda: numbers.update(kind="cedula"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert numbers.update(person=other) == 1


def test_nobody_has_two_cedulas() -> None:
    person = make_person()
    with pytest.raises(IntegrityError), transaction.atomic():
        IdentityNumber.objects.create(number=cedula(), kind="cedula", person=person)


def test_all_the_numbers_of_a_person_are_found_by_any() -> None:
    person = make_person(number="6101234567")
    number = cedula()
    IdentityNumber.objects.create(number=number, kind="cedula", person=person)
    make_person()
    assert queries.numbers_of(number) == queries.numbers_of("6101234567") == {number, "6101234567"}
    assert queries.person_of(number) == queries.person_of("6101234567") == person
    assert queries.numbers_of("6109999999") == {"6109999999"}
    assert queries.person_of("6109999999") is None


def doubles(**changes: Any) -> list[tuple[str, tuple[DoubleReason, ...]]]:
    facts = {"names": "Ana Rojas", "birth_on": BORN, "document": passport()} | changes
    return [(double.names, double.reasons) for double in queries.likely_doubles(**facts)]


def test_likely_doubles_come_with_their_reasons() -> None:
    assert doubles() == []
    issue(passport(), names="OTRA PERSONA", birth_on=date(1980, 1, 1))
    issue(passport(country="PE"), names="UNO DOS")
    issue(passport("ZZ999"), names="ROXAS PAZ ANÁ")
    issue(passport("ZZ000"), names="ROJAS PAZ ANA", birth_on=date(1980, 1, 1))
    assert doubles() == [
        ("OTRA PERSONA", (DoubleReason.DOCUMENT,)),
        ("UNO DOS", (DoubleReason.NUMBER,)),
        ("ROXAS PAZ ANÁ", (DoubleReason.BIRTH_AND_NAMES,)),
    ]


def test_one_double_may_have_several_reasons() -> None:
    issue(passport())
    assert doubles() == [("ROJAS PAZ ANA", (DoubleReason.DOCUMENT, DoubleReason.BIRTH_AND_NAMES))]


def test_the_copy_of_the_registro_civil_is_asked_too() -> None:
    record = CivilRecord.objects.create(cedula=cedula(), names="ROJAS PAZ ANA LUCÍA", birth_on=BORN)
    CivilRecord.objects.create(cedula=cedula(), names="ROJAS PAZ ANA LUCÍA", birth_on=date(1980, 1, 1))
    (double,) = queries.likely_doubles(names="Ana Rojas", birth_on=BORN, document=passport())
    assert (double.person, double.cedula) == (None, record.cedula)
    person = make_person(number=record.cedula, names=record.names, birth_on=BORN)
    (double,) = queries.likely_doubles(names="Ana Rojas", birth_on=BORN, document=passport())
    assert (double.person, double.cedula) == (person, "")
