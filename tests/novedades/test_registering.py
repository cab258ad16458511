"""What registering writes into the labour history, and what can never be written there."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.batches import actions, files
from afilia.batches.models import Batch
from afilia.batches.rules import State
from afilia.employers.models import EmployerKind
from afilia.novedades.models import Filing, Novedad
from afilia.registries.models import CivilRecord
from afilia.workers.models import Employment, IdentityNumber, Person
from tests.batches.filing import TYPES, Desk, in_force, make_desk
from tests.builders import NOW, cedula, make_branch, make_employer, make_employment, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def employment(desk: Desk) -> Employment:
    return make_employment(branch=desk.employer.branches.get(number="0001"))


def number_of(employment: Employment) -> str:
    return employment.person.numbers.get().number


def version(desk: Desk) -> int:
    return type(desk.employer).objects.get(pk=desk.employer.pk).history_version


@pytest.mark.parametrize("novedad", TYPES)
def test_a_line_of_each_type_becomes_one_novedad(desk: Desk, employment: Employment, novedad: str) -> None:
    number = cedula() if novedad == "ENT" else number_of(employment)
    batch = desk.file(desk.record(novedad, number))
    row = Novedad.objects.get()
    assert (row.filing, row.line, row.kind, row.revision) == (batch.filing, 1, novedad, 0)
    assert row.period == 202611
    assert row.employment.person.numbers.get().number == number
    assert batch.filing is not None
    assert (batch.filing.employer, batch.filing.by_number, batch.filing.filed_at) == (
        desk.employer,
        "operator",
        NOW,
    )


def test_an_entry_makes_person_number_and_employment(desk: Desk) -> None:
    number, names = cedula(), 'PEÑA, "LUZ" \\N'
    CivilRecord.objects.create(cedula=number, names=names, birth_on=date(1990, 2, 28))
    desk.file(desk.record("ENT", number, cargo='JEFE, "EL" \\N', sueldo="99999999999.99"))
    found = IdentityNumber.objects.get(number=number)
    assert found.kind == "cedula"
    assert (found.person.names, found.person.birth_on) == (names, date(1990, 2, 28))
    assert found.person.identity_confirmed_at == NOW
    employment = Employment.objects.get()
    assert (employment.person, employment.branch.number) == (found.person, "0001")
    assert (employment.entered_on, employment.left_on) == (date(2026, 11, 16), None)
    row = Novedad.objects.get()
    assert (row.amount, row.due_on) == (Decimal("99999999999.99"), date(2026, 12, 1))
    assert row.details == {
        "fecha_ingreso": "2026-11-16",
        "fecha_registro": "2026-11-17",
        "jornada": "1",
        "seguro_social": "R",
        "tipo_empleador": "2",
        "relacion_trabajo": "06",
        "cargo": 'JEFE, "EL" \\N',
        "actividad_sectorial": "0101011112039",
        "origen_pago": "P",
    }


def test_a_foreigner_code_is_kept_as_one(desk: Desk) -> None:
    desk.file(desk.record("ENT", "6100000041"))
    found = IdentityNumber.objects.get()
    assert (found.kind, found.person.names, found.person.identity_confirmed_at) == (
        "foreigner-code",
        "",
        None,
    )


def test_a_known_person_gets_no_second_one(desk: Desk) -> None:
    person = make_person()
    desk.file(desk.record("ENT", person.numbers.get().number))
    assert Person.objects.count() == 1
    assert Employment.objects.get().person == person


def test_who_was_not_confirmed_is_confirmed_when_the_register_answers_later(desk: Desk) -> None:
    number = cedula()
    desk.file(desk.record("ENT", number))
    person = Person.objects.get()
    assert (person.names, person.identity_confirmed_at) == ("", None)
    CivilRecord.objects.create(cedula=number, names="PEÑA LUZ", birth_on=date(1990, 2, 28))
    later = NOW + timedelta(hours=1)
    desk.file(desk.record("ENT", number, branch="0002"), now=later)
    person.refresh_from_db()
    assert (person.names, person.birth_on) == ("PEÑA LUZ", date(1990, 2, 28))
    assert person.identity_confirmed_at == later


def test_a_confirmed_person_stays_as_confirmed(desk: Desk) -> None:
    person = make_person()
    number = person.numbers.get().number
    CivilRecord.objects.create(cedula=number, names="OTRA PERSONA", birth_on=date(1980, 1, 1))
    desk.file(desk.record("ENT", number))
    person.refresh_from_db()
    assert person.names == "PRUEBA PEÑA LUZ MARÍA"


def test_an_employment_from_before_the_portal_takes_its_entry_notice(
    desk: Desk, employment: Employment
) -> None:
    fields = {"fecha_ingreso": "20250102", "fecha_registro": "20250102"}
    record = desk.record("ENT", number_of(employment), period="202501", sueldo="515.25", **fields)
    planned = desk.plan(record)
    assert planned.outcomes == ["new"]
    desk.go_on(planned)
    assert Employment.objects.get() == employment
    assert Employment.objects.get().entry_pay == Decimal("515.25")
    assert Novedad.objects.get().employment == employment


def test_the_pay_at_entry_of_an_older_history_is_that_of_the_last_notice(desk: Desk) -> None:
    number = cedula()
    fields = {"fecha_ingreso": "20261012", "fecha_registro": "20261013"}
    desk.file(desk.record("ENT", number, period="202610", sueldo="500.00", **fields))
    desk.file(desk.record("ENT", number, period="202610", sueldo="510.00", **fields), corrections=True)
    desk.file(desk.record("MSU", number, sueldo="620.00"))
    Employment.objects.update(entry_pay=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("afilia.novedades.migrations.0005_entry_pay").TAKE)
    assert Employment.objects.get().entry_pay == Decimal("510.00")


# Exits


def test_an_exit_ends_the_employment_and_a_correction_moves_its_end(
    desk: Desk, employment: Employment
) -> None:
    number = number_of(employment)
    for left, options in (
        ("20261120", {}),
        ("20261115", {"corrections": True}),
        ("20261118", {"corrections": True}),
    ):
        desk.file(desk.record("SAL", number, fecha_salida=left), **options)
        employment.refresh_from_db()
        assert f"{employment.left_on:%Y%m%d}" == left
    assert [*Novedad.objects.order_by("revision").values_list("revision", flat=True)] == [0, 1, 2]


def test_a_correction_that_is_not_meant_changes_nothing(desk: Desk, employment: Employment) -> None:
    number, other = number_of(employment), number_of(make_employment(branch=employment.branch))
    desk.file(desk.record("SAL", number))
    batch = desk.file(desk.record("SAL", number, fecha_salida="20261118"), desk.record("SAL", other))
    employment.refresh_from_db()
    assert employment.left_on == date(2026, 11, 20)
    assert [row.line for row in Novedad.objects.filter(filing=batch.filing)] == [2]


def test_who_comes_back_has_two_employments_and_the_exit_is_of_the_second(desk: Desk) -> None:
    number = cedula()
    first = {"fecha_ingreso": "20261012", "fecha_registro": "20261013"}
    second = {"fecha_ingreso": "20261112", "fecha_registro": "20261112"}
    desk.file(desk.record("ENT", number, period="202610", **first))
    desk.file(desk.record("SAL", number, fecha_salida="20261110"))
    desk.file(desk.record("ENT", number, **second))
    desk.file(desk.record("SAL", number, fecha_salida="20261119"))
    # The first exit can still be corrected, up to the day before the second entry.
    desk.file(desk.record("SAL", number, fecha_salida="20261111"), corrections=True)
    assert [*Employment.objects.order_by("entered_on").values_list("entered_on", "left_on")] == [
        (date(2026, 10, 12), date(2026, 11, 11)),
        (date(2026, 11, 12), date(2026, 11, 19)),
    ]


# Corrections


@pytest.mark.parametrize("novedad", ["ENT", "MSU", "INS", "PRA"])
def test_a_correction_is_a_new_novedad_and_the_earlier_one_stays(
    desk: Desk, employment: Employment, novedad: str
) -> None:
    number = cedula() if novedad == "ENT" else number_of(employment)
    name = "sueldo" if novedad in {"ENT", "MSU"} else "valor"
    first = desk.file(desk.record(novedad, number, **{name: "501.00"}))
    second = desk.file(desk.record(novedad, number, **{name: "502.00"}), corrections=True)
    assert [*Novedad.objects.order_by("revision").values_list("filing", "revision", "amount")] == [
        (first.filing_id, 0, Decimal("501.00")),
        (second.filing_id, 1, Decimal("502.00")),
    ]
    assert [row.amount for row in in_force(desk.employer)] == [Decimal("502.00")]


# Never twice, never changed


def test_the_natural_key_refuses_the_same_novedad_twice(desk: Desk, employment: Employment) -> None:
    first = desk.plan(desk.record("MSU", number_of(employment)))
    second = desk.plan(desk.record("MSU", number_of(employment)), "")
    for planned in (first, second):
        assert desk.confirm(planned.batch) is None
    actions.register(batch_id=first.batch.pk, now=NOW)
    # As if the second had not learnt of the first: the plan is taken for fresh.
    Batch.objects.filter(pk=second.batch.pk).update(history_version=version(desk))
    with pytest.raises(IntegrityError, match="novedades_novedad_msu_pkey"):
        actions.register(batch_id=second.batch.pk, now=NOW)
    assert Novedad.objects.count() == Filing.objects.count() == 1
    assert Batch.objects.get(pk=second.batch.pk).state == State.CONFIRMED


@pytest.mark.parametrize("table", ["novedades_novedad", "novedades_novedad_msu", "novedades_filing"])
@pytest.mark.parametrize("change", ["UPDATE {} SET filing_id = 1", "DELETE FROM {}"])
def test_the_history_is_never_updated_or_deleted(
    desk: Desk, employment: Employment, table: str, change: str
) -> None:
    desk.file(desk.record("MSU", number_of(employment)))
    statement = change.format(table)
    if "UPDATE" in change and table == "novedades_filing":
        statement = "UPDATE novedades_filing SET by_number = 'x'"
    with (
        pytest.raises(IntegrityError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("layout", TYPES)
def test_each_type_has_its_own_part_of_the_history(layout: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [f"novedades_novedad_{layout.lower()}"])
        assert cursor.fetchone() != (None,)


def test_every_registering_raises_the_version_by_one(desk: Desk, employment: Employment) -> None:
    before = version(desk)
    desk.file(desk.record("MSU", number_of(employment)))
    assert version(desk) == before + 1
    desk.plan(desk.record("INS", number_of(employment)))
    assert version(desk) == before + 1


def test_a_plan_whose_files_are_gone_registers_nothing(desk: Desk, employment: Employment) -> None:
    planned = desk.plan(desk.record("MSU", number_of(employment)))
    for part in files.plan_folder(planned.batch).glob("lines-*.parquet"):
        part.unlink()
    assert desk.confirm(planned.batch) is None
    with pytest.raises(ValueError, match="plan"):
        actions.register(batch_id=planned.batch.pk, now=NOW)
    assert Novedad.objects.count() == Filing.objects.count() == 0
    assert Batch.objects.get(pk=planned.batch.pk).state == State.CONFIRMED


# The ledger


def test_each_step_is_in_the_ledger_and_the_chain_is_whole(desk: Desk, employment: Employment) -> None:
    batch = desk.file(desk.record("MSU", number_of(employment)))
    actions.issue_receipt(batch_id=batch.pk, now=datetime.now(UTC))
    events = [
        *Entry.objects.filter(subject=f"batch:{batch.pk}").order_by("pk").values_list("event", flat=True)
    ]
    assert events == [
        "batch.received",
        "batch.planned",
        "batch.confirmed",
        "batch.registered",
        "batch.receipt-issued",
    ]
    assert audit.verify() is None
    facts = Entry.objects.get(event="batch.registered").facts
    assert facts == {
        "filing": batch.filing_id,
        "registered": 1,
        "rejected": 0,
        "plan": batch.summary["digest"],
        "province": "",
    }
    everything = json.dumps([*Entry.objects.values_list("facts", flat=True)])
    assert not re.search(r"\b600\b", everything)  # hashes may hold these digits
    assert number_of(employment) not in everything


def test_no_ledger_no_history(desk: Desk, employment: Employment) -> None:
    planned = desk.plan(desk.record("MSU", number_of(employment)))
    assert desk.confirm(planned.batch) is None
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ADD CONSTRAINT no_more CHECK (event <> 'batch.registered')")
    with pytest.raises(IntegrityError):
        actions.register(batch_id=planned.batch.pk, now=NOW)
    assert Novedad.objects.count() == Filing.objects.count() == 0


# The day


@pytest.mark.parametrize(
    ("moment", "year"),
    [(datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC), 2026), (datetime(2027, 1, 1, 5, 0, tzinfo=UTC), 2027)],
)
def test_a_filing_is_numbered_in_the_year_of_ecuador(
    desk: Desk, employment: Employment, moment: datetime, year: int
) -> None:
    batch = desk.file(desk.record("MSU", number_of(employment)), now=moment)
    assert batch.filing is not None
    assert batch.filing.number == f"{year}-{batch.filing_id:08d}"


def test_a_domestic_employer_registers_like_any_other(desk: Desk) -> None:
    home = make_employer(ruc=f"{cedula()}000", kind=EmployerKind.DOMESTIC)
    make_branch(home)
    own, number = make_desk(home), cedula()
    own.file(own.record("ENT", number))
    own.file(own.record("MSU", number))
    own.file(own.record("SAL", number))
    assert Novedad.objects.filter(filing__employer=home).count() == 3
    assert Employment.objects.get().left_on == date(2026, 11, 20)
