"""The second factor of officials: compulsory, set up in one browser, no code twice."""

from collections.abc import Sequence
from datetime import timedelta

import pyotp
import pytest

from afilia.access.rules.limits import Reason, Refusal
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.staff import actions, queries
from afilia.staff.models import StaffFactor, StaffMember
from tests.builders import NOW
from tests.staff.builders import make_factor, make_staff

WRONG = Refusal(reason=Reason.WRONG)
LATER = NOW + timedelta(minutes=2)

pytestmark = pytest.mark.django_db


def begin(member: StaffMember, *, session_key: str = "s") -> pyotp.TOTP:
    actions.begin_factor(member=member, session_key=session_key, now=NOW)
    factor = queries.factor_begun(member, session_key=session_key)
    assert factor is not None
    return pyotp.TOTP(queries.secret(factor))


def confirm(member: StaffMember, code: str, *, session_key: str = "s") -> Sequence[str] | Refusal:
    return actions.confirm_factor(member=member, session_key=session_key, code=code, now=NOW)


def type_code(member: StaffMember, code: str, **changes: object) -> Refusal | None:
    return actions.pass_factor(**{"member": member, "code": code, "now": LATER} | changes)


def test_first_code_confirms_the_app_and_gives_ten_recovery_codes_that_serve_once_each() -> None:
    member = make_staff()
    app = begin(member)
    codes = confirm(member, app.at(NOW))
    assert not isinstance(codes, Refusal)
    assert len(set(codes)) == 10
    assert type_code(member, codes[0]) is None
    assert type_code(member, codes[0]) == WRONG
    assert type_code(member, codes[1].upper().replace("-", " ")) is None
    assert queries.recovery_codes_left(queries.staff(member)) == 8
    subjects = [*Message.objects.order_by("pk").values_list("subject", flat=True)]
    assert subjects == ["Segundo factor activado", *["Se usó un código de respaldo"] * 2]
    assert "Códigos que quedan: 8" in Message.objects.latest("pk").text


def test_a_code_counts_once_and_none_before_it_any_more() -> None:
    member = make_staff()
    app = make_factor(member)
    step = timedelta(seconds=30)
    assert type_code(member, app.at(LATER)) is None
    assert type_code(member, app.at(LATER)) == WRONG
    assert type_code(member, app.at(LATER - step)) == WRONG
    assert type_code(member, app.at(LATER + step)) is None


@pytest.mark.parametrize(("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_half_a_minute(steps: int, counts: bool) -> None:
    member = make_staff()
    app = make_factor(member)
    answer = type_code(member, app.at(LATER + timedelta(seconds=30 * steps)))
    assert answer == (None if counts else WRONG)


def test_a_secret_serves_only_in_the_browser_that_saw_it() -> None:
    member = make_staff()
    stolen = begin(member, session_key="thief")
    own = begin(member, session_key="owner")
    assert own.secret != stolen.secret
    assert queries.factor_begun(member, session_key="thief") is None
    for app, session_key in ((stolen, "thief"), (stolen, "owner"), (own, "thief")):
        assert confirm(member, app.at(NOW), session_key=session_key) == WRONG
    assert not queries.has_factor(member)
    assert not isinstance(confirm(member, own.at(NOW), session_key="owner"), Refusal)


def test_beginning_again_leaves_an_app_that_counts() -> None:
    member = make_staff()
    app = make_factor(member)
    actions.begin_factor(member=member, session_key="thief", now=NOW)
    assert queries.factor_begun(member, session_key="thief") is None
    assert type_code(member, app.at(LATER)) is None


@pytest.mark.parametrize("is_begun", [True, False], ids=["begun", "none"])
def test_without_a_confirmed_app_no_code_is_right(is_begun: bool) -> None:
    member = make_staff()
    code = begin(member).at(LATER) if is_begun else "000000"
    assert type_code(member, code) == WRONG


def test_who_left_passes_no_more() -> None:
    member = make_staff()
    app = make_factor(member)
    StaffMember.objects.filter(pk=member.pk).update(ended_at=NOW)
    assert type_code(member, app.at(LATER)) == WRONG


def test_guesses_make_the_next_one_wait_and_leave_the_recovery_codes_free() -> None:
    member = make_staff()
    app = make_factor(member, codes=["bcdfg23456"])
    answers = [type_code(member, "000000") for _ in range(6)]
    locked = Refusal(reason=Reason.LOCKED, wait=timedelta(minutes=1))
    assert answers == [WRONG] * 4 + [locked] * 2
    assert type_code(member, app.at(LATER)) == locked
    assert type_code(member, "bcdfg-23456", address="192.0.2.7") is None
    refused = Entry.objects.filter(event="second-factor.refused")
    assert [*refused.values_list("actor", flat=True)] == [f"staff:{member.pk}"] * 5


def test_guesses_at_the_first_code_of_an_app_wait_as_well() -> None:
    member = make_staff()
    app = begin(member)
    assert [confirm(member, "000000") for _ in range(5)][-1] != WRONG
    assert isinstance(confirm(member, app.at(NOW)), Refusal)


def test_codes_serve_no_other_official() -> None:
    one, other = make_staff(), make_staff()
    app = make_factor(one, codes=["bcdfg23456"])
    make_factor(other)
    assert type_code(other, app.at(LATER)) == WRONG
    assert type_code(other, "bcdfg23456") == WRONG


def test_a_sealed_secret_of_another_official_opens_nothing() -> None:
    one, other = make_staff(), make_staff()
    app = make_factor(one)
    make_factor(other)
    StaffFactor.objects.filter(member=other).update(sealed=StaffFactor.objects.get(member=one).sealed)
    assert type_code(other, app.at(LATER)) == WRONG


def test_the_demo_shows_the_next_code_that_counts_and_production_none(settings: object) -> None:
    member = make_staff()
    make_factor(member)
    for _ in range(2):
        assert type_code(member, queries.code_of_demo(member, now=LATER)) is None
    assert queries.code_of_demo(member, now=LATER) == ""  # until the next half minute
    assert queries.code_of_demo(member, now=LATER + timedelta(seconds=30)) != ""
    settings.DEMO = False  # type: ignore[attr-defined]
    assert queries.code_of_demo(member, now=LATER + timedelta(minutes=5)) == ""


def test_an_app_never_confirmed_is_forgotten_after_a_day() -> None:
    begin(make_staff())
    kept = make_staff()
    make_factor(kept)
    actions.tidy(now=NOW + timedelta(days=1))
    assert [factor.member_id for factor in StaffFactor.objects.all()] == [kept.pk]
