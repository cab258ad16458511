from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ec import ci

from afilia.identifiers.person import Fault, cedula_check_digit, person_number_fault

TEN_DIGITS = st.text(digits, min_size=10, max_size=10)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("0102030400", None),
        ("0101693752", None),
        ("2400255622", None),
        ("3000000004", None),
        ("5000000009", None),
        ("6100000000", None),  # a foreigner code: nothing else is checked
        ("6199999999", None),
        ("", Fault.FORMAT),
        ("010203040", Fault.FORMAT),
        ("01020304000", Fault.FORMAT),
        ("+102030400", Fault.FORMAT),
        ("010203040 ", Fault.FORMAT),
        ("010203040O", Fault.FORMAT),
        ("٠١٠٢٠٣٠٤٠٠", Fault.FORMAT),
        ("010203040²", Fault.FORMAT),
        ("61٠٠٠٠٠٠٠٠", Fault.FORMAT),
        ("0002030400", Fault.PROVINCE),
        ("2502030400", Fault.PROVINCE),
        ("3102030400", Fault.PROVINCE),
        ("9902030400", Fault.PROVINCE),
        ("0172030400", Fault.THIRD_DIGIT),
        ("0192030400", Fault.THIRD_DIGIT),
        ("0102030401", Fault.CHECK_DIGIT),
    ],
)
def test_first_fault_of_a_number_is_named(number: str, fault: Fault | None) -> None:
    assert person_number_fault(number, foreigner_prefixes=["61"]) is fault


def test_resident_foreigner_has_six_as_third_digit() -> None:
    number = "176000000"
    assert person_number_fault(f"{number}{cedula_check_digit(number)}", foreigner_prefixes=[]) is None


def test_without_a_reserved_prefix_no_number_is_a_foreigner_code() -> None:
    assert person_number_fault("6100000000", foreigner_prefixes=[]) is Fault.PROVINCE


@given(TEN_DIGITS)
def test_cedula_agrees_with_stdnum(number: str) -> None:
    assert (person_number_fault(number, foreigner_prefixes=[]) is None) == ci.is_valid(number)


@given(st.text(digits, min_size=9, max_size=9))
def test_check_digit_completes_the_number(nine: str) -> None:
    right = cedula_check_digit(nine)
    faults = [person_number_fault(f"17{nine[2:9]}{last}", foreigner_prefixes=[]) for last in range(10)]
    assert right in range(10)
    assert faults.count(None) == (0 if nine[2] > "6" else 1)


@pytest.mark.parametrize("nine", ["", "12345678", "1234567890", "12345678x", "٠١٢٣٤٥٦٧٨"])
def test_check_digit_refuses_what_is_not_nine_digits(nine: str) -> None:
    with pytest.raises(ValueError, match="nine digits"):
        cedula_check_digit(nine)
