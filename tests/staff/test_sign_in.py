"""The actions behind the sign-in: as good as the employers', and apart from it."""

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from afilia.access import actions as access
from afilia.access.actions.keys import KeyRefusedError
from afilia.access.models import Tries
from afilia.access.rules.limits import Reason, Refusal
from afilia.audit.models import Entry
from afilia.notices.models import Message
from afilia.ops import actions as ops
from afilia.staff import actions, queries
from afilia.staff.models import StaffMember, StaffSession
from afilia.staff.rules import Role
from tests.builders import KEY, NOW, make_employer, make_key
from tests.staff.builders import STAFF_KEY, make_office, make_staff

HOME = "192.0.2.7"
WRONG = Refusal(reason=Reason.WRONG)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


def sign_in(email: str, typed: str = STAFF_KEY, **changes: object) -> StaffMember | Refusal:
    return actions.sign_in(**{"email": email, "key": typed, "address": HOME, "now": NOW} | changes)


def locked(minutes: float) -> Refusal:
    return Refusal(reason=Reason.LOCKED, wait=minutes * MINUTE)


def open_session(member: StaffMember, **changes: object) -> StaffSession:
    facts = {"session_key": "s", "device": "d" * 32, "agent": "", "address": HOME, "now": NOW}
    return actions.open_session(**{"member": member} | facts | changes)


@pytest.mark.parametrize("written", [str.lower, str.upper, str.title])
def test_right_key_opens_the_account_however_the_address_is_written(written: object) -> None:
    member = make_staff(key=STAFF_KEY)
    assert sign_in(written(member.email)) == member  # type: ignore[operator]
    entry = Entry.objects.latest("pk")
    assert (entry.event, entry.actor) == ("sign-in.accepted", f"staff:{member.pk}")


@pytest.mark.parametrize("typed", ["", STAFF_KEY.upper(), f"{STAFF_KEY} ", STAFF_KEY[:-1]])
def test_any_other_text_is_wrong(light_hashing: None, typed: str) -> None:
    assert sign_in(make_staff(key=STAFF_KEY).email, typed) == WRONG


def test_answer_and_work_are_the_same_whether_the_account_exists_is_ended_or_is_not_there(
    computations: list[object],
) -> None:
    live, ended = make_staff(key=STAFF_KEY), make_staff(key=STAFF_KEY, ended_at=NOW)
    works = []
    for email, typed in (
        ("nadie@example.org", "no es esta"),
        (live.email, "no es esta"),
        (ended.email, "no es esta"),
        (ended.email, STAFF_KEY),
    ):
        computations.clear()
        entries = Entry.objects.count()
        assert sign_in(email, typed) == WRONG
        last = Entry.objects.latest("pk")
        works.append((list(computations), Entry.objects.count() - entries, last.event, last.actor))
    assert len(works[0][0]) == 1
    assert works[0] == works[1] == works[2] == works[3]


def test_the_database_is_asked_the_same_whether_the_account_exists_is_ended_or_is_not_there(
    light_hashing: None,
) -> None:
    emails = [
        "nadie@example.org",
        make_staff(key=STAFF_KEY).email,
        make_staff(key=STAFF_KEY, ended_at=NOW).email,
    ]
    asked = []
    for email in emails:
        with CaptureQueriesContext(connection) as queried:
            assert sign_in(email, "no es esta", device="d" * 32) == WRONG
        tables = re.compile(r"\b(?:access|staff|audit)_[a-z]+")
        asked.append([(query["sql"].split()[0], {*tables.findall(query["sql"])}) for query in queried])
    assert asked[0] == asked[1] == asked[2]
    assert ("SELECT", {"staff_staffmember"}) in asked[0]


def test_after_five_wrong_tries_the_waits_double_for_known_and_unknown_addresses(
    light_hashing: None, computations: list[object]
) -> None:
    for email in (make_staff(key=STAFF_KEY).email, "nadie@example.org"):
        assert [sign_in(email, "mal") for _ in range(5)] == [WRONG] * 4 + [locked(1)]
        computations.clear()
        assert sign_in(email, now=NOW + MINUTE / 2) == locked(0.5)
        assert computations == []
        assert sign_in(email, "mal", now=NOW + MINUTE) == locked(2)


def test_upper_case_is_no_other_account_to_guess_at(light_hashing: None) -> None:
    email = make_staff(key=STAFF_KEY).email
    answers = [sign_in(written, "mal") for written in (email, email.upper(), email.title(), email, email)]
    assert answers == [WRONG] * 4 + [locked(1)]


