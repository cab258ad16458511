"""Keys and codes typed at the same moment: exactly as many count as may."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from threading import Event

import pyotp
from django.db import connection

from afilia.access import actions, locks, queries
from afilia.access.models import Delegation, EmployerKey, KnownDevice, Tries
from afilia.access.rules.limits import Reason, Refusal
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.employers import actions as employers
from tests.builders import KEY, NOW, cedula, give_access, make_employer, make_key
from tests.concurrency.conftest import Together
from tests.faults.plant import until

HOME = "192.0.2.7"
OWN_KEY = "tijera nube caimito 7"


def sign_in(key: EmployerKey, typed: str, **changes: object) -> Callable[[], object]:
    facts = {"number": key.number, "key": typed, "address": HOME, "now": NOW}
    return partial(actions.sign_in, **facts | changes)


def reasons(answers: list[object]) -> list[Reason]:
    return [answer.reason for answer in answers if isinstance(answer, Refusal)]


def test_of_fifty_guesses_at_once_exactly_five_are_judged(
    together: Together, computations: list[object]
) -> None:
    key = make_key(make_employer())
    computations.clear()
    answers = together(*(sign_in(key, f"intento {turn}") for turn in range(50)))
    assert len(computations) == 5
    assert (reasons(answers).count(Reason.WRONG), reasons(answers).count(Reason.LOCKED)) == (4, 46)
    assert Entry.objects.filter(event="sign-in.refused").count() == 4
    assert Entry.objects.filter(event="sign-in.locked").count() == 1
    assert audit.verify() is None


def test_of_fifty_guesses_from_fifty_blocks_exactly_twenty_are_judged(
    together: Together, computations: list[object]
) -> None:
    key = make_key(make_employer())
    computations.clear()
    answers = together(*(sign_in(key, f"intento {turn}", address=f"198.51.{turn}.7") for turn in range(50)))
    assert len(computations) == 20
    assert reasons(answers).count(Reason.LOCKED) == 31


def test_right_keys_typed_at_once_all_open(together: Together) -> None:
    key = make_key(make_employer())
    assert together(*[sign_in(key, KEY)] * 30) == [key] * 30
    assert set(Tries.objects.values_list("wrong", flat=True)) == {0}


def test_tries_at_many_accounts_from_one_block_wait_for_no_deadlock(together: Together) -> None:
    keys = [make_key(make_employer()) for _ in range(6)]
    answers = together(*(sign_in(keys[turn % 6], "mal", address=f"192.0.2.{turn % 4}") for turn in range(24)))
    assert reasons(answers) == [Reason.WRONG] * 24


def test_a_handed_over_key_is_spent_once(together: Together) -> None:
    employer, number = make_employer(), cedula()
    actions.hand_over_key(
        employer=employer, number=number, email=employer.email, now=NOW, actor="operator:ventanilla 4"
    )
    key = employer.keys.get(number=number)
    chosen = together(
        *(
            partial(actions.choose_key, key=key, new_key=f"{OWN_KEY} {turn}", now=NOW + timedelta(seconds=1))
            for turn in range(6)
        )
    )
    assert chosen.count(None) == 5
    turn = next(turn for turn, each in enumerate(chosen) if each is not None)
    assert actions.sign_in(number=number, key=f"{OWN_KEY} {turn}", address=HOME, now=NOW) == key


def test_a_key_changed_recovered_and_used_at_once_waits_for_no_deadlock(together: Together) -> None:
    key = make_key(make_employer())
    holder, later = queries.holder(key), NOW + timedelta(seconds=1)
    change = partial(actions.change_key, holder=holder, session_id=1, present=KEY, new_key=OWN_KEY, now=later)
    recover = partial(
        actions.recover_key, employer=key.employer, number=key.number, key="otra de tazas", now=later
    )
    begin = partial(
        actions.open_session, key=key, session_key="s", device="d" * 32, agent="", address=HOME, now=NOW
    )
    hand_over = partial(
        actions.hand_over_key,
        employer=key.employer,
        number=key.number,
        email="papeles@example.org",
        now=later,
        actor="operator:ventanilla 4",
    )
    ask = partial(
        employers.change_email,
        employer_id=key.employer_id,
        email="otro@example.org",
        actor="holder:1",
        now=later,
    )
    answers = together(
        *[change, recover, hand_over, ask] * 3, begin, sign_in(key, KEY), sign_in(key, OWN_KEY)
    )
    assert [each for each in answers if isinstance(each, Exception)] == []
    assert audit.verify() is None


def make_second_factor(key: EmployerKey) -> tuple[pyotp.TOTP, list[str]]:
    holder = queries.holder(key)
    actions.begin_second_factor(holder=holder, session_id=0, now=NOW)
    factor = queries.second_factor_for_holder(holder)
    assert factor is not None
    app = pyotp.TOTP(queries.secret(factor))
    codes = actions.confirm_second_factor(holder=holder, session_id=0, present=KEY, code=app.at(NOW), now=NOW)
    assert isinstance(codes, list)
    return app, codes


def test_a_code_of_the_app_or_a_recovery_code_counts_once(together: Together) -> None:
    key = make_key(make_employer())
    app, recovery_codes = make_second_factor(key)
    now = NOW + timedelta(minutes=2)
    for code in (app.at(now), recovery_codes[0]):
        answers = together(*[partial(actions.pass_second_factor, key=key, code=code, now=now)] * 4)
        assert answers.count(None) == 1
        now += timedelta(days=2)


def test_of_fifty_guessed_codes_exactly_five_are_judged(together: Together) -> None:
    key = make_key(make_employer())
    app, _ = make_second_factor(key)
    right = {app.at(NOW + timedelta(seconds=30 * step)) for step in range(-2, 3)}
    guesses = [code for code in (f"{turn:06d}" for turn in range(60)) if code not in right][:50]
    answers = together(
        *(partial(actions.pass_second_factor, key=key, code=code, now=NOW) for code in guesses)
    )
    assert (reasons(answers).count(Reason.WRONG), reasons(answers).count(Reason.LOCKED)) == (4, 46)
    assert Entry.objects.filter(event="second-factor.refused").count() == 5


def test_sign_ins_at_once_in_one_browser_know_one_device(together: Together) -> None:
    key = make_key(make_employer())
    opened = together(
        *(
            partial(
                actions.open_session,
                key=key,
                session_key=f"s{turn}",
                device="d" * 32,
                agent="",
                address=HOME,
                now=NOW,
            )
            for turn in range(8)
        )
    )
    assert not [each for each in opened if isinstance(each, Exception)]
    assert KnownDevice.objects.count() == 1


def test_what_is_sent_by_an_access_comes_to_its_end_before_the_access_does(together: Together) -> None:
    key = make_key(make_employer())
    given = give_access(key.employer)
    order = []
    sending = Event()

    def send() -> None:
        with locks.used(given.pk):
            sending.set()
            waits_for_lock(2)  # the end is asked for and waits
            order.append("sent")

    def end() -> bool:
        assert sending.wait(60)
        ended = actions.end_access(holder=queries.holder(key), delegation_id=given.pk, now=NOW)
        order.append("ended")
        return ended

    assert together(send, end) == [None, True]
    assert order == ["sent", "ended"]


def waits_for_lock(holders: int) -> None:
    """Wait until so many sessions hold or want one advisory lock."""
    until(lambda: advisory_locks() >= holders, within=60)


def advisory_locks() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        return int(cursor.fetchone()[0])


def test_an_access_is_given_and_ended_once(together: Together) -> None:
    key = make_key(make_employer())
    number = cedula()
    facts = {"acts": (), "branches": (), "from_on": NOW.date(), "until_on": None, "now": NOW}
    made = together(
        *[partial(actions.invite, holder=queries.holder(key), number=number, email="c@example.com", **facts)]
        * 4
    )
    assert sum(isinstance(each, Delegation) for each in made) == 1
    (given,) = Delegation.objects.all()
    end = partial(actions.end_access, holder=queries.holder(key), delegation_id=given.pk, now=NOW)
    assert sorted(map(bool, together(*[end] * 4))) == [False, False, False, True]
    assert Entry.objects.filter(event="help.ended").count() == 1
