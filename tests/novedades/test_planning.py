"""Plans on the real database: what each line would do, what is said of it, and that nothing is written."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from afilia.batches import receipts
from afilia.batches.rules import State
from afilia.employers.models import Branch, EmployerKind
from afilia.novedades import check, reading
from afilia.novedades.models import Novedad
from afilia.ops.demo import loading
from afilia.registries import civil
from afilia.registries.models import CivilRecord
from afilia.workers.models import Employment, IdentityNumber
from tests.batches.filing import BODIES, TYPES, Desk, make_desk
from tests.builders import NOW, cedula, make_branch, make_employer, make_employment, make_key, make_person

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


def branch(desk: Desk, number: str = "0001") -> Branch:
    return desk.employer.branches.get(number=number)


def number_of(employment: Employment) -> str:
    return employment.person.numbers.get().number


# The register of identities


@pytest.fixture
def register_down(settings: object) -> Iterator[None]:
    settings.REGISTRO_CIVIL_URL = CLOSED_PORT  # type: ignore[attr-defined]
    civil.circuit.answered()
    yield
    civil.circuit.__init__()  # type: ignore[misc]


def in_register(number: str, *, death_on: date | None = None, names: str = 'PEÑA LUZ, LA "ÑATA" \\N') -> None:
    CivilRecord.objects.create(cedula=number, names=names, birth_on=date(1990, 2, 28), death_on=death_on)


def test_someone_unknown_whom_the_register_knows_enters_with_name_and_confirmed_identity(desk: Desk) -> None:
    number = cedula()
    in_register(number)
    planned = desk.plan(desk.record("ENT", number))
    assert (planned.outcomes, planned.codes()) == (["new"], [])
    assert planned.lines[0]["names"] == 'PEÑA LUZ, LA "ÑATA" \\N'
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


def test_a_number_is_the_person_whatever_kind_it_is_kept_as(desk: Desk) -> None:
    person = make_person()
    IdentityNumber.objects.filter(person=person).update(kind="foreigner-code")
    employment = make_employment(branch=branch(desk), person=person)
    planned = desk.plan(desk.record("MSU", number_of(employment)))
    assert planned.lines[0]["employment_id"] == employment.pk


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


@pytest.mark.parametrize("novedad", [novedad for novedad in AFTER_ENTRY if novedad not in {"SAL", "PFM"}])
@pytest.mark.parametrize(
    ("period", "outcome"),
    [("202512", "rejected"), ("202601", "new"), ("202603", "new"), ("202604", "rejected")],
)
def test_the_employment_covers_some_day_of_the_month(
    desk: Desk, novedad: str, period: str, outcome: str
) -> None:
    employment = make_employment(branch=branch(desk), entered_on=date(2026, 1, 31), left_on=date(2026, 3, 1))
    planned = desk.plan(desk.record(novedad, number_of(employment), period=period))
    assert planned.outcomes == [outcome]
    assert ("employment.none" in planned.codes()) is (outcome == "rejected")


def test_of_two_employments_in_a_month_the_later_one_is_meant(desk: Desk) -> None:
    person = make_person()
    make_employment(
        branch=branch(desk), person=person, entered_on=date(2026, 1, 5), left_on=date(2026, 11, 9)
    )
    later = make_employment(branch=branch(desk), person=person, entered_on=date(2026, 11, 10))
    planned = desk.plan(desk.record("INS", number_of(later)))
    assert planned.lines[0]["employment_id"] == later.pk


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


# What is on record


def optional(novedad: str) -> dict[str, str]:
    return {"ruc_anterior": "1790012345001"} if novedad in {"PFN", "PPF"} else {}


@pytest.mark.parametrize("novedad", TYPES)
def test_the_same_content_is_not_registered_again(desk: Desk, worker: str, novedad: str) -> None:
    number = cedula() if novedad == "ENT" else worker
    desk.file(desk.record(novedad, number))
    again = desk.plan(desk.record(novedad, number), "")
    assert again.outcomes == ["unchanged"]
    assert "novedad.registered" in again.codes()
    assert again.finding("novedad.registered")["severity"] == "info"
    assert (again.summary["new"], again.summary["unchanged"]) == (0, 1)


CHANGED = {
    "ENT": {"cargo": 'JEFE, "EL" \\N'},
    "SAL": {"causa": "R"},
    "MSU": {"sueldo": "600.01"},
    "INS": {"valor": "12.51"},
    "PFR": {"meses": "09"},
    "PFM": {"sueldo_total": "500.01"},
    "PFN": {"sueldo_total": "500.01"},
    "PPF": {"oficio": "OF-002"},
    "PRA": {"valor": "25.01"},
    "MND": {"dias": "04"},
}


@pytest.mark.parametrize("novedad", TYPES)
def test_other_content_is_a_correction(desk: Desk, worker: str, novedad: str) -> None:
    number = cedula() if novedad == "ENT" else worker
    desk.file(desk.record(novedad, number))
    planned = desk.plan(desk.record(novedad, number, **CHANGED[novedad]))
    assert planned.outcomes == ["correction"]
    assert planned.finding("novedad.correction")["severity"] == "warning"
    assert planned.lines[0]["revision"] == 1


def test_a_correction_is_compared_with_what_is_in_force_whatever_periods_the_revisions_name(
    desk: Desk,
) -> None:
    number = cedula()
    entry = {"fecha_ingreso": "20261012", "fecha_registro": "20261013"}
    desk.file(desk.record("ENT", number, period="202611", **entry, cargo="UNO"))
    desk.file(desk.record("ENT", number, period="202610", **entry, cargo="DOS"), corrections=True)
    third = desk.plan(desk.record("ENT", number, period="202610", **entry, cargo="TRES"))
    assert (third.outcomes, third.lines[0]["revision"]) == (["correction"], 2)
    for cargo, outcome in (("DOS", "unchanged"), ("UNO", "correction")):
        line = desk.record("ENT", number, period="202611", **entry, cargo=cargo)
        assert desk.plan(line, "").outcomes == [outcome]


def test_what_a_line_leaves_out_is_the_same_in_a_file_where_others_name_it(desk: Desk) -> None:
    first, second = (number_of(make_employment(branch=branch(desk))) for _ in range(2))
    dead = {"causa": "F", "fecha_fallecimiento": "20261120"}
    desk.file(desk.record("SAL", first), desk.record("SAL", second, **dead))
    assert desk.plan(desk.record("SAL", first)).outcomes == ["unchanged"]
    desk.file(desk.record("PFN", first), desk.record("PFN", second, ruc_anterior="1790012345001"))
    assert desk.plan(desk.record("PFN", first)).outcomes == ["unchanged"]
    assert desk.plan(desk.record("PFN", second)).outcomes == ["correction"]
    assert desk.plan(desk.record("PFN", second, ruc_anterior="1790012345001")).outcomes == ["unchanged"]


@pytest.mark.parametrize(
    "changes",
    [{"sueldo": "600,00"}, {"sueldo": "600"}, {"sueldo": " 600.00"}, {"sueldo": "0600.00"}],
)
def test_the_same_content_in_other_signs_is_unchanged(
    desk: Desk, worker: str, changes: dict[str, str]
) -> None:
    desk.file(desk.record("MSU", worker))
    assert desk.plan(desk.record("MSU", worker, **changes)).outcomes == ["unchanged"]


def test_other_subjects_are_new(desk: Desk, worker: str) -> None:
    desk.file(desk.record("INS", worker))
    assert desk.plan(desk.record("INS", worker, period="202610")).outcomes == ["new"]
    desk.file(desk.record("PRA", worker))
    assert desk.plan(desk.record("PRA", worker, fecha_suscripcion="20261120")).outcomes == ["new"]
    desk.file(desk.record("PFN", worker))
    assert desk.plan(desk.record("PFN", worker, periodo="2026-09 A 2026-09")).outcomes == ["new"]


@pytest.mark.parametrize("novedad", ["ENT", "SAL", "MSU", "INS"])
def test_the_history_of_the_demo_is_what_the_same_lines_would_register(novedad: str) -> None:
    assert loading.load(now=NOW)
    row = Novedad.objects.filter(kind=novedad).latest("period", "pk")
    work = row.employment
    fields = {
        name: "00000000" if value is None else value.replace("-", "") if name.startswith("fecha") else value
        for name, value in (row.details or {}).items()
    }
    if row.amount is not None:
        fields["sueldo" if "sueldo" in BODIES[novedad] else "valor"] = str(row.amount)
    desk = make_desk(work.employer)
    line = desk.record(novedad, number_of(work), branch=work.branch.number, period=str(row.period), **fields)
    assert desk.plan(line).outcomes == ["unchanged"]


# Lateness


@pytest.mark.parametrize(
    ("days", "code"),
    [
        (15, None),
        (16, "deadline.late"),
        (15 + 45, "deadline.late"),
        (15 + 46, "deadline.extemporaneous"),
    ],
)
def test_lateness_is_a_warning_with_the_due_date(desk: Desk, days: int, code: str | None) -> None:
    today = date(2026, 11, 21)
    entered = f"{today - timedelta(days=days):%Y%m%d}"
    planned = desk.plan(
        desk.record("ENT", cedula(), period=entered[:6], fecha_ingreso=entered, fecha_registro=entered)
    )
    assert planned.outcomes == ["new"]
    late = [row for row in planned.findings if row["code"].startswith("deadline.")]
    assert [row["code"] for row in late] == ([code] if code else [])
    if code:
        due = today - timedelta(days=days) + timedelta(days=15)
        assert late[0]["arg"] == f"{due}|{days - 15}|15|calendar"
        assert late[0]["severity"] == "warning"


@pytest.mark.parametrize("changes", [{}, {"sueldo": "601.00"}], ids=["unchanged", "correction"])
def test_the_first_filing_decides_whether_it_was_late(
    desk: Desk, worker: str, changes: dict[str, str]
) -> None:
    desk.file(desk.record("MSU", worker))
    later = NOW + timedelta(days=90)
    planned = desk.plan(desk.record("MSU", worker, **changes), "", now=later)
    assert [code for code in planned.codes() if code.startswith("deadline.")] == []
    assert all(code != "deadline.extemporaneous" for _, code, _ in planned.summary["codes"])
    other = number_of(make_employment(branch=branch(desk)))
    assert "deadline.extemporaneous" in desk.plan(desk.record("MSU", other), now=later).codes()


def test_the_day_is_that_of_ecuador(desk: Desk) -> None:
    due = "20261120"  # the fifteenth day after 5 November is the 20th
    fields = {"fecha_ingreso": "20261105", "fecha_registro": "20261105"}
    before_midnight = datetime(2026, 11, 21, 4, 59, 59, tzinfo=UTC)
    planned = desk.plan(desk.record("ENT", cedula(), **fields), now=before_midnight)
    assert "deadline.late" not in planned.codes()
    assert planned.batch.planned_on == date.fromisoformat(f"{due[:4]}-{due[4:6]}-{due[6:]}")
    late = desk.plan(desk.record("ENT", cedula(), **fields), now=before_midnight + timedelta(seconds=1))
    assert "deadline.late" in late.codes()


# Branches and users


def test_a_branch_that_does_not_exist_names_those_that_do(desk: Desk) -> None:
    planned = desk.plan(desk.record("ENT", cedula(), branch="0009"))
    assert planned.outcomes == ["rejected"]
    assert planned.finding("branch.unknown")["arg"] == "0001, 0002"


def test_a_branch_of_another_employer_does_not_exist(desk: Desk) -> None:
    make_branch(make_employer(), number="0009")
    assert "branch.unknown" in desk.plan(desk.record("ENT", cedula(), branch="0009")).codes()


def test_a_closed_branch_takes_nobody_in(desk: Desk) -> None:
    Branch.objects.filter(pk=branch(desk, "0002").pk).update(closed_on=date(2026, 11, 15))
    planned = desk.plan(desk.record("ENT", cedula(), branch="0002"))
    assert planned.outcomes == ["rejected"]
    assert "branch.closed" in planned.codes()


def test_a_key_to_one_branch_files_for_that_one_alone(desk: Desk, worker: str) -> None:
    key = make_key(desk.employer, branches=(branch(desk, "0002"),))
    own = make_desk(desk.employer, key=key)
    there = number_of(make_employment(branch=branch(desk, "0002")))
    planned = own.plan(own.record("MSU", worker), own.record("MSU", there, branch="0002"))
    assert planned.outcomes == ["rejected", "new"]
    assert planned.codes(1) == ["branch.not-yours"]
    assert planned.finding("branch.not-yours")["arg"] == "0002"


def test_a_file_of_another_employer_is_refused_as_a_whole(desk: Desk, worker: str) -> None:
    other = make_employer()
    planned = desk.plan(desk.record("MSU", worker).replace(desk.employer.ruc, other.ruc))
    assert planned.batch.state == State.REFUSED
    assert planned.lines == []
    found = planned.finding("file.other-employer")
    assert (found["line"], found["seen"], found["arg"]) == (0, other.ruc, desk.employer.ruc)


def test_a_file_of_another_type_than_chosen_is_refused(desk: Desk, worker: str) -> None:
    planned = desk.plan(desk.record("MSU", worker), novedad="INS")
    assert planned.batch.state == State.REFUSED
    assert planned.finding("file.type-expected")["arg"] == "INS"


def test_a_file_without_one_good_line_is_planned_and_wholly_rejected(desk: Desk) -> None:
    planned = desk.plan(desk.record("MSU", "0000000000"), desk.record("MSU", "1"))
    assert (planned.batch.state, planned.lines) == (State.PLANNED, [])
    assert (planned.summary["lines"], planned.summary["rejected"]) == (2, 2)


def test_a_domestic_employer_files_for_branch_0001(desk: Desk) -> None:
    home = make_employer(ruc=f"{cedula()}000", kind=EmployerKind.DOMESTIC)
    make_branch(home)
    own = make_desk(home)
    planned = own.plan(own.record("ENT", cedula()), own.record("ENT", cedula(), branch="0002"))
    assert planned.outcomes == ["new"]
    assert "branch.domestic" in planned.codes(2)


# Consequences


def test_consequences_of_entries_and_exits_are_counted(desk: Desk, worker: str) -> None:
    planned = desk.plan(
        desk.record("ENT", cedula(), sueldo="500.00"),
        desk.record("ENT", cedula(), sueldo="600.50"),
        desk.record("ENT", worker),
    )
    assert (planned.summary["active_before"], planned.summary["active_after"]) == (1, 3)
    assert planned.summary["sums"]["new"] == {"before": "0", "after": "1100.50"}
    assert (planned.summary["new"], planned.summary["rejected"], planned.summary["accepted"]) == (2, 1, 2)


@pytest.mark.parametrize(("left", "after"), [("20261121", 1), ("20261122", 2)])
def test_who_leaves_later_is_active_until_then(desk: Desk, worker: str, left: str, after: int) -> None:
    make_employment(branch=branch(desk))
    planned = desk.plan(desk.record("SAL", worker, fecha_salida=left))
    assert (planned.summary["active_before"], planned.summary["active_after"]) == (2, after)


def test_the_sum_of_pay_before_and_after_tells_new_changes_from_corrections(desk: Desk) -> None:
    numbers = [cedula() for _ in range(3)]
    desk.file(*(desk.record("ENT", number, sueldo="500.00") for number in numbers))
    desk.file(desk.record("MSU", numbers[0], sueldo="600.00"))
    planned = desk.plan(
        desk.record("MSU", numbers[0], sueldo="650.00"),
        desk.record("MSU", numbers[1], sueldo="700.00"),
        desk.record("MSU", numbers[2], sueldo="800.00"),
    )
    assert planned.outcomes == ["correction", "new", "new"]
    assert planned.summary["sums"] == {
        "new": {"before": "1000.00", "after": "1500.00"},
        "correction": {"before": "600.00", "after": "650.00"},
    }


def test_the_largest_amounts_are_summed_exactly(desk: Desk) -> None:
    numbers = [number_of(make_employment(branch=branch(desk))) for _ in range(3)]
    desk.file(*(desk.record("MSU", number, sueldo="99999999999.99") for number in numbers))
    planned = desk.plan(*(desk.record("MSU", number, sueldo="99999999999.98") for number in numbers))
    assert planned.summary["sums"]["correction"] == {"before": "299999999999.97", "after": "299999999999.94"}
    assert Novedad.objects.filter(amount=Decimal("99999999999.99")).count() == 3


# Writing nothing


def row_counts() -> dict[str, int]:
    with connection.cursor() as cursor:
        counts = {}
        for model in apps.get_models():
            table = model._meta.db_table
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            counts[table] = cursor.fetchone()[0]
        return counts


@pytest.mark.parametrize("novedad", TYPES)
def test_a_plan_writes_nothing_but_its_own_batch(desk: Desk, worker: str, novedad: str) -> None:
    desk.file(desk.record("INS", worker))
    version = type(desk.employer).objects.get(pk=desk.employer.pk).history_version
    before = row_counts()
    number = cedula() if novedad == "ENT" else worker
    desk.plan(desk.record(novedad, number, period="202611"), "")
    after = row_counts()
    changed = {table: after[table] - count for table, count in before.items() if after[table] != count}
    assert changed == {
        "batches_batch": 1,
        "batches_progress": 1,
        "audit_entry": 2,
        "procrastinate_jobs": 1,
        "procrastinate_events": changed["procrastinate_events"],
    }
    assert type(desk.employer).objects.get(pk=desk.employer.pk).history_version == version
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname LIKE 'staged%'")
        assert cursor.fetchall() == []


def test_the_files_of_these_tests_are_in_time_and_without_findings(desk: Desk) -> None:
    newcomer = cedula()
    in_register(newcomer)
    for novedad in TYPES:
        number = newcomer if novedad == "ENT" else number_of(make_employment(branch=branch(desk)))
        planned = desk.plan(desk.record(novedad, number))
        assert (planned.outcomes, planned.codes()) == (["new"], [])


@pytest.mark.parametrize("novedad", ["ENT", "MSU"])
def test_a_file_of_many_pieces_is_planned_and_registered_like_one_of_one(
    desk: Desk, novedad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered = [number_of(make_employment(branch=branch(desk))) for _ in range(30)]
    numbers = [cedula() if novedad == "ENT" else number for number in entered]
    lines = [
        desk.record(novedad, number) for number in [*numbers[:20], "0000000000", *numbers[20:], numbers[3]]
    ]
    lines.insert(9, "")
    whole = desk.plan(*lines)
    for module in (check, reading):
        monkeypatch.setattr(module, "PIECE", 500)
    pieces = desk.plan(*lines)
    assert (pieces.lines, pieces.findings) == (whole.lines, whole.findings)
    assert len(pieces.summary["starts"]) > 3
    for summary in (whole.summary, pieces.summary):
        summary.pop("starts")
    assert pieces.summary == whole.summary
    batch = desk.go_on(pieces)
    assert [row.line for row in Novedad.objects.order_by("line")] == [
        row["line"] for row in pieces.lines if row["outcome"] == "new"
    ]
    annex = b"".join(receipts.annex_csv(batch)).decode().splitlines()
    assert len(annex) == 1 + len(lines) - 1
    assert sum("Registrada" in row for row in annex) == 30
