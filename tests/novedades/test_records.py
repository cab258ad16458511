"""Whole records: their number of fields, fields against one another, and when they are due."""

from datetime import date, timedelta

import pytest

from afilia.novedades.catalogue import explain
from afilia.novedades.rules.layouts import Context
from tests.novedades.checking import (
    LAYOUTS,
    OTHER_WORKER,
    RUC,
    SAMPLES,
    Found,
    check,
    check_second,
    column,
    context,
    line,
    lines,
)

ADDED = {"PFN": ";1799997580001", "PPF": ";1799997580001"}  # the field that may be left out


@pytest.mark.parametrize("novedad", LAYOUTS)
def test_good_line_is_clean(novedad: str) -> None:
    report = check(SAMPLES[novedad])
    assert report.codes(1) == []
    assert report.accepted == [1]
    assert report.check.anchor
    assert (report.check.anchor.type, report.check.anchor.ruc) == (novedad, RUC)
    assert [found.code for found in report.of(0)] == (["file.type-retired"] if novedad == "MND" else [])


@pytest.mark.parametrize("novedad", LAYOUTS)
@pytest.mark.parametrize("change", ["too few", "too many", "far too many"])
def test_number_of_fields_must_be_that_of_the_type(novedad: str, change: str) -> None:
    good = SAMPLES[novedad]
    full = good + ADDED.get(novedad, "")
    changed = {
        "too few": good.rsplit(";", 1)[0],
        "too many": f"{full};X",
        "far too many": f"{full};X;Y;Z;",
    }[change]
    report = check(lines(line(novedad, {"identificacion": OTHER_WORKER}), changed))
    (found,) = report.of(2)
    assert (found.column, found.field, found.code, found.severity) == (0, "", "line.field-count", "error")
    assert found.seen == str(changed.count(";") + 1)
    fix = explain(found.code, field="", seen=found.seen, arg=found.arg)[1]
    wanted = f"{full.count(';')} o {full.count(';') + 1}" if novedad in ADDED else str(full.count(";") + 1)
    assert fix == f"Deje en esta línea {wanted} campos; ahora tiene {found.seen}."
    assert report.accepted == [1]


@pytest.mark.parametrize("novedad", LAYOUTS)
def test_one_trailing_separator_is_a_warning(novedad: str) -> None:
    for written in (SAMPLES[novedad], SAMPLES[novedad] + ADDED.get(novedad, "")):
        report = check(f"{written};")
        assert [(found.column, found.code, found.severity) for found in report.of(1)] == [
            (0, "line.trailing-separator", "warning")
        ]
        assert report.accepted == [1]
        values, bare = report.values[0], check(written).values[0]
        assert values == bare


def test_empty_last_field_is_no_trailing_separator() -> None:
    assert check_second("MSU", {"sueldo": ""}).codes(2) == ["field.empty"]
    assert check_second("PFN", {"tipo_periodo": ""}).codes(2) == ["field.empty"]
    assert check(f"{SAMPLES['PFN']};;").codes(1) == ["line.trailing-separator", "field.empty"]


def test_row_of_titles_is_one_error_that_does_not_repeat_the_row() -> None:
    titles = ";".join(field.name for field in LAYOUTS["MSU"].fields)
    for header in (titles, titles.upper(), "ruc;x", f"RUC{SAMPLES['MSU'][13:]}"):
        report = check(lines(header, SAMPLES["MSU"]))
        (found,) = report.of(1)
        assert (found.column, found.code, found.severity) == (0, "line.header", "error")
        assert found.seen.lower() == "ruc"
        assert report.accepted == [2]


def test_all_the_errors_of_a_line_are_told() -> None:
    wrong = f"{RUC[:-1]};1;26;13;MSU;0102030401;0,0"
    report = check(lines(line("MSU", {"identificacion": OTHER_WORKER}), wrong))
    assert [(found.column, found.code) for found in report.of(2)] == [
        (1, "ruc.format"),
        (2, "branch.format"),
        (3, "period.year"),
        (4, "period.month"),
        (6, "id.check-digit"),
        (7, "amount.comma"),
        (7, "amount.decimals"),
        (7, "amount.zero"),
    ]
    both = check(lines(line("MSU", {"identificacion": OTHER_WORKER}), f"{wrong};X;Y"))
    assert both.of(2)[0].code == "line.field-count"
    assert [found.column for found in both.of(2)] == [0, 1, 2, 3, 4, 6]


