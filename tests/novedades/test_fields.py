"""Each field by itself: what is read, what is not, and what is said about it."""

from datetime import date
from decimal import Decimal

import pytest

from tests.novedades.checking import (
    LAYOUTS,
    NO_ONE,
    RUC,
    SAMPLES,
    WORKER,
    check,
    check_second,
    column,
    line,
)

MUCH = "1799997580001"

# (type, field, as written, code or None, the exact remedy that the check knows)
WRITTEN: list[tuple[str, str, str, str | None, str]] = [
    ("MSU", "ruc", RUC, None, ""),
    ("MSU", "ruc", "179999824200", "ruc.format", ""),
    ("MSU", "ruc", "17999982420011", "ruc.format", ""),
    ("MSU", "ruc", " 799998242001", "ruc.format", ""),
    ("MSU", "ruc", "+799998242001", "ruc.format", ""),
    ("MSU", "ruc", "17999982X2001", "ruc.format", ""),
    ("MSU", "sucursal", "0002", None, ""),
    ("MSU", "sucursal", "1", "branch.format", "0001"),
    ("MSU", "sucursal", " 12 ", "branch.format", "0012"),
    ("MSU", "sucursal", "00001", "branch.format", ""),
    ("MSU", "sucursal", "000A", "branch.format", ""),
    ("MSU", "sucursal", "-001", "branch.format", ""),
    ("MSU", "anio", "1900", None, ""),
    ("MSU", "anio", "1899", "period.year", ""),
    ("MSU", "anio", "26", "period.year", ""),
    ("MSU", "anio", "20260", "period.year", ""),
    ("MSU", "anio", " 2026", "period.year", ""),
    ("MSU", "mes", "12", None, ""),
    ("MSU", "mes", "9", "period.month-digits", "09"),
    ("MSU", "mes", "00", "period.month", ""),
    ("MSU", "mes", "0", "period.month", ""),
    ("MSU", "mes", "13", "period.month", ""),
    ("MSU", "mes", "001", "period.month", ""),
    ("MSU", "mes", " 1", "period.month", ""),
    ("MSU", "tipo", "SAL", "type.mixed", "MSU"),
    ("MSU", "tipo", "msu", "type.format", "MSU"),
    ("MSU", "tipo", " MSU", "type.format", "MSU"),
    ("MSU", "tipo", "MS", "type.format", ""),
    ("MSU", "tipo", "XYZ", "type.unknown", ""),
    ("MSU", "tipo", "RRT", "type.unpublished", ""),
    ("MSU", "tipo", "RHT", "type.unpublished", ""),
    ("MSU", "identificacion", "6100000000", None, ""),  # a foreigner code has no known check digit
    ("MSU", "identificacion", "3002030405", None, ""),
    ("MSU", "identificacion", "010203040", "id.format", ""),
    ("MSU", "identificacion", "01020304000", "id.format", ""),
    ("MSU", "identificacion", "610000000", "id.format", ""),
    ("MSU", "identificacion", "010203O400", "id.format", ""),
    ("MSU", "identificacion", "2502030400", "id.province", ""),
    ("MSU", "identificacion", "0002030400", "id.province", ""),
    ("MSU", "identificacion", "6200000000", "id.province", ""),
    ("MSU", "identificacion", "0172030400", "id.third-digit", ""),
    ("MSU", "identificacion", NO_ONE, "id.check-digit", "0"),
    # Amounts: strict, then what is read besides, then what is not.
    ("MSU", "sueldo", "650.00", None, ""),
    ("MSU", "sueldo", "99999999999.99", None, ""),  # 14 characters
    ("MSU", "sueldo", "999999999999.99", "amount.too-long", ""),  # 15
    ("MSU", "sueldo", "   650.00", "amount.leading", ""),
    ("MSU", "sueldo", "650.00  ", "amount.leading", ""),
    ("MSU", "sueldo", "0650.00", "amount.leading", ""),
    ("MSU", "sueldo", "00000000650.00", "amount.leading", ""),  # 14
    ("MSU", "sueldo", "000000000650.00", "amount.too-long", ""),  # 15
    ("MSU", "sueldo", "                       650.00", "amount.leading", ""),  # 14 once trimmed
    ("MSU", "sueldo", "650,00", "amount.comma", ""),
    ("MSU", "sueldo", "650", "amount.decimals", ""),
    ("MSU", "sueldo", "650.", "amount.decimals", ""),
    ("MSU", "sueldo", "650.5", "amount.decimals", ""),
    ("MSU", "sueldo", "99999999999", "amount.decimals", ""),
    ("MSU", "sueldo", "100000000000", "amount.too-long", ""),  # 15 with its decimals
    ("MSU", "sueldo", "99999999999999", "amount.too-long", ""),
    ("MSU", "sueldo", "650.005", "amount.format", ""),
    ("MSU", "sueldo", "1.650,00", "amount.format", ""),
    ("MSU", "sueldo", "1,650.00", "amount.format", ""),
    ("MSU", "sueldo", "1 650.00", "amount.format", ""),
    ("MSU", "sueldo", "6.5e2", "amount.format", ""),
    ("MSU", "sueldo", "-650.00", "amount.format", ""),
    ("MSU", "sueldo", "+650.00", "amount.format", ""),
    ("MSU", "sueldo", ".50", "amount.format", ""),
    ("MSU", "sueldo", "$650.00", "amount.format", ""),
    ("MSU", "sueldo", "NaN", "amount.format", ""),
    ("MSU", "sueldo", "0.00", "amount.zero", ""),
    ("INS", "valor", "0.00", "amount.zero", ""),
    ("INS", "valor", "0.01", None, ""),
    ("PRA", "valor", "0.00", "amount.zero", ""),
    ("PFR", "sueldo_total", "0.00", "amount.zero", ""),
    ("PFM", "sueldo_total", "0.00", "amount.zero", ""),
    ("PFN", "sueldo_total", "0.00", "amount.zero", ""),
    ("PPF", "sueldo_total", "0.00", "amount.zero", ""),
    ("ENT", "sueldo", "0.00", "amount.zero", ""),
    # Dates
    ("SAL", "fecha_salida", "2026-01-15", "date.format", "20260115"),
    ("SAL", "fecha_salida", "15/01/2026", "date.format", "20260115"),
    ("SAL", "fecha_salida", "5.1.2026", "date.format", "20260105"),
    ("SAL", "fecha_salida", "2026/1/5", "date.format", "20260105"),
    ("SAL", "fecha_salida", " 20260115 ", "date.format", "20260115"),
    ("SAL", "fecha_salida", "31/02/2026", "date.format", ""),
    ("SAL", "fecha_salida", "01/15/2026", "date.format", ""),
    ("SAL", "fecha_salida", "2026011", "date.format", ""),
    ("SAL", "fecha_salida", "202601155", "date.format", ""),
    ("SAL", "fecha_salida", "enero", "date.format", ""),
    ("SAL", "fecha_salida", "20260230", "date.impossible", ""),
    ("SAL", "fecha_salida", "20261301", "date.impossible", ""),
    ("SAL", "fecha_salida", "20260100", "date.impossible", ""),
    ("SAL", "fecha_salida", "99999999", "date.impossible", ""),
    ("SAL", "fecha_salida", "18991231", "date.impossible", ""),
    ("SAL", "fecha_salida", "00010101", "date.impossible", ""),
    ("SAL", "fecha_salida", "00000000", "date.required", ""),
    ("SAL", "fecha_fallecimiento", "0000000", "date.format", ""),
    ("SAL", "fecha_fallecimiento", "20250229", "date.impossible", ""),
    ("ENT", "fecha_ingreso", "00000000", "date.required", ""),
    ("ENT", "fecha_registro", "00000000", "date.required", ""),
    ("PRA", "fecha_suscripcion", "00000000", "date.required", ""),
    ("PRA", "fecha_suscripcion", "20261121", None, ""),  # today
    ("PRA", "fecha_suscripcion", "20261122", "date.future", ""),
    ("PPF", "fecha_aprobacion", "00000000", "date.required", ""),
    ("PPF", "fecha_aprobacion", "20261122", "date.future", ""),
    ("MND", "fecha_inicio", "00000000", "date.required", ""),
    # Texts
    ("ENT", "cargo", "A", None, ""),
    ("ENT", "cargo", "A" * 64, None, ""),
    ("ENT", "cargo", "A" * 65, "text.too-long", "64"),
    ("ENT", "cargo", "JEFE (E) N.1 - A/B, C&D 100%", None, ""),
    ("ENT", "cargo", f"  {'A' * 64}  ", "text.blanks", ""),
    ("ENT", "cargo", "Asistente", "text.normalised", ""),
    ("ENT", "cargo", "A\tB", "text.characters", ""),
    ("ENT", "actividad_sectorial", "010101111203", "digits.format", "13"),
    ("ENT", "actividad_sectorial", "01010111120399", "digits.format", "13"),
    ("ENT", "actividad_sectorial", "010101111203A", "digits.format", "13"),
    ("PPF", "oficio", "O" * 30, None, ""),
    ("PPF", "oficio", "O" * 31, "text.too-long", "30"),
    # Dependents
    ("DEP", "numero_dependiente", "0102030400", "dependent.self", ""),
    ("DEP", "numero_dependiente", "0103044559", "id.check-digit", "8"),
    ("DEP", "numero_dependiente", "6100000001", None, ""),
    ("DEP", "numero_dependiente", "2015-17-03", "id.format", ""),
    ("DEP", "discapacidad", "100", None, ""),
    ("DEP", "discapacidad", "101", "dependent.disability", ""),
    ("DEP", "discapacidad", "30", "digits.format", "3"),
    ("DEP", "fecha_nacimiento", "00000000", None, ""),
    ("DEP", "fecha_desde", "20150311", "dependent.before-birth", "2015-03-12"),
    ("DEP", "fecha_desde", "20150312", None, ""),
    ("DEP", "fecha_hasta", "20260104", "dependent.backward", "2026-01-05"),
    ("DEP", "fecha_hasta", "20260105", None, ""),
    # Periods and counts
    ("PFR", "periodo", "2025-12 A 2025-01", "range.backward", ""),
    ("PFR", "periodo", "2025-13 A 2025-14", "range.format", ""),
    ("PFR", "periodo", "2025-00 A 2025-12", "range.format", ""),
    ("PFR", "periodo", "2025-01 a 2025-12", "range.format", ""),
    ("PFR", "periodo", "2025-01-A 2025-12", "range.format", ""),
    ("PFR", "periodo", "202501 A 202512", "range.format", ""),
    ("PFR", "periodo", " 2025-01 A 2025-12", "range.format", ""),
    ("PFR", "periodo", "1899-01 A 2025-12", "range.format", ""),
    ("PFR", "periodo", "0000-01 A 2025-12", "range.format", ""),
    ("PFR", "meses", "01", None, ""),
    ("PFR", "meses", "12", None, ""),
    ("PFR", "meses", "13", "months.span", "12"),
    ("PFR", "meses", "00", "months.format", ""),
    ("PFR", "meses", "1", "months.format", "01"),
    ("PFR", "meses", "012", "months.format", ""),
    ("PFR", "meses", "-1", "months.format", ""),
    ("MND", "dias", "31", None, ""),
    ("MND", "dias", "3", None, ""),
    ("MND", "dias", "32", "days.format", ""),
    ("MND", "dias", "00", "days.format", ""),
    ("MND", "dias", "1.5", "days.format", ""),
    # The former RUC, left out when it does not apply
    ("PFN", "ruc_anterior", MUCH, None, ""),
    ("PPF", "ruc_anterior", MUCH, None, ""),
    ("PFN", "ruc_anterior", "1793213150001", "ruc.unverified", ""),
    ("PFN", "ruc_anterior", "179321315000", "ruc.format", ""),
    ("PPF", "ruc_anterior", "1772131500001", "ruc.third-digit", ""),
]
WARNINGS = {"period.month-digits", "amount.comma", "ruc.unverified"}
INFOS = {"amount.leading", "amount.decimals", "text.blanks", "text.normalised"}


