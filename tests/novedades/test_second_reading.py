"""Amounts, dates and numbers of columns against a second reading of their rules, one text at a time."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from afilia.identifiers import person, ruc
from tests.novedades.checking import cedula, check, line, lines

AMOUNT_LIKE = st.from_regex(r"[ 0]{0,3}[0-9]{0,15}([.,][0-9]{0,3})?[ x-]?", fullmatch=True)


def amount(text: str) -> Decimal | None:
    """A second reading of the rule for amounts, one text at a time."""
    trimmed = text.strip()
    whole, _, decimals = trimmed.replace(",", ".").partition(".")
    digits = whole + decimals
    if not whole or not digits.isdecimal() or not digits.isascii() or len(trimmed) > 14 or len(decimals) > 2:
        return None
    value = Decimal(f"{whole}.{decimals or 0}").quantize(Decimal("0.01"))
    return value if 0 < value < 10**11 else None


@given(st.lists(AMOUNT_LIKE, min_size=1, max_size=30))
def test_amounts_agree_with_a_second_reading(written: list[str]) -> None:
    report = check(
        lines(
            *(line("PRA", {"identificacion": cedula(at), "valor": text}) for at, text in enumerate(written))
        )
    )
    assert {row["line"]: row["valor"] for row in report.values} == {
        at: value for at, text in enumerate(written, 1) if (value := amount(text)) is not None
    }


def day(text: str) -> date | None:
    try:
        read = date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None
    return read if len(text) == 8 and text.isascii() and text.isdecimal() and read.year >= 1900 else None


@given(
    st.lists(
        st.from_regex(r"(18|19|20|99|[0-9]{2})[0-9]{2}[0-3][0-9][0-3][0-9]?", fullmatch=True),
        min_size=1,
        max_size=30,
    )
)
def test_dates_agree_with_a_second_reading(written: list[str]) -> None:
    report = check(
        lines(
            *(
                line("MND", {"identificacion": cedula(at), "fecha_inicio": text})
                for at, text in enumerate(written)
            )
        )
    )
    assert {row["line"]: row["fecha_inicio"] for row in report.values} == {
        at: value for at, text in enumerate(written, 1) if (value := day(text)) is not None
    }


@given(
    st.lists(
        st.from_regex(r"(0[1-9]|1[0-9]|25|61)[0-9]{7,9}", fullmatch=True),
        min_size=1,
        max_size=30,
        unique=True,
    )
)
def test_identifications_agree_with_the_scalar_rule(written: list[str]) -> None:
    report = check(lines(*(line("MSU", {"identificacion": text}) for text in written)))
    assert report.accepted == [
        at
        for at, text in enumerate(written, 1)
        if person.person_number_fault(text, foreigner_prefixes=["61"]) is None
    ]


@given(st.from_regex(r"(17|25)[0-9]{8}00[0-2]", fullmatch=True))
def test_rucs_agree_with_the_scalar_rule(written: str) -> None:
    fault = ruc.ruc_fault(written)
    report = check(line("MSU", {"ruc": written}))
    assert report.codes(1) == ([f"ruc.{fault.value}"] if fault else [])
