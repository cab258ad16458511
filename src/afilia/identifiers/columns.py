"""The same rules on columns: Polars expressions that agree with the scalar functions.

Digits are taken by integer arithmetic, some ten times faster than by slicing strings.
"""

from collections.abc import Sequence

import polars as pl

from afilia.identifiers import person, ruc
from afilia.identifiers.person import Fault
from afilia.identifiers.ruc import RucFault


def person_number_fault(column: pl.Expr, *, foreigner_prefixes: Sequence[str]) -> pl.Expr:
    """The first fault of each cédula or foreigner code (String), null where there is none or no number.

    `column` is a String of any content and length.
    """
    number = _number(column)
    foreign = pl.any_horizontal(
        pl.lit(False), *(column.str.starts_with(prefix) for prefix in foreigner_prefixes)
    )
    return (
        pl.when(column.is_null())
        .then(None)
        .when(~_is_written_in(column, person.LENGTH))
        .then(pl.lit(Fault.FORMAT.value))
        .when(foreign)
        .then(None)
        .otherwise(_cedula_fault(number))
    )


def expected_check_digit(column: pl.Expr) -> pl.Expr:
    """The digit 0–9 (UInt8) with which each number of ten digits should end; null where it is not that."""
    digit = _check_digit(_number(column)).cast(pl.UInt8)
    return pl.when(_is_written_in(column, person.LENGTH)).then(digit)


def ruc_fault(column: pl.Expr) -> pl.Expr:
    """The first fault of each RUC (String), null where there is none or no RUC.

    `column` is a String of any content and length.
    """
    number = _number(column)
    cedula = _cedula_fault(number // 1000)
    third = _digit(number, ruc.LENGTH, 3)
    return (
        pl.when(column.is_null())
        .then(None)
        .when(~_is_written_in(column, ruc.LENGTH))
        .then(pl.lit(RucFault.FORMAT.value))
        .when(third.is_between(7, 8))
        .then(pl.lit(RucFault.THIRD_DIGIT.value))
        .when((third < 6) | ((third == 6) & cedula.is_null()))
        .then(cedula)
        .when(pl.when(third == 6).then(number % 10_000 == 0).otherwise(number % 1000 == 0))
        .then(pl.lit(RucFault.ESTABLISHMENT.value))
        .when(
            ~_known_province(number // 10**11)
            | (
                pl.when(third == 6)
                .then(_total(number, ruc.PUBLIC_WEIGHTS))
                .otherwise(_total(number, ruc.COMPANY_WEIGHTS))
                % 11
                != 0
            )
        )
        .then(pl.lit(RucFault.UNVERIFIED.value))
    )


def _number(column: pl.Expr) -> pl.Expr:
    return column.cast(pl.UInt64, strict=False)


def _is_written_in(column: pl.Expr, length: int) -> pl.Expr:
    # The cast refuses all but ASCII digits and a plus sign in front.
    return (column.str.len_bytes() == length) & ~column.str.starts_with("+") & _number(column).is_not_null()


def _digit(number: pl.Expr, length: int, position: int) -> pl.Expr:
    unit: int = 10 ** (length - position)
    return number // unit % 10


def _cedula_fault(cedula: pl.Expr) -> pl.Expr:
    return (
        pl.when(~_known_province(cedula // 10**8))
        .then(pl.lit(Fault.PROVINCE.value))
        .when(_digit(cedula, person.LENGTH, 3) > person.LAST_THIRD_DIGIT)
        .then(pl.lit(Fault.THIRD_DIGIT.value))
        .when(cedula % 10 != _check_digit(cedula))
        .then(pl.lit(Fault.CHECK_DIGIT.value))
    )


def _known_province(code: pl.Expr) -> pl.Expr:
    return code.is_in(sorted(person.PROVINCES))


def _check_digit(cedula: pl.Expr) -> pl.Expr:
    digits = [_digit(cedula, person.LENGTH, position) for position in range(1, person.LENGTH)]
    # Doubled, 9 taken off above 9, has the same last digit as 2d + d // 5.
    total = sum(
        (2 * digit + digit // 5 for digit in digits[::2]), start=sum(digits[1::2], start=pl.lit(0, pl.UInt64))
    )
    return (10 - total % 10) % 10


def _total(number: pl.Expr, weights: Sequence[int]) -> pl.Expr:
    digits = (_digit(number, ruc.LENGTH, position) for position in range(1, len(weights) + 1))
    return sum(
        (weight * digit for weight, digit in zip(weights, digits, strict=True)), start=pl.lit(0, pl.UInt64)
    )
