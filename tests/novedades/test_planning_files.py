"""Plans on the real database: branches, users, consequences of a whole file, and that nothing is written."""

from datetime import date
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection

from afilia.batches import receipts
from afilia.batches.rules import State
from afilia.employers.models import Branch, EmployerKind
from afilia.novedades import check, reading
from afilia.novedades.models import Novedad
from afilia.novedades.queries import active_employments
from tests.batches.filing import TYPES, Desk, branch, in_register, make_desk, number_of
from tests.builders import cedula, make_branch, make_employer, make_employment, make_key

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def worker(desk: Desk) -> str:
    """A worker of branch 0001 since 2025, who entered before this portal was there."""
    return number_of(make_employment(branch=branch(desk)))


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


@pytest.mark.parametrize(("left", "after"), [("20261120", 1), ("20261121", 2), ("20261122", 2)])
def test_the_last_day_of_work_counts_as_active(desk: Desk, worker: str, left: str, after: int) -> None:
    other = make_employment(branch=branch(desk))
    planned = desk.plan(desk.record("SAL", worker, fecha_salida=left))
    assert (planned.summary["active_before"], planned.summary["active_after"]) == (2, after)
    desk.go_on(planned)
    assert desk.plan(desk.record("INS", number_of(other))).summary["active_before"] == after


@pytest.mark.parametrize(
    ("first", "second", "before", "after"),
    [
        ("20261130", "20261120", 1, 0),
        ("20261120", "20261130", 0, 1),
        ("20261119", "20261120", 0, 0),
        ("20261129", "20261130", 1, 1),
    ],
)
def test_a_corrected_exit_moves_who_is_active_where_it_is_meant(
    desk: Desk, worker: str, first: str, second: str, before: int, after: int
) -> None:
    desk.file(desk.record("SAL", worker, fecha_salida=first))
    planned = desk.plan(desk.record("SAL", worker, fecha_salida=second))
    summary = planned.summary
    assert planned.outcomes == ["correction"]
    assert [summary[f"active_{when}"] for when in ("before", "after", "corrected")] == [before, before, after]
    batch = desk.go_on(planned, corrections=True)
    assert active_employments(batch.employer, on=date(2026, 11, 21), allowed=None) == after


def test_the_entry_notice_of_an_employment_on_record_makes_nobody_active(desk: Desk, worker: str) -> None:
    fields = {"fecha_ingreso": "20250102", "fecha_registro": "20250102"}
    planned = desk.plan(desk.record("ENT", worker, period="202501", **fields))
    assert planned.outcomes == ["new"]
    assert (planned.summary["active_before"], planned.summary["active_after"]) == (1, 1)


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
