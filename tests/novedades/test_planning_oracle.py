"""Made-up files one after the other: every line ends as a slow person would have it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from afilia.novedades.models import Novedad
from afilia.workers.models import Employment
from tests.batches.filing import BODIES, TYPES, Desk, in_force, make_desk
from tests.builders import make_person
from tests.novedades.oracle import Expected, History, Line, summary

TODAY = date(2026, 11, 21)
WORKERS = 4
OF_THE_PLAN = (
    *("branch.", "entry.a", "entry.ov", "entry.other", "employment.", "exit.before"),
    *("pay.same", "reserve.", "novedad.", "deadline.", "worker."),
)
serial = count(1)

days = st.sampled_from(
    [date(2026, month, number) for month in (9, 10, 11) for number in (1, 2, 14, 15)] + [date(2026, 11, 20)]
)
branches = st.sampled_from(["0001"] * 4 + ["0002"] * 2 + ["0009"])
pays = st.sampled_from(["500.00", "500.00", "600.00", "99999999999.99"])


@st.composite
def bodies(draw: st.DrawFn, novedad: str) -> tuple[int, dict[str, str]]:
    """The period of a line, and the fields after its head."""
    on = draw(days)
    body, period = dict(BODIES[novedad]), on.year * 100 + on.month
    if novedad == "ENT":
        body |= {
            "fecha_ingreso": f"{on:%Y%m%d}",
            "fecha_registro": f"{draw(st.sampled_from([on, TODAY])):%Y%m%d}",
            "cargo": draw(st.sampled_from(["UNO", 'DOS, "2" \\N'])),
            "sueldo": draw(pays),
        }
        period = draw(st.sampled_from([period, period, 202611]))
    elif novedad == "SAL":
        left = draw(st.sampled_from([on, on + timedelta(days=7)]))
        died = draw(st.booleans())
        body |= {
            "fecha_salida": f"{left:%Y%m%d}",
            "causa": "F" if died else "V",
            "fecha_fallecimiento": f"{left:%Y%m%d}" if died else "00000000",
        }
        period = min(left.year * 100 + left.month, 202611)
    elif novedad in {"MSU", "INS", "PRA"}:
        body["valor" if "valor" in body else "sueldo"] = draw(pays)
    elif novedad == "MND":
        body["dias"] = draw(st.sampled_from(["01", "03"]))
    else:
        month = f"{on.year}-{on.month:02}"
        body |= {"periodo": f"{month} A {month}", "meses": "01", "sueldo_total": draw(pays)}
        if novedad in {"PFN", "PPF"} and draw(st.booleans()):
            body["ruc_anterior"] = "1790012345001"
    return period, body


@st.composite
def plain_files(draw: st.DrawFn) -> tuple[list[Line], bool]:
    """The lines of a file, with numbers for workers, and whether its corrections are meant."""
    novedad = draw(st.sampled_from(["ENT"] * 4 + ["SAL"] * 3 + ["MSU"] * 3 + TYPES))
    workers = draw(st.lists(st.integers(0, WORKERS - 1), min_size=1, max_size=WORKERS, unique=True))
    lines = []
    for worker in workers:
        period, body = draw(bodies(novedad))
        lines.append(Line(novedad, str(worker), draw(branches), period, tuple(body.items())))
    return lines, draw(st.booleans())


def expect(history: History, lines: list[Line]) -> list[tuple[Line, Expected]]:
    return [(line, history.judge(line)) for line in lines]


def compare(desk: Desk, history: History, lines: list[Line], *, corrections: bool) -> None:
    """Plan a file, compare each line, register it, and compare what is there then."""
    blanks = [" " * next(serial)]  # no two files are the same bytes
    written = [
        desk.record(
            line.novedad, line.worker, branch=line.branch, period=str(line.period), **dict(line.fields)
        )
        for line in lines
    ]
    planned = desk.plan(*written, *blanks, novedad=lines[0].novedad)
    expected = expect(history, lines)
    real = [
        (row["outcome"], sorted(code for code in planned.codes(row["line"]) if code.startswith(OF_THE_PLAN)))
        for row in planned.lines
    ]
    assert real == [(verdict.outcome, verdict.codes) for _, verdict in expected]
    pays = [row["pay_before"] for row in planned.lines if row["outcome"] != "rejected"]
    assert pays == [verdict.pay_before for _, verdict in expected if verdict.outcome != "rejected"]
    totals = summary(expected, history)
    real_sums = {
        outcome: {when: Decimal(value) for when, value in sums.items()}
        for outcome, sums in planned.summary["sums"].items()
    }
    assert {**{name: planned.summary[name] for name in totals}, "sums": real_sums} == totals
    outcomes = {"new", "correction"} if corrections else {"new"}
    if not any(verdict.outcome in outcomes for _, verdict in expected):
        return
    batch = desk.go_on(planned, corrections=corrections)
    for line, verdict in expected:
        if verdict.outcome in outcomes:
            history.register(line, verdict)
    assert state(desk) == {(work.worker, work.branch, work.entered, work.left) for work in history.works}
    kept = [(row.kind, row.subject, row.amount, row.revision) for row in in_force(desk.employer)]
    assert sorted(kept) == sorted(
        (kind, subject, filed[-1].amount, len(filed) - 1)
        for work in history.works
        for (kind, subject), filed in work.filed.items()
    )
    assert Novedad.objects.filter(filing=batch.filing).count() == sum(
        verdict.outcome in outcomes for _, verdict in expected
    )


def state(desk: Desk) -> set[tuple[str, str, date, date | None]]:
    rows = Employment.objects.filter(employer=desk.employer).values_list(
        "person__numbers__number", "branch__number", "entered_on", "left_on"
    )
    return {*rows}


@pytest.mark.django_db
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(files=st.lists(plain_files(), min_size=1, max_size=7))
def test_every_line_ends_as_a_slow_person_would_have_it(files: list[tuple[list[Line], bool]]) -> None:
    with transaction.atomic():
        desk = make_desk()
        history = History(branches=("0001", "0002"), today=TODAY)
        numbers = [make_person().numbers.get().number for _ in range(WORKERS)]
        for lines, corrections in files:
            real = [replace(line, worker=numbers[int(line.worker)]) for line in lines]
            compare(desk, history, real, corrections=corrections)
        transaction.set_rollback(True)  # the next files find nothing of these
