import pytest

from afilia.identifiers.typed import plain


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1710034065", "1710034065"),
        (" 171003406-5 ", "1710034065"),
        ("179.999.9998\t001", "1799999998001"),
        ("ab 12-34", "AB1234"),
        ("", ""),
    ],
)
def test_blanks_hyphens_full_stops_and_case_do_not_matter(typed: str, number: str) -> None:
    assert plain(typed) == number