def test_error_in_one_line_does_not_touch_the_others() -> None:
    written = [line("MSU", {"identificacion": number}) for number in ("0101693752", "x", "0102055662", "")]
    report = check(
        lines(
            *written,
            SAMPLES["SAL"],
            "",
            ";;;;;;;;;;;;;;;;;;;;;;",
            line("MSU", {"identificacion": "6100000000"}),
        )
    )
    assert report.accepted == [1, 3, 8]
    assert report.check.totals.lines == 7
    assert report.check.totals.rejected == 4


def test_second_record_of_a_worker_is_an_error_on_the_later_line_that_names_the_first() -> None:
    report = check(
        lines(SAMPLES["MSU"], line("MSU", {"identificacion": OTHER_WORKER}), SAMPLES["MSU"], SAMPLES["MSU"])
    )
    assert report.accepted == [1, 2]
    for number in (3, 4):
        (found,) = report.of(number)
        assert (found.column, found.field, found.code, found.severity, found.arg) == (
            6,
            "identificacion",
            "worker.repeated",
            "error",
            "1",
        )
        assert "la línea 1" in explain(found.code, field=found.field, seen=found.seen, arg=found.arg)[1]


def test_worker_of_a_rejected_line_counts_as_named() -> None:
    report = check(lines(line("MSU", {"sueldo": "x"}), SAMPLES["MSU"]))
    assert report.codes(2) == ["worker.repeated"]
    assert report.accepted == []


# Periods


@pytest.mark.parametrize(
    ("today", "accepted"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 1), True),
        (date(2026, 11, 30), True),
        (date(2027, 1, 1), True),
    ],
)
def test_period_is_never_later_than_the_current_month(today: date, accepted: bool) -> None:
    report = check(line("MSU", {"anio": "2026", "mes": "11"}), today=today)
    assert report.codes(1) == ([] if accepted else ["period.future"])
    assert bool(report.accepted) is accepted
    if not accepted:
        assert [(found.column, found.field, found.severity) for found in report.of(1)] == [
            (4, "mes", "error")
        ]


def test_branch_and_period_may_vary_by_line() -> None:
    report = check(
        lines(
            SAMPLES["MSU"],
            line("MSU", {"identificacion": OTHER_WORKER, "sucursal": "0002", "anio": "2025", "mes": "12"}),
        )
    )
    assert report.accepted == [1, 2]
    assert [row["period"] for row in report.values] == [202601, 202512]


# Pay: sbu of 2026 is 482, of 2025 is 470, of 2012 is 292


@pytest.mark.parametrize(
    ("novedad", "changes", "below"),
    [
        ("MSU", {"sueldo": "482.00"}, False),
        ("MSU", {"sueldo": "481.99"}, True),
        ("MSU", {"sueldo": "481.99", "anio": "2025"}, False),
        ("MSU", {"sueldo": "469.99", "anio": "2025"}, True),
        ("MSU", {"sueldo": "291.99", "anio": "2012"}, True),
        ("MSU", {"sueldo": "1.00", "anio": "2011"}, False),  # not on record
        ("ENT", {"sueldo": "482.00"}, False),
        ("ENT", {"sueldo": "481.99"}, True),
        ("ENT", {"sueldo": "481.99", "jornada": "2"}, False),
        ("INS", {"valor": "0.01"}, False),
        ("PRA", {"valor": "0.01"}, False),
    ],
)
def test_pay_below_the_basic_salary_of_its_year_is_a_warning(
    novedad: str, changes: dict[str, str], below: bool
) -> None:
    report = check(line(novedad, changes))
    found = [each for each in report.of(1) if each.code == "pay.below-sbu"]
    assert [(each.column, each.field, each.severity) for each in found] == (
        [(column(novedad, "sueldo"), "sueldo", "warning")] if below else []
    )
    assert report.accepted == [1]


