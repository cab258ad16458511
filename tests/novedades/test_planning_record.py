"""Plans on the real database: what is on record already, and what was filed late."""

from datetime import UTC, date, datetime, timedelta

import pytest

from afilia.novedades.models import Channel, Novedad
from afilia.ops.demo import loading
from tests.batches.filing import BODIES, TYPES, Desk, branch, make_desk, number_of
from tests.builders import NOW, cedula, make_employment

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Desk:
    return make_desk()


@pytest.fixture
def worker(desk: Desk) -> str:
    """A worker of branch 0001 since 2025, who entered before this portal was there."""
    return number_of(make_employment(branch=branch(desk)))


# What is on record


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
    batches = Novedad.objects.filter(kind=novedad, filing__channel=Channel.BATCH)
    row = batches.latest("period", "pk")
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
