"""Identification numbers of people: the cédula and the institution's foreigner code."""

from collections.abc import Sequence
from enum import StrEnum

LENGTH = 10
PROVINCES = frozenset(range(1, 25)) | {30, 50}
LAST_THIRD_DIGIT = 6  # foreigners resident in the country have 6


class Fault(StrEnum):
    """What is wrong with the identification number of a person."""

    FORMAT = "format"
    PROVINCE = "province"
    THIRD_DIGIT = "third-digit"
    CHECK_DIGIT = "check-digit"


def are_digits(text: str, length: int) -> bool:
    """Whether `text` is that many ASCII digits and nothing else."""
    return len(text) == length and text.isascii() and text.isdecimal()


def cedula_check_digit(nine: str) -> int:
    """The digit that completes the first nine of a cédula: weights 2,1,2,…, 9 taken off above 9, modulus 10.

    Raises ValueError when `nine` is not nine ASCII digits.
    """
    if not are_digits(nine, LENGTH - 1):
        raise ValueError("nine digits expected")
    doubled = sum(2 * int(digit) - (9 if digit > "4" else 0) for digit in nine[::2])
    return -(doubled + sum(map(int, nine[1::2]))) % 10


def person_number_fault(number: str, *, foreigner_prefixes: Sequence[str]) -> Fault | None:
    """The first fault of a cédula or foreigner code; None when it has none.

    A number that starts with one of `foreigner_prefixes` is a foreigner code: no check digit of those is
    known, so ten digits are enough.
    """
    if not are_digits(number, LENGTH):
        return Fault.FORMAT
    if number.startswith(tuple(foreigner_prefixes)):
        return None
    if int(number[:2]) not in PROVINCES:
        return Fault.PROVINCE
    if int(number[2]) > LAST_THIRD_DIGIT:
        return Fault.THIRD_DIGIT
    if int(number[9]) != cedula_check_digit(number[:9]):
        return Fault.CHECK_DIGIT
    return None