def test_pay_of_zero_is_told_once() -> None:
    assert check(line("MSU", {"sueldo": "0.00"})).codes(1) == ["amount.zero"]


# Entry


@pytest.mark.parametrize(
    ("entered", "registered", "codes"),
    [
        ("20261120", "20261120", []),
        ("20261121", "20261121", []),
        ("20261120", "20261119", ["entry.after-registration"]),
        ("20261120", "20261122", ["date.future"]),
        ("20261122", "20261122", ["date.future", "date.future"]),
        ("20261122", "20261121", ["date.future", "entry.after-registration"]),
        ("20261031", "20261120", ["entry.outside-period"]),
        ("20251120", "20251120", ["entry.outside-period"]),
    ],
)
def test_dates_of_an_entry(entered: str, registered: str, codes: list[str]) -> None:
    changes = {"anio": "2026", "mes": "11", "fecha_ingreso": entered, "fecha_registro": registered}
    report = check(line("ENT", changes))
    assert report.codes(1) == codes
    severities = {found.code: (found.severity, found.column) for found in report.of(1)}
    assert severities.get("entry.after-registration", ("error", 7)) == ("error", 7)
    assert severities.get("entry.outside-period", ("warning", 7)) == ("warning", 7)
    assert bool(report.accepted) is (codes in ([], ["entry.outside-period"]))


# Exit


@pytest.mark.parametrize(
    ("cause", "left", "died", "codes"),
    [
        ("F", "20260131", "20260131", []),
        ("F", "20260131", "20260101", []),
        ("F", "20260131", "00000000", ["death.required"]),
        ("F", "20260131", "20260201", ["death.after-exit"]),
        ("F", "20260131", "20260230", ["date.impossible"]),
        ("V", "20260131", "00000000", []),
        ("V", "20260131", "20260131", ["death.not-applicable"]),
        ("T", "20260131", "20260201", ["death.not-applicable"]),
        ("V", "20260229", "00000000", ["date.impossible"]),
        ("V", "20260201", "00000000", ["exit.outside-period"]),
        ("V", "20261122", "00000000", ["exit.future", "exit.outside-period"]),
    ],
)
def test_cause_and_dates_of_an_exit(cause: str, left: str, died: str, codes: list[str]) -> None:
    report = check(line("SAL", {"causa": cause, "fecha_salida": left, "fecha_fallecimiento": died}))
    assert report.codes(1) == codes
    for found in report.of(1):
        death = found.code.startswith("death.")
        assert found.severity == ("warning" if found.code.startswith("exit.") else "error")
        assert not death or (found.column, found.field) == (9, "fecha_fallecimiento")
    assert bool(report.accepted) is all(code.startswith("exit.") for code in codes)


def test_leap_day_is_a_date_in_leap_years_only() -> None:
    leap = {"anio": "2024", "mes": "02"}
    assert check(line("SAL", {**leap, "fecha_salida": "20240229"})).codes(1) == []
    assert check(line("SAL", {"anio": "2025", "mes": "02", "fecha_salida": "20250229"})).codes(1) == [
        "date.impossible"
    ]
    assert check(line("SAL", {**leap, "anio": "1900", "fecha_salida": "19000229"})).codes(1) == [
        "date.impossible"
    ]
    assert check(line("SAL", {**leap, "anio": "2000", "fecha_salida": "20000229"})).codes(1) == []


# Reserve funds


@pytest.mark.parametrize("novedad", ["PFR", "PFM", "PFN", "PPF"])
@pytest.mark.parametrize(
    ("period", "months", "code"),
    [
        ("2026-01 A 2026-01", "01", None),
        ("2026-01 A 2026-01", "02", "months.span"),
        ("2026-01 A 2026-03", "03", None),
        ("2026-01 A 2026-03", "04", "months.span"),
        ("2026-01 A 2027-01", "13", None),
    ],
)
def test_months_are_no_more_than_the_period_spans(
    novedad: str, period: str, months: str, code: str | None
) -> None:
    report = check(line(novedad, {"periodo": period, "meses": months}))
    assert report.codes(1) == ([code] if code else [])
    for found in report.of(1):
        assert (found.field, found.severity) == ("meses", "error")