def severity(code: str) -> str:
    return "warning" if code in WARNINGS else "info" if code in INFOS else "error"


@pytest.mark.parametrize(("novedad", "field", "written", "code", "arg"), WRITTEN)
def test_field_has_this_finding_and_no_other(
    novedad: str, field: str, written: str, code: str | None, arg: str
) -> None:
    alone = {"fecha_salida", "fecha_ingreso"}  # these move the line into another period or delay
    report = check_second(
        novedad, {field: written}, today=date(2026, 12, 31) if field == "mes" else date(2026, 11, 21)
    )
    found = [each for each in report.of(2) if field not in alone or each.field == field]
    if code is None:
        assert found == []
        assert report.accepted == [1, 2]
        return
    assert [(each.column, each.field, each.code, each.severity) for each in found] == [
        (column(novedad, field), field, code, severity(code))
    ]
    assert found[0].seen == written[:64]
    assert found[0].arg == arg or not arg
    assert report.accepted == ([1] if severity(code) == "error" else [1, 2])


@pytest.mark.parametrize(
    ("novedad", "field"),
    [(novedad, field.name) for novedad, layout in LAYOUTS.items() for field in layout.fields],
)
@pytest.mark.parametrize("written", ["", " ", "\t "])
def test_empty_field_is_an_error_and_has_no_other_finding(novedad: str, field: str, written: str) -> None:
    found = check_second(
        novedad, {"ruc_anterior": MUCH, field: written} if field == "ruc_anterior" else {field: written}
    )
    of_field = [each for each in found.of(2) if each.field == field]
    if written == "" and field == LAYOUTS[novedad].fields[-1].name == "ruc_anterior":
        # Nothing after the last separator of a field that may be left out is a trailing separator.
        assert found.codes(2) == ["line.trailing-separator"]
        return
    assert [(each.code, each.severity, each.column) for each in of_field] == [
        ("field.empty", "error", column(novedad, field))
    ]
    assert found.accepted == [1]


