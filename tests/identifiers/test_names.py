import pytest

from afilia.identifiers.names import are_alike, words


def test_words_have_neither_case_nor_accents_nor_order() -> None:
    assert words("Peña-Núñez, Luz  María") == words("LUZ MARIA NUNEZ PENA")


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("GONZALEZ RUIZ ANA", "Ana Gonzales", True),
        ("MÜLLER HANS", "HANS MULLER", True),
        ("MULLER HANS", "MULLER PETER", False),
        ("PELE", "PELE", True),
        ("PELE", "NASCIMENTO EDSON", False),
        ("LI NA", "LI NA", True),
        ("LI NA", "LI BO", False),
        ("", "", False),
        ("", "ANA RUIZ", False),
        ("ИВАНОВ ИВАН", "Иван Иванов", True),
    ],
)
def test_alike_names_have_two_words_in_common_or_nearly(one: str, other: str, alike: bool) -> None:
    assert are_alike(one, other) is alike
    assert are_alike(other, one) is alike
