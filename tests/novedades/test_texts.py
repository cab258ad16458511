"""Fields that hold free text, and how it is recorded."""

import pytest

from tests.novedades.checking import check, line


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("Asistente", "ASISTENTE"),
        ("ADMINISTRACIÓN", "ADMINISTRACION"),
        ("ñandú", "NANDU"),
        ("ALBAN\u0303IL", "ALBANIL"),  # as some systems write Ñ, in two signs
        ("GRÖßE", "GROSSE"),
        ("  JEFE  ", "JEFE"),
    ],
)
def test_text_is_recorded_in_capitals_without_accents_or_blanks(written: str, value: str) -> None:
    report = check(f"{line('ENT', {'cargo': written})}\r\n".encode())
    assert report.values[0]["cargo"] == value


def test_text_that_grows_beyond_its_length_in_capitals_is_too_long() -> None:
    assert check(f"{line('ENT', {'cargo': 'ß' * 33})}\r\n".encode()).codes(1) == [
        "text.normalised",
        "text.too-long",
    ]
    assert check(f"{line('ENT', {'cargo': 'ß' * 32})}\r\n".encode()).values[0]["cargo"] == "S" * 64


@pytest.mark.parametrize("sign", ["\u20ac", "\ufffd", "\ufeff", "漢", "\x7f", "\u200b"])
def test_text_with_signs_that_are_not_ascii_is_an_error(sign: str) -> None:
    report = check(f"{line('ENT', {'cargo': f'JEFE{sign}X'})}\r\n".encode())
    assert "text.characters" in report.codes(1)
    assert report.accepted == []
