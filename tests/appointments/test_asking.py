"""How often the public pages may be asked for what costs others."""

from datetime import timedelta

import pytest

from afilia.appointments.actions import proving
from afilia.appointments.rules import asking
from afilia.appointments.rules.states import Identity, PersonKind, Reason, RefusedError
from afilia.employers.rules import Identity as Said
from afilia.registries.models import CivilRecord
from afilia.verification.models import Tally
from afilia.verification.rules import WINDOW
from tests.builders import NOW, cedula

pytestmark = pytest.mark.django_db

NAMES = "PRUEBA PEÑA LUZ MARÍA"


def identify(number: str, names: str = NAMES, *, address: str = "192.0.2.7", **changes: object) -> Said:
    identity = Identity(**{"kind": PersonKind.CEDULA, "number": number, **changes})
    return proving.identify(identity=identity, names=names, address=address, now=NOW)


def is_refused(*args: str, **more: str) -> bool:
    try:
        identify(*args, **more)
    except RefusedError as error:
        return (error.reason, error.until) == (Reason.LIMIT, NOW + WINDOW)
    return False


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (NAMES, Said.CONFIRMED),
        ("luz maria prueba", Said.CONFIRMED),
        ("Rosa Otra", Said.DIFFERENT),
    ],
)
def test_names_are_compared_with_the_registro_civil(names: str, says: Said) -> None:
    number = cedula()
    CivilRecord.objects.create(cedula=number, names=NAMES, birth_on=NOW.date())
    assert identify(number, names) is says


def test_who_the_register_does_not_know_and_who_has_no_cedula_is_not_held_up() -> None:
    assert identify(cedula()) is Said.UNCONFIRMED
    assert identify("AB1234", kind=PersonKind.PASSPORT, country="FR") is Said.UNCONFIRMED
    assert identify("6100000017", kind=PersonKind.FOREIGNER_CODE) is Said.UNCONFIRMED
    assert Tally.objects.count() == 3  # of the cédula alone: nobody is asked about the others


def test_a_network_asks_ten_times_for_a_person_and_others_go_on() -> None:
    number, (_, near, _) = cedula(), asking.NAMES
    for turn in range(near):
        assert not is_refused(number, address=f"192.0.2.{turn}")
    assert is_refused(number, address="192.0.2.99")
    assert not is_refused(number, address="198.51.100.7")
    assert not is_refused(cedula(), address="192.0.2.99")


def test_an_address_asks_for_so_many_people_and_what_is_refused_does_not_count() -> None:
    from_here, _, _ = asking.NAMES
    for _turn in range(from_here):
        assert not is_refused(cedula())
    for _turn in range(3):
        assert is_refused(cedula())
    assert max(Tally.objects.values_list("times", flat=True)) == from_here
    number = cedula()
    Tally.objects.update(since=NOW - WINDOW + timedelta(seconds=1))
    assert is_refused(number)
    Tally.objects.update(since=NOW - WINDOW)
    assert not is_refused(number)


def test_a_person_is_asked_for_so_often_wherever_it_comes_from() -> None:
    number, (_, _, of_person) = cedula(), asking.NAMES
    for turn in range(of_person):
        assert not is_refused(number, address=f"10.1.{turn}.1")
    assert is_refused(number, address="10.2.1.1")