@pytest.mark.parametrize("digits", ["٦٥٠", "６５０", "६५०"])
def test_digits_of_other_scripts_are_no_digits(digits: str) -> None:
    for field, code in [
        ("sueldo", "amount.format"),
        ("anio", "period.year"),
        ("mes", "period.month"),
        ("sucursal", "branch.format"),
        ("identificacion", "id.format"),
        ("ruc", "ruc.format"),
    ]:
        assert check_second("MSU", {field: digits}).codes(2) == [code]
    (found,) = check_second("SAL", {"fecha_salida": f"{digits[0] * 4}-01-01"}).of(2)
    assert (found.code, found.arg) == ("date.format", "")


def test_values_are_recorded_in_their_types() -> None:
    entry = check(line("ENT", {"sueldo": " 0482,5", "mes": "1"})).values[0]
    assert entry == {
        "line": 1,
        "ruc": RUC,
        "sucursal": "0001",
        "anio": 2026,
        "mes": 1,
        "tipo": "ENT",
        "identificacion": WORKER,
        "fecha_ingreso": date(2026, 1, 5),
        "fecha_registro": date(2026, 1, 6),
        "jornada": "1",
        "seguro_social": "R",
        "tipo_empleador": "2",
        "relacion_trabajo": "06",
        "cargo": "ASISTENTE ADMINISTRATIVO",
        "actividad_sectorial": "0101011112039",
        "sueldo": Decimal("482.50"),
        "origen_pago": "P",
        "period": 202601,
        "due_on": date(2026, 1, 20),
    }
    assert check(SAMPLES["SAL"]).values[0]["fecha_fallecimiento"] is None
    assert check(SAMPLES["PFN"]).values[0]["ruc_anterior"] is None
    assert check(SAMPLES["PFR"]).values[0]["meses"] == 12
