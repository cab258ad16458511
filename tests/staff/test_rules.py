import pytest
from hypothesis import given
from hypothesis import strategies as st

from afilia.staff import rules
from afilia.staff.rules import Fault, Role, Staff

COUNTER, COORDINATION, LEGAL, SUPERVISOR = Role


def staff(*roles: Role, number: int = 1, office_id: int | None = None, province: str = "") -> Staff:
    return Staff(
        id=number,
        names="N",
        email="n@example.org",
        roles=frozenset(roles),
        office_id=office_id,
        office="",
        province=province,
    )


OF_OFFICE = staff(SUPERVISOR, office_id=7, province="17")
OF_PROVINCE = staff(SUPERVISOR, province="17")
NATIONAL = staff(SUPERVISOR)


@pytest.mark.parametrize(
    ("has", "asked", "enters"),
    [
        ((COUNTER,), (), True),
        ((COUNTER,), (COUNTER,), True),
        ((COUNTER, LEGAL), (LEGAL, COORDINATION), True),
        ((COUNTER,), (SUPERVISOR,), False),
        ((SUPERVISOR,), (COUNTER,), False),
    ],
    ids=str,
)
def test_a_page_opens_to_who_has_one_of_its_roles(
    has: tuple[Role, ...], asked: tuple[Role, ...], enters: bool
) -> None:
    assert rules.may_enter(staff(*has), asked) is enters


@pytest.mark.parametrize(
    ("by", "office_id", "province", "reached"),
    [
        (OF_OFFICE, 7, "17", True),
        (OF_OFFICE, 8, "17", False),
        (OF_OFFICE, None, "17", False),
        (OF_OFFICE, None, "", False),
        (OF_PROVINCE, 7, "17", True),
        (OF_PROVINCE, None, "17", True),
        (OF_PROVINCE, 9, "09", False),
        (OF_PROVINCE, None, "", False),
        (NATIONAL, 9, "09", True),
        (NATIONAL, None, "09", True),
        (NATIONAL, None, "", True),
    ],
    ids=lambda value: value.province + str(value.office_id) if isinstance(value, Staff) else str(value),
)
def test_a_supervisor_reaches_the_own_office_the_own_province_or_all(
    by: Staff, office_id: int | None, province: str, reached: bool
) -> None:
    assert rules.reaches(by, office_id=office_id, province=province) is reached


@pytest.mark.parametrize(
    ("by", "member", "managed"),
    [
        (OF_OFFICE, staff(COUNTER, number=2, office_id=7, province="17"), True),
        (OF_OFFICE, staff(COUNTER, SUPERVISOR, number=2, office_id=7, province="17"), True),
        (OF_OFFICE, staff(COUNTER, number=2, office_id=8, province="17"), False),
        (OF_OFFICE, staff(COUNTER, LEGAL, number=2, office_id=7, province="17"), False),
        (OF_OFFICE, OF_OFFICE, False),
        (OF_PROVINCE, staff(LEGAL, number=2, province="17"), True),
        (OF_PROVINCE, staff(LEGAL, number=2, province="09"), False),
        (OF_PROVINCE, staff(LEGAL, number=2), False),
        (NATIONAL, staff(SUPERVISOR, number=2), True),
        (NATIONAL, NATIONAL, False),
        (staff(COUNTER, LEGAL, COORDINATION), staff(COUNTER, number=2, office_id=7, province="17"), False),
    ],
    ids=[
        "own-counter",
        "own-peer",
        "other-office",
        "above",
        "self",
        "own-province",
        "other-province",
        "above-province",
        "national-peer",
        "self-national",
        "no-supervisor",
    ],
)
def test_who_answers_for_whom(by: Staff, member: Staff, managed: bool) -> None:
    assert rules.manages(by, member) is managed


@pytest.mark.parametrize(
    ("by", "roles", "office_id", "province", "fault"),
    [
        (OF_OFFICE, {COUNTER}, 7, "17", None),
        (OF_OFFICE, {COUNTER, SUPERVISOR}, 7, "17", None),
        (OF_OFFICE, set(), 7, "17", Fault.NO_ROLE),
        (OF_OFFICE, {LEGAL}, 7, "17", Fault.BEYOND),
        (OF_OFFICE, {COUNTER}, 8, "17", Fault.BEYOND),
        (OF_OFFICE, {SUPERVISOR}, None, "17", Fault.BEYOND),
        (OF_PROVINCE, {COORDINATION, LEGAL}, None, "17", None),
        (OF_PROVINCE, {COUNTER}, None, "17", Fault.NO_OFFICE),
        (OF_PROVINCE, {SUPERVISOR}, None, "", Fault.BEYOND),
        (NATIONAL, {SUPERVISOR}, None, "", None),
        (staff(COUNTER, office_id=7, province="17"), {COUNTER}, 7, "17", Fault.BEYOND),
    ],
    ids=[str(number) for number in range(11)],
)
def test_which_roles_a_supervisor_gives_where(
    by: Staff, roles: set[Role], office_id: int | None, province: str, fault: Fault | None
) -> None:
    assert rules.grant_fault(by, roles, office_id=office_id, province=province) is fault


places = st.sampled_from([(7, "17"), (8, "17"), (9, "09"), (None, "17"), (None, "09"), (None, "")])
someone = st.builds(
    lambda number, roles, place: staff(*roles, number=number, office_id=place[0], province=place[1]),
    st.integers(1, 3),
    st.frozensets(st.sampled_from(Role), min_size=1),
    places,
)


@given(by=someone, roles=st.frozensets(st.sampled_from(Role), min_size=1), place=places, other=someone)
def test_no_one_makes_an_account_that_reaches_or_gives_more_than_they(
    by: Staff, roles: frozenset[Role], place: tuple[int | None, str], other: Staff
) -> None:
    office_id, province = place
    if rules.grant_fault(by, roles, office_id=office_id, province=province) is not None:
        return
    made = staff(*roles, number=99, office_id=office_id, province=province)
    assert rules.grantable(made) <= rules.grantable(by)
    if rules.manages(made, other) and other.id != by.id:
        assert rules.manages(by, other)
