"""Who may ask for whom, when a power serves, and what the data hold together."""

from datetime import date

import pytest

from afilia.foreigners.rules.asking import Human, asks_for_themself, birth_fault
from afilia.foreigners.rules.powers import PowerFault, Terms, fault
from afilia.foreigners.rules.states import PowerState
from afilia.foreigners.texts import PROCEDURE, powers
from afilia.procedures.catalogue import load

BIRTH = date(1991, 4, 2)
FOREIGNER = Human(numbers=frozenset({"AX123456"}), names="PRADA EJEMPLO LUCIA", birth_on=BIRTH)
TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("other", "same"),
    [
        (Human(numbers=frozenset({"1712345678"}), names="ROJAS MAYA ELENA", birth_on=BIRTH), False),
        (Human(numbers=frozenset({"AX123456"}), names="OTRO NOMBRE"), True),
        (Human(numbers=frozenset({"6100000018", "AX123456"}), names="PRADA EJEMPLO LUCIA"), True),
        (Human(numbers=frozenset({"6100000018"}), names="Lucía Prada Ejemplo", birth_on=BIRTH), True),
        # A namesake, as a daughter may be
        (Human(numbers=frozenset({"6100000018"}), names="LUCIA PRADA EJEMPLO"), False),
        (
            Human(numbers=frozenset({"6100000018"}), names="LUCIA PRADA EJEMPLO", birth_on=date(1961, 4, 2)),
            False,
        ),
    ],
)
def test_nobody_asks_for_themselves(other: Human, *, same: bool) -> None:
    assert asks_for_themself(FOREIGNER, [other]) is same


@pytest.mark.parametrize(
    ("born", "wrong"),
    [
        (date(2011, 11, 23), False),
        (date(2011, 11, 24), True),
        (date(1906, 1, 1), False),
        (date(1905, 12, 31), True),
        (date(2027, 1, 1), True),
    ],
)
def test_who_works_is_fifteen_or_older(born: date, *, wrong: bool) -> None:
    assert birth_fault(born, today=TODAY) is wrong


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, None),
        ({"valid_until": TODAY}, None),
        ({"valid_until": date(2026, 11, 22)}, PowerFault.EXPIRED),
        ({"valid_until": None}, None),
        ({"valid_from": TODAY}, None),
        ({"valid_from": date(2026, 11, 24)}, PowerFault.NOT_YET),
        ({"serves": False}, PowerFault.SCOPE),
        ({"state": PowerState.SUBMITTED}, PowerFault.SUBMITTED),
        ({"state": PowerState.REFUSED}, PowerFault.REFUSED),
    ],
)
def test_a_power_serves_on_its_days_alone(changes: dict[str, object], why: PowerFault | None) -> None:
    terms = {
        "state": PowerState.VALIDATED,
        "serves": True,
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31),
    }
    assert fault(Terms(**terms | changes), on=TODAY) is why  # type: ignore[arg-type]


def test_the_scopes_name_procedures_that_there_are() -> None:
    assert all(scope.serves <= set(load().procedures) for scope in powers().scopes.values())
    assert powers().serves("general")
    assert not powers().serves("otro")
    assert not powers().serves("inventado")
    assert PROCEDURE in load().procedures
