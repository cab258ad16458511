"""Plans on the real database: people, entries, employments and pay."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from afilia.registries import civil
from afilia.workers.models import IdentityNumber
from tests.batches.filing import NAMES, TYPES, Desk, branch, in_register, make_desk, number_of
from tests.builders import cedula, make_branch, make_employer, make_employment, make_person

pytestmark = pytest.mark.django_db

AFTER_ENTRY = [novedad for novedad in TYPES if novedad != "ENT"]
CLOSED_PORT = "http://127.0.0.1:9"  # nobody listens


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def worker(desk: Desk) -> str:
    """A worker of branch 0001 since 2025, who entered before this portal was there."""
    return number_of(make_employment(branch=branch(desk)))


# The register of identities


@pytest.fixture
def register_down(settings: object) -> Iterator[None]:
    settings.REGISTRO_CIVIL_URL = CLOSED_PORT  # type: ignore[attr-defined]
    civil.circuit.answered()
    yield
    civil.circuit.__init__()  # type: ignore[misc]


def test_someone_unknown_whom_the_register_knows_enters_with_name_and_confirmed_identity(desk: Desk) -> None:
    number = cedula()
    in_register(number)
    planned = desk.plan(desk.record("ENT", number))
    assert (planned.outcomes, planned.codes()) == (["new"], [])
    assert planned.lines[0]["names"] == NAMES
    assert planned.lines[0]["birth_on"] == date(1990, 2, 28)


def test_someone_whom_the_register_does_not_know_enters_with_a_warning(desk: Desk) -> None:
    planned = desk.plan(desk.record("ENT", cedula()))
    assert (planned.outcomes, planned.codes()) == (["new"], ["person.not-in-register"])


@pytest.mark.usefixtures("register_down")
def test_a_register_that_is_down_is_a_warning_and_stops_nobody(desk: Desk) -> None:
    planned = desk.plan(desk.record("ENT", cedula()), desk.record("ENT", cedula()))
    assert planned.outcomes == ["new", "new"]
    assert planned.codes(1) == planned.codes(2) == ["person.unconfirmed"]


@pytest.mark.usefixtures("register_down")
def test_who_is_confirmed_already_is_not_asked_for(desk: Desk) -> None:
    person = make_person()
    planned = desk.plan(desk.record("ENT", person.numbers.get().number))
    assert (planned.outcomes, planned.codes()) == (["new"], [])
    assert planned.lines[0]["person_id"] == person.pk


def test_a_foreigner_code_is_not_asked_of_the_register_of_cedulas(desk: Desk) -> None:
    planned = desk.plan(desk.record("ENT", "6100000017"))
    assert (planned.outcomes, planned.codes()) == (["new"], ["person.unconfirmed"])


def test_the_dead_do_not_enter(desk: Desk) -> None:
    number = cedula()
    in_register(number, death_on=date(2026, 11, 15))
    planned = desk.plan(desk.record("ENT", number))
    assert (planned.outcomes, planned.codes()) == (["rejected"], ["person.deceased"])


# Entries


def test_who_is_active_in_the_branch_does_not_enter_again(desk: Desk, worker: str) -> None:
    planned = desk.plan(desk.record("ENT", worker))
    assert (planned.outcomes, planned.codes()) == (["rejected"], ["entry.already-active"])
    assert planned.finding("entry.already-active")["arg"] == "2025-01-02"


def test_who_is_active_in_another_branch_enters_with_a_warning(desk: Desk, worker: str) -> None:
    planned = desk.plan(desk.record("ENT", worker, branch="0002"))
    assert (planned.outcomes, planned.codes()) == (["new"], ["entry.other-branch"])
    assert planned.finding("entry.other-branch")["arg"] == "0001"


@pytest.mark.parametrize(("left", "codes"), [(13, []), (14, ["entry.other-branch"])])
def test_the_last_day_in_another_branch_is_a_day_of_work_there(
    desk: Desk, left: int, codes: list[str]
) -> None:
    other = make_employment(branch=branch(desk, "0002"), left_on=date(2026, 11, left))
    planned = desk.plan(desk.record("ENT", number_of(other), fecha_ingreso="20261114"))
    assert (planned.outcomes, planned.codes()) == (["new"], codes)


def test_work_for_another_employer_is_nobodys_business(desk: Desk) -> None:
    elsewhere = make_employment(branch=make_branch(make_employer()))
    planned = desk.plan(desk.record("ENT", number_of(elsewhere)))
    assert (planned.outcomes, planned.codes()) == (["new"], [])


def test_who_left_may_come_back_and_is_no_correction_of_the_first_entry(desk: Desk) -> None:
    number = cedula()
    in_register(number)
    desk.file(
        desk.record("ENT", number, period="202610", fecha_ingreso="20261012", fecha_registro="20261013")
    )
    desk.file(desk.record("SAL", number, fecha_salida="20261110"))
    planned = desk.plan(desk.record("ENT", number, fecha_ingreso="20261111", fecha_registro="20261111"))
    assert (planned.outcomes, planned.codes()) == (["new"], [])
    early = desk.plan(desk.record("ENT", number, fecha_ingreso="20261110", fecha_registro="20261111"))
    assert (early.outcomes, early.codes()) == (["rejected"], ["entry.overlaps"])


def test_two_numbers_of_one_person_in_a_file_are_a_repeated_worker(desk: Desk) -> None:
    person = make_person()
    IdentityNumber.objects.create(number="6100000025", kind="foreigner-code", person=person)
    cedula_number = person.numbers.get(kind="cedula").number
    planned = desk.plan(
        desk.record("ENT", cedula_number), desk.record("ENT", cedula()), desk.record("ENT", "6100000025")
    )
    assert planned.outcomes == ["new", "new", "rejected"]
    repeated = planned.finding("worker.repeated")
    assert (repeated["line"], repeated["column"], repeated["arg"]) == (3, 6, "1")
    assert (planned.summary["accepted"], planned.summary["rejected"]) == (2, 1)


@pytest.mark.parametrize("novedad", AFTER_ENTRY)
def test_two_numbers_of_one_worker_are_repeated_in_every_type(desk: Desk, novedad: str) -> None:
    employment = make_employment(branch=branch(desk))
    number = number_of(employment)
    IdentityNumber.objects.create(number="6100000033", kind="foreigner-code", person=employment.person)
    planned = desk.plan(desk.record(novedad, "6100000033"), desk.record(novedad, number))
    assert planned.outcomes == ["new", "rejected"]
    assert "worker.repeated" in planned.codes(2)


# Novedades of an employment


@pytest.mark.parametrize("novedad", AFTER_ENTRY)
def test_each_type_needs_an_employment_in_the_branch(desk: Desk, worker: str, novedad: str) -> None:
    stranger = number_of(make_employment(branch=make_branch(make_employer())))
    planned = desk.plan(
        desk.record(novedad, worker),
        desk.record(novedad, stranger),
        desk.record(novedad, cedula()),
    )
    assert planned.outcomes == ["new", "rejected", "rejected"]
    assert "employment.none" not in planned.codes(1)
    for line in (2, 3):
        (none,) = [row for row in planned.findings if row["line"] == line and row["severity"] == "error"]
        assert (none["code"], none["arg"]) == ("employment.none", "")


@pytest.mark.parametrize("novedad", AFTER_ENTRY)
def test_who_works_in_another_branch_is_named_with_it(desk: Desk, worker: str, novedad: str) -> None:
    planned = desk.plan(desk.record(novedad, worker, branch="0002"))
    assert planned.outcomes == ["rejected"]
    assert planned.finding("employment.none")["arg"] == "0001"


def record_of(desk: Desk, novedad: str, worker: str, period: str) -> str:
    """A line of a month; that of a PFM begins in the month that it names."""
    month = f"{period[:4]}-{period[4:]}"
    fields = {"periodo": f"{month} A {month}"} if novedad == "PFM" else {}
    return desk.record(novedad, worker, period=period, **fields)


@pytest.mark.parametrize("novedad", [novedad for novedad in AFTER_ENTRY if novedad != "SAL"])
@pytest.mark.parametrize(
    ("period", "outcome"),
    [("202512", "rejected"), ("202601", "new"), ("202603", "new"), ("202604", "rejected")],
)
def test_the_employment_covers_some_day_of_the_month(
    desk: Desk, novedad: str, period: str, outcome: str
) -> None:
    employment = make_employment(branch=branch(desk), entered_on=date(2026, 1, 31), left_on=date(2026, 3, 1))
    planned = desk.plan(record_of(desk, novedad, number_of(employment), period))
    assert planned.outcomes == [outcome]
    assert ("employment.none" in planned.codes()) is (outcome == "rejected")


@pytest.mark.parametrize("day", [date(2026, 1, 30), date(2026, 4, 1)], ids=["before", "after"])
def test_an_exit_on_a_day_that_the_employment_does_not_cover_is_an_error(desk: Desk, day: date) -> None:
    employment = make_employment(branch=branch(desk), entered_on=date(2026, 1, 31), left_on=date(2026, 3, 31))
    line = desk.record("SAL", number_of(employment), period=f"{day:%Y%m}", fecha_salida=f"{day:%Y%m%d}")
    planned = desk.plan(line)
    assert planned.outcomes == ["rejected"]
    assert {"exit.before-entry", "employment.none"} & {*planned.codes()}


@pytest.mark.parametrize("novedad", [novedad for novedad in AFTER_ENTRY if novedad != "SAL"])
def test_of_two_employments_in_a_month_the_later_one_is_meant(desk: Desk, novedad: str) -> None:
    """Left on the 10th and back on the 20th (decision 7); the months before are of the earlier one."""
    person = make_person()
    earlier, later = (
        make_employment(branch=branch(desk), person=person, entered_on=entered, left_on=left)
        for entered, left in ((date(2026, 1, 5), date(2026, 10, 10)), (date(2026, 10, 20), None))
    )
    meant = {
        period: desk.plan(record_of(desk, novedad, number_of(later), period)).lines[0]["employment_id"]
        for period in ("202609", "202610", "202611")
    }
    assert meant == {"202609": earlier.pk, "202610": later.pk, "202611": later.pk}


def test_the_exit_of_the_10th_can_be_filed_after_the_entry_of_the_20th(desk: Desk) -> None:
    person = make_person()
    for entered, left in ((date(2026, 1, 5), date(2026, 10, 10)), (date(2026, 10, 20), None)):
        last = make_employment(branch=branch(desk), person=person, entered_on=entered, left_on=left)
    exits = {
        day: desk.plan(desk.record("SAL", number_of(last), period="202610", fecha_salida=f"202610{day}"))
        for day in ("10", "15", "20")
    }
    assert {day: planned.outcomes for day, planned in exits.items()} == {
        "10": ["new"],
        "15": ["rejected"],
        "20": ["new"],
    }
    assert exits["10"].lines[0]["employment_id"] != exits["20"].lines[0]["employment_id"] == last.pk


def test_an_exit_before_the_entry_is_an_error_that_names_the_entry(desk: Desk, worker: str) -> None:
    planned = desk.plan(desk.record("SAL", worker, period="202412", fecha_salida="20241231"))
    assert planned.outcomes == ["rejected"]
    assert planned.finding("exit.before-entry")["arg"] == "2025-01-02"
    assert desk.plan(desk.record("SAL", worker, fecha_salida="20250102")).outcomes == ["new"]


def test_an_exit_is_of_the_employment_that_began_before_it(desk: Desk) -> None:
    person = make_person()
    first = make_employment(
        branch=branch(desk), person=person, entered_on=date(2025, 1, 5), left_on=date(2025, 6, 30)
    )
    second = make_employment(branch=branch(desk), person=person, entered_on=date(2026, 2, 1))
    number = number_of(first)
    assert desk.plan(desk.record("SAL", number)).lines[0]["employment_id"] == second.pk
    gap = desk.plan(desk.record("SAL", number, fecha_salida="20250815"))
    assert (gap.outcomes, gap.finding("employment.none")["severity"]) == (["rejected"], "error")


@pytest.mark.parametrize(("entered", "early"), [(date(2025, 11, 30), False), (date(2025, 12, 1), True)])
def test_reserve_funds_count_from_the_first_entry_with_the_employer(
    desk: Desk, entered: date, early: bool
) -> None:
    person = make_person()
    make_employment(branch=branch(desk, "0002"), person=person, entered_on=entered, left_on=date(2026, 5, 1))
    now = make_employment(branch=branch(desk), person=person, entered_on=date(2026, 6, 1))
    make_employment(branch=make_branch(make_employer()), person=person, entered_on=date(2015, 1, 1))
    planned = desk.plan(desk.record("PFM", number_of(now)))
    assert planned.codes() == (["reserve.too-early"] if early else [])
    assert planned.outcomes == ["new"]


# Pay


def test_the_pay_in_force_is_that_of_the_last_change_or_else_of_the_entry(desk: Desk) -> None:
    number = cedula()
    desk.file(
        desk.record(
            "ENT",
            number,
            period="202608",
            fecha_ingreso="20260803",
            fecha_registro="20260803",
            sueldo="500.00",
        )
    )
    assert desk.plan(desk.record("MSU", number)).lines[0]["pay_before"] == Decimal("500.00")
    desk.file(desk.record("MSU", number, period="202609", sueldo="620.00"))
    assert desk.plan(desk.record("MSU", number, sueldo="630.00")).lines[0]["pay_before"] == Decimal("620.00")
    earlier = desk.plan(desk.record("MSU", number, period="202608", sueldo="610.00"))
    assert earlier.lines[0]["pay_before"] == Decimal("500.00")


def test_the_pay_of_an_entry_in_force_is_the_corrected_one_whatever_period_it_names(desk: Desk) -> None:
    number = cedula()
    entry = {"fecha_ingreso": "20261012", "fecha_registro": "20261013"}
    desk.file(desk.record("ENT", number, period="202611", **entry, sueldo="500.00"))
    desk.file(desk.record("ENT", number, period="202610", **entry, sueldo="510.00"), corrections=True)
    for period in ("202610", "202611"):
        planned = desk.plan(desk.record("MSU", number, period=period))
        assert planned.lines[0]["pay_before"] == Decimal("510.00")


def test_a_change_to_the_same_pay_is_said_and_filed(desk: Desk) -> None:
    number = cedula()
    desk.file(desk.record("ENT", number, sueldo="600.00"))
    planned = desk.plan(desk.record("MSU", number, sueldo="600.00"))
    assert planned.outcomes == ["new"]
    assert "pay.same" in planned.codes()
