"""Fields that hold a code of a list."""

import pytest

from afilia.novedades.catalogue import explain
from tests.novedades.checking import check_second, column


@pytest.mark.parametrize(
    ("novedad", "field", "known", "other", "code"),
    [
        ("SAL", "causa", "TVBRSDIA", "CEGHJKLMNOPQUWXYZ", "code.unknown"),
        ("INS", "causa", "O", "ABDEFGIJKLMNPQRSTUVWYZ", "code.unknown"),
        ("ENT", "seguro_social", "RM", "ABCDEFGHIJKLNOPQSTUVWXYZ", "code.unknown"),
        ("ENT", "origen_pago", "PE", "ABCDFGHIJKLMNOQRSTUVWXYZ", "code.unknown"),
        ("ENT", "jornada", "1", "023456789", "code.unlisted"),
        ("ENT", "tipo_empleador", ["2"], [*"013456789", "02", "99"], "code.unlisted"),
        (
            "ENT",
            "relacion_trabajo",
            ["06", "53", "74", "75", "89", "90", "109"],
            ["07", "00", "99", "110", "999", "006"],
            "code.unlisted",
        ),
        ("PFM", "tipo_periodo", "G", ["A", "g", "1", "GG", " G"], "code.unlisted"),
        ("PFN", "tipo_periodo", "G", ["M"], "code.unlisted"),
        ("PPF", "tipo_periodo", "G", ["M"], "code.unlisted"),
    ],
)
def test_codes_of_a_list(
    novedad: str, field: str, known: str | list[str], other: str | list[str], code: str
) -> None:
    for value in known:
        assert check_second(novedad, {field: value}).codes(2) == []
    for value in other:
        report = check_second(novedad, {field: value})
        (found,) = report.of(2)
        assert (found.column, found.field, found.code) == (column(novedad, field), field, code)
        assert found.severity == ("error" if code == "code.unknown" else "warning")
        fix = explain(found.code, field=field, seen=value, arg=found.arg)[1]
        assert all(choice in fix for choice in known)


@pytest.mark.parametrize(
    ("novedad", "field", "values"),
    [
        ("SAL", "causa", ["v", "1", "VV", " V"]),
        ("INS", "causa", ["o", "0"]),
        ("ENT", "seguro_social", ["r"]),
        ("ENT", "origen_pago", ["p", "PE"]),
        ("ENT", "jornada", ["N", "11"]),
        ("ENT", "tipo_empleador", ["A", "222"]),
        ("ENT", "relacion_trabajo", ["6", "0006", "A6"]),
    ],
)
def test_value_without_the_shape_of_its_list_is_an_error(novedad: str, field: str, values: list[str]) -> None:
    for value in values:
        report = check_second(novedad, {field: value})
        assert [(each.code, each.severity) for each in report.of(2)] == [("code.format", "error")]


@pytest.mark.parametrize("former", ["C", "H", "X"])
def test_former_causes_of_extras_are_recorded_as_others(former: str) -> None:
    report = check_second("INS", {"causa": former})
    assert [(each.code, each.severity, each.arg) for each in report.of(2)] == [
        ("code.former", "warning", "O")
    ]
    assert report.values[1]["causa"] == "O"