def test_strangers_make_nobody_wait_at_a_device_that_is_known(light_hashing: None) -> None:
    member = make_staff(key=STAFF_KEY)
    open_session(member)
    for turn in range(25):
        sign_in(member.email, "mal", address=f"198.51.{turn}.7")
    elsewhere = sign_in(member.email, address="203.0.113.9")
    assert isinstance(elsewhere, Refusal)
    assert elsewhere.reason is Reason.LOCKED
    assert sign_in(member.email, device="d" * 32) == member


def test_guesses_at_an_official_count_for_no_employers_person(light_hashing: None) -> None:
    key = make_key(make_employer())
    for _ in range(5):
        sign_in(f"{key.number}@example.org", "mal")
    assert access.sign_in(number=key.number, key=KEY, address=HOME, now=NOW) == key
    assert set(Tries.objects.values_list("wrong", flat=True)) <= {0, 1, 5}


@pytest.mark.parametrize(
    ("after", "answer"),
    [
        (timedelta(hours=72) - timedelta(microseconds=1), None),
        (timedelta(hours=72), Refusal(reason=Reason.EXPIRED)),
    ],
    ids=["in-time", "late"],
)
def test_a_handed_key_dies_at_exactly_its_hour(after: timedelta, answer: Refusal | None) -> None:
    member = make_staff(key=STAFF_KEY, handed_until=NOW + timedelta(hours=72))
    assert sign_in(member.email, now=NOW + after) == (answer or member)


def test_a_key_handed_over_is_changed_once_and_not_for_itself() -> None:
    member = make_staff(key=STAFF_KEY, handed_until=NOW + timedelta(hours=72))
    with pytest.raises(KeyRefusedError):
        actions.choose_key(member=member, new_key=STAFF_KEY, now=NOW)
    later = NOW + MINUTE
    assert actions.choose_key(member=member, new_key="otra frase de tazas", now=later) == member
    assert actions.choose_key(member=member, new_key="y otra más de farol", now=later) is None
    assert sign_in(member.email, "otra frase de tazas", now=later) == member
    assert sign_in(member.email, now=later) == WRONG
    assert [*Message.objects.values_list("to", "subject")] == [
        (member.email, "Su clave de funcionario cambió")
    ]


def test_a_changed_key_ends_all_sessions_and_forgets_the_devices(light_hashing: None) -> None:
    member = make_staff(key=STAFF_KEY)
    opened = open_session(member)
    official = queries.staff(member)
    facts = {"staff": official, "session_id": opened.pk, "new_key": "otra frase de tazas"}
    assert actions.change_key(**facts, present="mal", now=NOW) == WRONG
    assert actions.change_key(**facts, present=STAFF_KEY, now=NOW + MINUTE) == member
    assert queries.sessions_of(official, now=NOW + MINUTE) == []
    assert not queries.is_known_device(member.email, device="d" * 32)
    events = [*Entry.objects.filter(event__startswith="key.").order_by("pk").values_list("event", "actor")]
    assert events == [("key.change-refused", official.actor), ("key.changed", official.actor)]


def test_a_changed_key_cannot_be_guessed_from_a_stolen_session(
    light_hashing: None, computations: list[object]
) -> None:
    official = queries.staff(make_staff(key=STAFF_KEY))
    computations.clear()
    facts = {"staff": official, "session_id": 7, "new_key": "otra frase de tazas", "now": NOW}
    answers = [actions.change_key(**facts, present=f"intento {turn}") for turn in range(8)]
    assert answers == [WRONG] * 4 + [locked(1)] * 4
    assert len(computations) == 5


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "Grande@example.org"},
        {"roles": []},
        {"roles": ["jefe"]},
        {"roles": ["counter"], "province": "17"},
        {"roles": ["counter"], "office": None},
    ],
    ids=["capitals", "no-role", "unknown-role", "office-and-province", "counter-nowhere"],
)
def test_database_refuses_accounts_that_cannot_be(changes: dict[str, object]) -> None:
    fields = {"office": make_office()} | changes
    with pytest.raises(IntegrityError), transaction.atomic():
        make_staff(Role.COUNTER, **fields)


def test_tidying_forgets_sessions_that_are_over_and_devices_long_unused() -> None:
    member = make_staff()
    open_session(member, session_key="old", device="e" * 32, now=NOW - timedelta(days=400))
    ended = open_session(member, session_key="ended")
    actions.leave_session(session_id=ended.pk, now=NOW)
    kept = open_session(member, session_key="kept", device="f" * 32)
    ops.tidy(now=NOW)
    assert [*StaffSession.objects.all()] == [kept]
    assert [queries.is_known_device(member.email, device=device * 32) for device in "def"] == [
        True,
        False,
        True,
    ]
