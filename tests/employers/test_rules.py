from datetime import timedelta

import pytest

from afilia.employers import rules
from afilia.employers.models import DocumentKind, EmployerKind
from afilia.employers.rules import Document, Identity, Kind, Place, Refusal
from afilia.registries.rules import Standing, TaxpayerKind
from tests.builders import NOW, cedula
from tests.employers.builders import make_application

PERSONAL, COMPANY, PUBLIC = "1710034065001", "1790012345001", "1760001230001"
CODES = ("61",)


def test_database_and_rules_know_the_same_kinds() -> None:
    assert EmployerKind.values == list(Kind)
    assert DocumentKind.values == list(Document)


@pytest.mark.parametrize(
    ("kind", "ruc", "taxpayer", "agrees"),
    [
        (Kind.COMPANY, COMPANY, TaxpayerKind.COMPANY, True),
        (Kind.COMPANY, PUBLIC, TaxpayerKind.COMPANY, False),
        (Kind.COMPANY, COMPANY, TaxpayerKind.PERSON, False),
        (Kind.COMPANY, PERSONAL, TaxpayerKind.PERSON, False),
        (Kind.PUBLIC, PUBLIC, TaxpayerKind.COMPANY, True),
        (Kind.PUBLIC, COMPANY, TaxpayerKind.COMPANY, False),
        (Kind.PERSON, PERSONAL, TaxpayerKind.PERSON, True),
        (Kind.PERSON, "1760034065001", TaxpayerKind.PERSON, True),
        (Kind.PERSON, PERSONAL, TaxpayerKind.COMPANY, False),
        (Kind.PERSON, COMPANY, TaxpayerKind.PERSON, False),
        (Kind.FOREIGN_PERSON, PERSONAL, TaxpayerKind.PERSON, True),
        (Kind.FOREIGN_PERSON, COMPANY, TaxpayerKind.PERSON, True),
        (Kind.FOREIGN_PERSON, COMPANY, TaxpayerKind.COMPANY, False),
        (Kind.ARTISAN, PERSONAL, TaxpayerKind.PERSON, True),
        (Kind.ARTISAN, COMPANY, TaxpayerKind.PERSON, False),
        (Kind.DOMESTIC, PERSONAL, TaxpayerKind.PERSON, False),
    ],
)
def test_kind_agrees_with_the_register_and_the_third_digit(
    kind: Kind, ruc: str, taxpayer: TaxpayerKind, agrees: bool
) -> None:
    assert rules.agrees(kind, ruc=ruc, taxpayer_kind=taxpayer) is agrees


@pytest.mark.parametrize(
    ("standing", "taxpayer", "refusal"),
    [
        (None, None, Refusal.UNKNOWN),
        (Standing.CLOSED, TaxpayerKind.COMPANY, Refusal.CLOSED),
        (Standing.SUSPENDED, TaxpayerKind.PERSON, Refusal.SUSPENDED),
        (Standing.ACTIVE, TaxpayerKind.PERSON, Refusal.KIND),
        (Standing.ACTIVE, TaxpayerKind.COMPANY, None),
    ],
)
def test_word_of_the_sri_refuses(
    standing: Standing | None, taxpayer: TaxpayerKind | None, refusal: Refusal | None
) -> None:
    said = rules.refusal(Kind.COMPANY, ruc=COMPANY, standing=standing, taxpayer_kind=taxpayer)
    assert said is refusal


@pytest.mark.parametrize(
    ("ruc", "asked"),
    [
        ("1710034065001", True),
        ("1793213150001", True),  # active, and fails the check digit
        ("1710034065000", False),  # domestic
        ("1710034064001", False),
        ("1770012345001", False),
        ("179001234500", False),
        ("１７９00123450001", False),
    ],
)
def test_sri_is_asked_only_for_what_may_be_a_ruc(ruc: str, asked: bool) -> None:
    assert rules.is_ruc_of_the_sri(ruc) is asked


@pytest.mark.parametrize(
    ("document", "number", "right"),
    [
        (Document.CEDULA, "1710034065", True),
        (Document.CEDULA, "1710034064", False),
        (Document.CEDULA, "6100000001", False),
        (Document.FOREIGNER_CODE, "6100000001", True),
        (Document.FOREIGNER_CODE, "1710034065", False),
        (Document.FOREIGNER_CODE, "61000001", False),
        (Document.PASSPORT, "AB123456", True),
        (Document.PASSPORT, "AB1", False),
        (Document.PASSPORT, "ÑB123456", False),
        (Document.VISA, "1234567890", True),
        (Document.VISA, "A" * 21, False),
    ],
)
def test_number_fits_its_document(document: Document, number: str, right: bool) -> None:
    assert rules.is_number_of(document, number, foreigner_prefixes=CODES) is right


@pytest.mark.parametrize(
    ("typed", "registered", "identity"),
    [
        ("Luz María Peña", "PENA PRUEBA LUZ MARIA", Identity.CONFIRMED),
        ("peña  luz", "PEÑA PRUEBA LUZ MARIA", Identity.CONFIRMED),
        ("Peña", "PEÑA PRUEBA LUZ MARIA", Identity.DIFFERENT),
        ("Luz Peña Otra", "PEÑA PRUEBA LUZ MARIA", Identity.DIFFERENT),
        ("Sukarno", "SUKARNO", Identity.CONFIRMED),
        ("", "SUKARNO", Identity.DIFFERENT),
    ],
)
def test_names_are_compared_as_people_write_them(typed: str, registered: str, identity: Identity) -> None:
    assert rules.identity(typed, registered=registered, is_dead=False) is identity


def test_nobody_acts_for_an_employer_after_their_death() -> None:
    assert rules.identity("LUZ PEÑA", registered="LUZ PEÑA", is_dead=True) is Identity.DIFFERENT


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("099 123 4567", "0991234567"),
        ("(02) 394-5666", "023945666"),
        ("+593 99 123 4567", "0991234567"),
        ("+593 (0)2 394 5666", "023945666"),
        ("00593991234567", "0991234567"),
        ("+57 601 555 0100", "+576015550100"),
        ("0057 601 555 0100", "+576015550100"),
        ("99123456", ""),
        ("0123456789", ""),
        ("0891234567", ""),
        ("+1", ""),
        ("no tengo", ""),
        ("٠٩٩١٢٣٤٥٦٧", ""),
    ],
)
def test_telephone_is_kept_plain_or_not_at_all(typed: str, kept: str) -> None:
    assert rules.plain_phone(typed) == kept


@pytest.mark.parametrize(
    ("old", "new", "wait"),
    [
        ("", "new@example.com", timedelta(0)),
        ("old@example.com", "OLD@example.com", timedelta(0)),
        ("old@example.com", "new@example.com", timedelta(hours=72)),
    ],
)
def test_change_waits_where_somebody_can_be_told(old: str, new: str, wait: timedelta) -> None:
    assert rules.effective_at(old=old, new=new, now=NOW, wait=timedelta(hours=72)) == NOW + wait


def test_address_is_masked_but_for_its_first_letter() -> None:
    assert rules.masked("nomina@bodegas.example") == "n•••@bodegas.example"


@pytest.mark.parametrize(
    "wrong",
    [
        {"branches": ()},
        {"branches": (Place(name="A", address="B"),) * 301},
        {"standing": Standing.SUSPENDED},
        {"standing": None},
        {"kind": Kind.DOMESTIC},
        {"ruc": f"{cedula()}000"},
        {"kind": Kind.DOMESTIC, "ruc": f"{cedula()}000", "standing": None},  # two branches
    ],
)
def test_application_that_may_not_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        make_application(**wrong)
