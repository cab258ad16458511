import pytest

from afilia.cases.rules.moves import Party, State
from afilia.cases.rules.sight import Place, may_have, parties
from afilia.staff.rules import Role, Staff


def make_staff(*roles: Role, province: str = "17", office_id: int | None = None) -> Staff:
    return Staff(
        id=1,
        names="Vera Luis",
        email="vera@example.com",
        roles=frozenset(roles),
        office_id=office_id,
        office="",
        province=province,
    )


REVIEW = Place(state=State.UNDER_REVIEW, unit_province="17")
NATIONAL = Place(state=State.UNDER_REVIEW, unit_province="")
APPROVED = Place(state=State.APPROVED, unit_province="17", office_id=4)


@pytest.mark.parametrize(
    ("staff", "place", "found"),
    [
        (make_staff(Role.COORDINATION), REVIEW, {Party.OFFICIAL}),
        (make_staff(Role.COORDINATION, province="09"), REVIEW, set()),
        (make_staff(Role.COORDINATION), NATIONAL, set()),
        (make_staff(Role.COORDINATION, province=""), NATIONAL, {Party.OFFICIAL}),
        (make_staff(Role.COORDINATION, province=""), REVIEW, set()),
        (make_staff(Role.LEGAL), REVIEW, {Party.LEGAL}),
        (make_staff(Role.SUPERVISOR, province=""), REVIEW, {Party.OFFICIAL}),
        (make_staff(Role.SUPERVISOR), REVIEW, {Party.OFFICIAL}),
        (make_staff(Role.SUPERVISOR, office_id=4), REVIEW, set()),
        (make_staff(Role.COUNTER, office_id=4), REVIEW, set()),
        (make_staff(Role.COUNTER, office_id=4), APPROVED, {Party.COUNTER}),
        (make_staff(Role.COUNTER, office_id=5), APPROVED, set()),
        (make_staff(Role.COUNTER, Role.COORDINATION, office_id=4), APPROVED, {Party.COUNTER, Party.OFFICIAL}),
    ],
    ids=range(13),
)
def test_each_sees_the_work_of_the_own_place(staff: Staff, place: Place, found: set[Party]) -> None:
    assert parties(staff, place) == found


@pytest.mark.parametrize("role", sorted(Role))
def test_a_draft_is_nobodys_but_the_applicants(role: Role) -> None:
    draft = Place(state=State.DRAFT, unit_province="")
    assert parties(make_staff(role, province="", office_id=None), draft) == set()


def test_a_case_is_given_only_to_who_may_decide_it() -> None:
    assert may_have(make_staff(Role.COORDINATION), REVIEW)
    assert not may_have(make_staff(Role.LEGAL), REVIEW)
    assert not may_have(make_staff(Role.COORDINATION), APPROVED)
