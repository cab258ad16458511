"""The RUC that a whole file carries."""

import pytest

from afilia.novedades.catalogue import explain
from tests.novedades.checking import (
    DOMESTIC,
    NO_ONE,
    OTHER_RUC,
    OTHER_WORKER,
    RUC,
    WORKER,
    check,
    check_second,
    line,
    lines,
)

# number, branch, code or None
RUCS: list[tuple[str, str, str | None]] = [
    (RUC, "0001", None),
    ("1760001550001", "0001", None),  # public body
    ("1793213150001", "0001", "ruc.unverified"),  # active at the SRI and fails the modulus
    ("1760001560001", "0001", "ruc.unverified"),
    (f"{WORKER}001", "0001", None),
    (f"{WORKER}002", "0003", None),
    (DOMESTIC, "0001", None),
    (f"{NO_ONE}001", "0001", "ruc.check-digit"),
    (f"{NO_ONE}000", "0001", "ruc.check-digit"),
    ("2502030400001", "0001", "ruc.province"),
    ("1772131500001", "0001", "ruc.third-digit"),
    ("1782131500001", "0001", "ruc.third-digit"),
    ("1799998242000", "0001", "ruc.establishment"),
    ("1760001560000", "0001", "ruc.establishment"),
]


@pytest.mark.parametrize(("number", "branch", "code"), RUCS)
def test_ruc_of_a_file(number: str, branch: str, code: str | None) -> None:
    report = check(line("MSU", {"ruc": number, "sucursal": branch}))
    assert report.codes(1) == ([code] if code else [])
    assert bool(report.accepted) is (code in {None, "ruc.unverified"})


def test_domestic_employers_have_branch_0001_only() -> None:
    report = check(line("MSU", {"ruc": DOMESTIC, "sucursal": "0002"}))
    assert [(each.column, each.code, each.severity) for each in report.of(1)] == [
        (2, "branch.domestic", "error")
    ]


def test_line_of_another_ruc_is_an_error_that_names_the_ruc_of_the_first_good_line() -> None:
    report = check_second("MSU", {"ruc": OTHER_RUC})
    (found,) = report.of(2)
    assert (found.column, found.field, found.code, found.severity) == (1, "ruc", "ruc.mixed", "error")
    assert RUC in explain(found.code, field=found.field, seen=found.seen, arg=found.arg)[1]


def test_bad_first_line_does_not_settle_the_ruc() -> None:
    report = check(
        lines(
            line("MSU", {"ruc": OTHER_RUC, "sueldo": "x"}),
            line("MSU", {"identificacion": OTHER_WORKER}),
        )
    )
    assert report.codes(1) == ["ruc.mixed", "amount.format"]
    assert report.accepted == [2]
