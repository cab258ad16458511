from string import digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.ec import ruc as stdnum_ruc

from afilia.identifiers.ruc import NOT_AN_ERROR, RucFault, is_domestic, ruc_fault


@pytest.mark.parametrize(
    ("ruc", "fault"),
    [
        ("1792060346001", None),
        ("1760001550001", None),
        ("0102030400001", None),
        ("0102030400999", None),
        ("0102030400000", None),  # domestic
        ("1729151025000", None),  # domestic
        ("", RucFault.FORMAT),
        ("179206034600", RucFault.FORMAT),
        ("17920603460011", RucFault.FORMAT),
        ("+792060346001", RucFault.FORMAT),
        ("179206034600١", RucFault.FORMAT),
        ("1772060346001", RucFault.THIRD_DIGIT),
        ("1782060346001", RucFault.THIRD_DIGIT),
        ("0002030400001", RucFault.PROVINCE),
        ("0102030401001", RucFault.CHECK_DIGIT),
        ("0102030401000", RucFault.CHECK_DIGIT),
        ("1792060346000", RucFault.ESTABLISHMENT),
        ("1760001560000", RucFault.ESTABLISHMENT),
        ("1760001560001", RucFault.UNVERIFIED),
        ("9960001550001", RucFault.UNVERIFIED),
        ("9992060346001", RucFault.UNVERIFIED),
    ],
)
def test_first_fault_of_a_ruc_is_named(ruc: str, fault: RucFault | None) -> None:
    assert ruc_fault(ruc) is fault


@pytest.mark.parametrize(
    "ruc", ["1793213150001", "1793189906001", "0993366721001", "0993370026001", "0993381661001"]
)
def test_active_company_that_fails_the_algorithm_is_only_unverified(ruc: str) -> None:
    assert ruc_fault(ruc) is RucFault.UNVERIFIED
    assert ruc_fault(ruc) in NOT_AN_ERROR


def test_company_of_the_examples_is_no_error() -> None:
    assert ruc_fault("1799998242001") in {None, *NOT_AN_ERROR}


def test_third_digit_six_is_right_as_cedula_of_a_resident_foreigner() -> None:
    natural = [ruc for last in range(10) if not ruc_fault(ruc := f"176000000{last}001")]
    assert any(not is_domestic(ruc) and is_domestic(f"{ruc[:10]}000") for ruc in natural)


@pytest.mark.parametrize(
    ("ruc", "domestic"),
    [
        ("1729151025000", True),
        ("1729151025001", False),
        ("1729151024000", False),
        ("1799998242000", False),
        ("172915102500", False),
        ("", False),
    ],
)
def test_domestic_employer_is_a_cedula_and_three_zeros(ruc: str, domestic: bool) -> None:
    assert is_domestic(ruc) is domestic


@given(
    st.builds(
        "{}{}{}".format,
        st.sampled_from(["17", "09", "30", "00", "25"]),
        *[st.text(digits, min_size=size, max_size=size) for size in (8, 3)],
    )
)
def test_agrees_with_stdnum_where_it_is_right(ruc: str) -> None:
    fault = ruc_fault(ruc)
    if stdnum_ruc.is_valid(ruc):
        assert fault is None or ruc[2] == "9"  # it judges companies by the rule of public bodies too
    else:
        assert fault is not None or is_domestic(ruc)  # it does not know the domestic form
