import pytest

from afilia.staff import navigation
from afilia.staff.navigation import Entry
from afilia.staff.rules import Role, Staff


@pytest.fixture(autouse=True)
def nothing_on_offer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_entries", {})


def entry(url: str, *roles: Role, order: int = 1) -> Entry:
    return Entry(url=url, text=url, hint="", roles=frozenset(roles), order=order)


def seen(*roles: Role) -> list[str]:
    staff = Staff(
        id=1, names="N", email="n@example.org", roles=frozenset(roles), office_id=None, office="", province=""
    )
    return [each.url for each in navigation.entries(staff)]


def test_each_role_sees_its_pages_in_their_order() -> None:
    navigation.add(entry("c", Role.COUNTER, Role.LEGAL, order=3))
    navigation.add(entry("a", Role.LEGAL, order=2))
    navigation.add(entry("b", order=1))
    assert seen(Role.COUNTER) == ["b", "c"]
    assert seen(Role.LEGAL) == ["b", "a", "c"]
    assert seen(Role.SUPERVISOR) == ["b"]


def test_a_page_added_again_is_there_once() -> None:
    for _ in range(2):
        navigation.add(entry("a"))
    assert seen(Role.COUNTER) == ["a"]


def test_the_address_of_a_page_comes_from_its_name() -> None:
    assert entry("staff:team").href == "/funcionarios/equipo/"
