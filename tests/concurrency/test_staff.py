"""Officials who sign in at the same moment: exactly as many pass as may."""

from datetime import timedelta
from functools import partial

from afilia.access.rules.limits import Reason, Refusal
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.staff import actions, queries
from afilia.staff.actions import MemberExistsError
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role
from tests.builders import NOW
from tests.concurrency.conftest import Together
from tests.staff.builders import STAFF_KEY, make_factor, make_office, make_staff

LATER = NOW + timedelta(minutes=2)


def test_of_two_sign_ins_with_the_same_code_one_passes(together: Together) -> None:
    member = make_staff()
    app = make_factor(member, codes=["bcdfg23456"])
    for now, code in ((LATER, app.at(LATER)), (LATER, "bcdfg23456")):
        answers = together(*[partial(actions.pass_factor, member=member, code=code, now=now)] * 2)
        assert answers.count(None) == 1
        assert [each for each in answers if each] == [Refusal(reason=Reason.WRONG)]


def test_of_fifty_guesses_at_once_exactly_five_are_judged(
    together: Together, computations: list[object]
) -> None:
    member = make_staff(key=STAFF_KEY)
    computations.clear()
    guess = partial(actions.sign_in, email=member.email, address="192.0.2.7", now=NOW)
    answers = together(*(partial(guess, key=f"intento {turn}") for turn in range(50)))
    assert len(computations) == 5
    assert [each.reason for each in answers if isinstance(each, Refusal)].count(Reason.LOCKED) == 46
    assert Entry.objects.filter(event__in=["sign-in.refused", "sign-in.locked"]).count() == 5
    assert audit.verify() is None


def test_one_person_added_at_once_has_one_account_and_one_key(
    together: Together, light_hashing: None
) -> None:
    office = make_office()
    add = partial(
        actions.add_member,
        email="ana@example.org",
        names="Ana",
        roles={Role.COUNTER},
        office=office,
        by="operador",
        now=NOW,
    )
    answers = together(*[add] * 6)
    (key,) = [each for each in answers if isinstance(each, str)]
    assert sum(isinstance(each, MemberExistsError) for each in answers) == 5
    member = actions.sign_in(email="ana@example.org", key=key, address="192.0.2.7", now=NOW)
    assert member == StaffMember.objects.get()


def test_a_handed_key_is_spent_once(together: Together, light_hashing: None) -> None:
    member = make_staff(key=STAFF_KEY, handed_until=LATER)
    choose = partial(actions.choose_key, member=member, now=NOW + timedelta(seconds=1))
    chosen = together(*(partial(choose, new_key=f"otra frase de tazas {turn}") for turn in range(6)))
    assert [type(each) for each in chosen].count(StaffMember) == 1
    assert chosen.count(None) == 5


def test_two_supervisors_who_end_and_reset_at_once_wait_for_no_deadlock(
    together: Together, light_hashing: None
) -> None:
    office = make_office()
    one, other = (make_staff(Role.SUPERVISOR, office=office) for _ in range(2))
    by_one, by_other = queries.staff(one), queries.staff(other)
    answers = together(
        *[partial(actions.reset_member, by=by_one, member_id=other.pk, now=NOW)] * 3,
        *[partial(actions.reset_member, by=by_other, member_id=one.pk, now=NOW)] * 3,
        partial(actions.end_member, by=by_one, member_id=other.pk, now=NOW),
        partial(actions.end_member, by=by_other, member_id=one.pk, now=NOW),
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert StaffMember.objects.filter(ended_at=None).count() == 0
    assert audit.verify() is None
