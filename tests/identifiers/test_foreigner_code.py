from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import damm

from afilia.identifiers.person import foreigner_code, may_be_prefix, person_number_fault

SERIALS = st.integers(min_value=1, max_value=9_999_999)


@given(SERIALS)
def test_code_has_ten_digits_and_agrees_with_stdnum(serial: int) -> None:
    code = foreigner_code("61", serial)
    assert code[:2] == "61"
    assert int(code[2:9]) == serial
    assert damm.is_valid(code)
    assert person_number_fault(code, foreigner_prefixes=["61"]) is None


@given(SERIALS, st.integers(0, 9), st.sampled_from(digits))
def test_one_wrong_digit_is_found(serial: int, place: int, digit: str) -> None:
    code = foreigner_code("61", serial)
    wrong = code[:place] + digit + code[place + 1 :]
    assert damm.is_valid(wrong) == (wrong == code)


@given(SERIALS, st.integers(0, 8))
def test_two_neighbours_in_the_wrong_order_are_found(serial: int, place: int) -> None:
    code = foreigner_code("61", serial)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert damm.is_valid(wrong) == (wrong == code)


@pytest.mark.parametrize(("prefix", "serial"), [("61", 0), ("61", -1), ("61", 10_000_000), ("6123", 100_000)])
def test_no_code_beyond_the_serials(prefix: str, serial: int) -> None:
    with pytest.raises(ValueError, match="serial"):
        foreigner_code(prefix, serial)


@pytest.mark.parametrize(
    ("prefix", "may"),
    [
        ("61", True),
        ("6123", True),
        ("99", True),
        ("00", True),
        ("17", False),
        ("30", False),
        ("501", False),
        ("6", False),
        ("", False),
        ("6a", False),
        ("612345678", False),
    ],
)
def test_prefix_is_that_of_no_cedula(prefix: str, may: bool) -> None:
    assert may_be_prefix(prefix) is may