def test_monthly_reserve_funds_start_in_the_month_of_the_line() -> None:
    report = check(line("PFM", {"periodo": "2025-12 A 2026-01"}))
    assert [(found.column, found.field, found.code, found.severity) for found in report.of(1)] == [
        (8, "periodo", "range.first-month", "error")
    ]
    for novedad in ("PFR", "PFN", "PPF"):
        assert check(line(novedad, {"periodo": "2025-12 A 2026-01", "meses": "02"})).codes(1) == []


# Deadlines: entries 15 days after the first day of work, the rest 3 days after the event or the month


def lateness(novedad: str, changes: dict[str, str], settings: Context) -> Found | None:
    found = [
        each
        for each in check(line(novedad, changes), settings=settings).of(1, deadlines=True)
        if each.code.startswith("deadline.")
    ]
    assert len(found) <= 1
    return found[0] if found else None


ENTRY = {"fecha_ingreso": "20260105", "fecha_registro": "20260105"}
DUE: list[tuple[str, dict[str, str], str, date, date]] = [
    # type, changes, field, due by calendar days, due by working days (1 January and Carnival are free)
    ("ENT", ENTRY, "fecha_ingreso", date(2026, 1, 20), date(2026, 1, 26)),
    (
        "ENT",
        {**ENTRY, "fecha_ingreso": "20251231", "mes": "12", "anio": "2025"},
        "fecha_ingreso",
        date(2026, 1, 15),
        date(2026, 1, 22),
    ),
    ("SAL", {"fecha_salida": "20260116"}, "fecha_salida", date(2026, 1, 19), date(2026, 1, 21)),
    ("SAL", {"fecha_salida": "20260117"}, "fecha_salida", date(2026, 1, 20), date(2026, 1, 21)),  # a Saturday
    ("SAL", {"fecha_salida": "20260213", "mes": "02"}, "fecha_salida", date(2026, 2, 16), date(2026, 2, 20)),
    ("PRA", {"fecha_suscripcion": "20260110"}, "fecha_suscripcion", date(2026, 1, 13), date(2026, 1, 14)),
    ("MSU", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("MSU", {"anio": "2024", "mes": "02"}, "mes", date(2024, 3, 3), date(2024, 3, 5)),
    ("INS", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("PFR", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("PFM", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("PFN", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("PPF", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
    ("MND", {}, "mes", date(2026, 2, 3), date(2026, 2, 4)),
]


@pytest.mark.parametrize("working", [False, True])
@pytest.mark.parametrize(("novedad", "changes", "field", "calendar_due", "working_due"), DUE)
def test_filing_is_late_from_the_day_after_the_due_date(
    novedad: str, changes: dict[str, str], field: str, calendar_due: date, working_due: date, working: bool
) -> None:
    due = working_due if working else calendar_due
    counted = "hábiles" if working else "calendario"

    def on(days_late: int) -> Found | None:
        return lateness(novedad, changes, context(due + timedelta(days=days_late), working_days=working))

    assert on(0) is None
    for days, code in [(1, "late"), (45, "late"), (46, "extemporaneous")]:
        found = on(days)
        assert found
        assert (found.code, found.severity, found.field) == (f"deadline.{code}", "warning", field)
        assert found.column == column(novedad, field)
        expected, fix = explain(found.code, field=found.field, seen=found.seen, arg=found.arg)
        term = 15 if novedad == "ENT" else 3
        assert expected == f"Registro hasta el {due}."
        assert f"el plazo de {term} días {counted} venció el {due} y van {days} días de retraso" in fix
    report = check(line(novedad, changes), settings=context(due + timedelta(days=46), working_days=working))
    assert report.values[0]["due_on"] == due
