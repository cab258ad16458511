"""Asking the register again, announcing what ends by age, and the receipt."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.dependents import actions
from afilia.dependents.catalogue import terms
from afilia.dependents.models import Change, ChangeKind
from afilia.dependents.rules import plan
from afilia.dependents.rules.relationships import limit_on
from afilia.documents import queries as documents
from afilia.documents.models import Kind
from afilia.notices.models import Message
from afilia.registries.models import CivilRecord
from tests.builders import NOW, cedula
from tests.dependents.registering import make_home


@pytest.mark.django_db
def test_register_that_answers_later_corrects_names_and_end_once() -> None:
    home, number = make_home(), cedula()
    home.register(documento="I", numero_dependiente=number)
    CivilRecord.objects.create(cedula=number, names="LUNA MORA EVA", birth_on=date(2016, 5, 6))
    actions.confirm(now=NOW)
    actions.confirm(now=NOW)
    (child,) = home.dependents
    assert (child.names, child.birth_on, child.until_on) == (
        "LUNA MORA EVA",
        date(2016, 5, 6),
        date(2034, 5, 5),
    )
    assert child.person is not None
    assert child.person.identity_confirmed_at == NOW
    kinds = [*Change.objects.order_by("revision").values_list("kind", flat=True)]
    assert kinds == [ChangeKind.REGISTERED, ChangeKind.CONFIRMED]
    assert home.register(seen=1, documento="I", numero_dependiente=number, sexo="M") is not None


@pytest.mark.django_db
def test_birth_that_was_too_early_ends_the_registration_on_its_first_day() -> None:
    home, number = make_home(), cedula()
    home.register(documento="I", numero_dependiente=number)
    CivilRecord.objects.create(cedula=number, names="LUNA MORA EVA", birth_on=date(1999, 5, 6))
    actions.confirm(now=NOW)
    (child,) = home.dependents
    assert child.until_on == child.from_on


@pytest.mark.django_db
def test_turning_18_is_announced_once_and_in_time() -> None:
    home = make_home()
    home.register(fecha_nacimiento="20081222")  # the last day is 30 days from now
    home.register(numero_dependiente="2", fecha_nacimiento="20081223")
    home.register(numero_dependiente="3", fecha_hasta="20261201")  # said by the employer, not by age
    actions.announce(now=NOW)
    actions.announce(now=NOW)
    (mail,) = Message.objects.all()
    assert mail.to == home.employer.email
    assert mail.subject == "Un dependiente está por llegar a su edad límite"
    assert "21 de diciembre de 2026" in mail.text
    actions.announce(now=NOW + timedelta(days=1))
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_nothing_is_announced_of_workers_who_left_or_to_nobody() -> None:
    home = make_home()
    home.register(fecha_nacimiento="20081201")
    home.employment.left_on = date(2026, 11, 1)
    home.employment.save()
    actions.announce(now=NOW)
    assert Message.objects.count() == 0


@pytest.mark.django_db
def test_receipt_is_signed_once_and_can_be_verified() -> None:
    home = make_home()
    filing = home.register()
    assert filing is not None
    actions.issue_receipt(filing_id=filing.pk, now=NOW)
    actions.issue_receipt(filing_id=filing.pk, now=NOW)
    document = documents.by_number(kind=Kind.DEPENDENTS, number=filing.number)
    assert document is not None
    with documents.open_document(document) as pdf:
        assert pdf.read(5) == b"%PDF-"
    code = documents.code_of(kind=Kind.DEPENDENTS, number=filing.number)
    assert documents.answer_for_code(code).document == document


@given(birth=st.dates(date(1930, 1, 1), date(2026, 11, 21)), disability=st.integers(0, 100))
def test_last_day_by_age_is_the_same_for_one_and_for_columns(birth: date, disability: int) -> None:
    valid = terms(NOW.date())
    alone = limit_on(birth, relationship=valid.relationships["H"], disability=disability, terms=valid)
    frame = pl.DataFrame(
        {
            "parentesco": ["H"],
            "discapacidad": [f"{disability:03}"],
            "fecha_nacimiento": [birth],
            "known_birth": [None],
            "known_names": [None],
            "nombres": ["X"],
            "fecha_hasta": [None],
            "person_id": [None],
            "documento": ["N"],
            "numero_dependiente": ["1"],
        },
        schema_overrides={
            "known_birth": pl.Date,
            "fecha_hasta": pl.Date,
            "known_names": pl.String,
            "person_id": pl.Int64,
        },
    )
    assert plan.settle(frame, valid)["limit_on"].to_list() == [alone]
