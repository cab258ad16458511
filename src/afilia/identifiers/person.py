"""Identification numbers of people: the cédula and the institution's foreigner code."""

from collections.abc import Sequence
from enum import StrEnum

LENGTH = 10
PROVINCES = frozenset(range(1, 25)) | {30, 50}
LAST_THIRD_DIGIT = 6  # foreigners resident in the country have 6

# H. M. Damm, Total anti-symmetrische Quasigruppen, Marburg 2004: a quasigroup of order 10.
DAMM = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


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


def foreigner_code(prefix: str, serial: int) -> str:
    """The institution's code with that serial number, from 1: the prefix, the serial, and a check digit.

    The check digit is Damm's: every wrong digit and every two neighbours in the wrong order are found.
    Raises ValueError when no code has that serial.
    """
    nine = f"{prefix}{serial:0{LENGTH - 1 - len(prefix)}d}"
    if serial < 1 or not are_digits(nine, LENGTH - 1):
        raise ValueError(f"no code from {prefix} has the serial {serial}")
    return f"{nine}{_damm(nine)}"


def _damm(digits: str) -> int:
    interim = 0
    for digit in digits:
        interim = DAMM[interim][int(digit)]
    return interim


def may_be_prefix(prefix: str) -> bool:
    """Whether foreigner codes may begin so: with two digits at least that no cédula begins with."""
    return (
        2 <= len(prefix) < LENGTH - 1 and are_digits(prefix, len(prefix)) and int(prefix[:2]) not in PROVINCES
    )


def person_number_fault(number: str, *, foreigner_prefixes: Sequence[str]) -> Fault | None:
    """The first fault of a cédula or foreigner code; None when it has none.

    A number that starts with one of `foreigner_prefixes` is a foreigner code: older ones have no check digit
    that is known, so ten digits are enough.
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
