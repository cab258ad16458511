from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from afilia.audit.models import Entry
from afilia.notices.rules import Delivery, State
from afilia.verification import actions, queries, tasks
from afilia.verification.models import Attempt, Code
from afilia.verification.rules import SendRefusal, Verdict
from tests.builders import NOW
from tests.concurrency.conftest import together
from tests.verification.attempts import OWNER, PURPOSE, codes, links, mails, open_attempt, wrong

pytestmark = pytest.mark.django_db
__all__ = ["together"]

JUST_IN_TIME, TOO_LATE = timedelta(minutes=2, seconds=59, milliseconds=999), timedelta(minutes=3)


def judge(attempt: Attempt, typed: str, *, now: datetime = NOW) -> Verdict:
    return actions.judge_code(attempt_id=attempt.pk, typed=typed, now=now)


def again(attempt: Attempt, *, now: datetime = NOW) -> SendRefusal | None:
    return actions.send_code(attempt=attempt, now=now)


def test_code_is_good_at_2_59_999_and_dead_at_3_00_000() -> None:
    first, second = open_attempt(), open_attempt()
    assert judge(first, *codes(first), now=NOW + JUST_IN_TIME) is Verdict.RIGHT
    assert judge(second, *codes(second), now=NOW + TOO_LATE) is Verdict.EXPIRED


@pytest.mark.parametrize("written", ["{0} {1}", " {0}{1}\n", "{0}-{1}", "\u00a0{0}{1}"])
def test_blanks_and_hyphens_in_a_code_do_not_matter(written: str) -> None:
    attempt = open_attempt()
    (code,) = codes(attempt)
    assert judge(attempt, written.format(code[:3], code[3:])) is Verdict.RIGHT


def test_asking_again_leaves_the_code_in_the_post_its_own_three_minutes() -> None:
    for which in (0, 1):
        attempt = open_attempt()
        assert again(attempt, now=NOW + timedelta(minutes=2)) is None
        assert judge(attempt, codes(attempt)[which], now=NOW + JUST_IN_TIME) is Verdict.RIGHT
    attempt = open_attempt()
    again(attempt, now=NOW + timedelta(minutes=2))
    assert judge(attempt, codes(attempt)[0], now=NOW + TOO_LATE) is Verdict.WRONG
    assert judge(attempt, codes(attempt)[1], now=NOW + TOO_LATE) is Verdict.RIGHT


def test_first_right_code_burns_all() -> None:
    attempt = open_attempt()
    again(attempt)
    first, second = codes(attempt)
    assert judge(attempt, second) is Verdict.RIGHT
    assert judge(attempt, second) is Verdict.OVER
    assert judge(attempt, first) is Verdict.OVER
    assert again(attempt) is SendRefusal.OVER


def test_code_may_be_typed_wrong_twice_and_not_three_times() -> None:
    attempt = open_attempt()
    (right,) = codes(attempt)
    assert [judge(attempt, wrong(right)) for _ in range(2)] == [Verdict.WRONG] * 2
    assert judge(attempt, right) is Verdict.RIGHT
    other = open_attempt()
    (right,) = codes(other)
    assert [judge(other, wrong(right)) for _ in range(3)] == [Verdict.WRONG] * 3
    assert judge(other, right) is Verdict.SPENT
    again(other)
    assert judge(other, codes(other)[0]) is Verdict.WRONG  # its tries are gone, those of the new one are not
    assert judge(other, codes(other)[1]) is Verdict.RIGHT


def test_attempt_has_five_codes() -> None:
    attempt = open_attempt()
    answers = [again(attempt) for _ in range(6)]
    assert answers == [None] * 4 + [SendRefusal.LIMIT] * 2
    assert len(codes(attempt)) == 5
    assert queries.codes_left(attempt) == 0


def test_attempt_ends_after_an_hour() -> None:
    attempt = open_attempt()
    late = NOW + timedelta(hours=1)
    assert again(attempt, now=late) is SendRefusal.OVER
    assert judge(attempt, *codes(attempt), now=late) is Verdict.OVER
    assert queries.seconds_left(attempt, now=late) == 0


def test_code_of_another_attempt_is_wrong() -> None:
    attempt, other = open_attempt(), open_attempt()
    if codes(attempt) != codes(other):
        assert judge(attempt, *codes(other)) is Verdict.WRONG
    assert actions.judge_code(attempt_id=uuid4(), typed="123456", now=NOW) is Verdict.OVER


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("sent", "burns"), [(1, True), (2, True), (1, False)])
def test_fifty_guesses_at_once_are_judged_three_times(
    sent: int, burns: bool, together: Callable[..., list[object]]
) -> None:
    attempt = open_attempt()
    for _ in range(sent - 1):
        again(attempt)
    guess = wrong(*codes(attempt))
    guesses = partial(actions.judge_code, attempt_id=attempt.pk, typed=guess, now=NOW, burns=burns)
    verdicts = together(*[guesses] * 50)
    assert (verdicts.count(Verdict.WRONG), verdicts.count(Verdict.SPENT)) == (3, 47)
    assert {*Code.objects.values_list("tries", flat=True)} == {3}


@pytest.mark.django_db(transaction=True)
def test_of_fifty_right_codes_at_once_one_is_taken(together: Callable[..., list[object]]) -> None:
    attempt = open_attempt()
    verdicts = together(*[partial(judge, attempt, *codes(attempt))] * 50)
    assert (verdicts.count(Verdict.RIGHT), verdicts.count(Verdict.OVER)) == (1, 49)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_wishes_for_a_code_at_once_four_are_granted(together: Callable[..., list[object]]) -> None:
    attempt = open_attempt()
    answers = together(*[partial(again, attempt)] * 20)
    assert (answers.count(None), answers.count(SendRefusal.LIMIT)) == (4, 16)


def test_link_lives_as_long_as_its_code() -> None:
    attempt = open_attempt()
    (token,) = links(attempt)
    find = partial(queries.attempt_of_link, queries.link_digest(token), purpose=PURPOSE)
    assert find(now=NOW + JUST_IN_TIME) == attempt
    assert find(now=NOW + TOO_LATE) is None
    assert queries.attempt_of_link(queries.link_digest(token), purpose="other", now=NOW) is None
    assert queries.attempt_of_link(queries.link_digest(token[:-1]), purpose=PURPOSE, now=NOW) is None
    assert actions.close_attempt(attempt_id=attempt.pk, proved=True, now=NOW)
    assert find(now=NOW) is None


def test_right_code_that_does_not_burn_may_be_typed_again() -> None:
    attempt = open_attempt()
    for _ in range(2):
        verdict = actions.judge_code(attempt_id=attempt.pk, typed=codes(attempt)[0], now=NOW, burns=False)
        assert verdict is Verdict.RIGHT
    assert queries.is_open(attempt, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_attempt_is_closed_once(together: Callable[..., list[object]]) -> None:
    attempt = open_attempt()
    close = partial(actions.close_attempt, attempt_id=attempt.pk, proved=True, now=NOW)
    assert sorted(together(*[close] * 10)) == [False] * 9 + [True]  # type: ignore[type-var]
    assert judge(attempt, *codes(attempt)) is Verdict.OVER


def test_owner_objects_with_a_token_of_the_mail_also_when_all_is_over() -> None:
    attempt = open_attempt()
    token = queries.objection_token(attempt)
    assert token in mails(attempt)[0]
    assert queries.attempt_of_objection(token, purpose=PURPOSE) == attempt
    assert queries.attempt_of_objection(token, purpose="other") is None
    for damaged in (f"{token}x", attempt.pk.hex, f"{attempt.pk.hex}:", "", "x:y"):
        assert queries.attempt_of_objection(damaged, purpose=PURPOSE) is None
    actions.close_attempt(attempt_id=attempt.pk, proved=False, now=NOW)
    assert queries.attempt_of_objection(token, purpose=PURPOSE) == attempt


def test_attempt_for_nobody_costs_the_same_and_sends_nothing() -> None:
    with CaptureQueriesContext(connection) as real:
        open_attempt()
    with CaptureQueriesContext(connection) as shown:
        attempt = open_attempt(deliver=False)
    assert len(shown) == len(real)
    message = attempt.codes.get().message
    assert (attempt.email, message.to) == ("", "")
    assert OWNER not in str(mails(attempt))
    assert judge(attempt, *codes(attempt)) is Verdict.WRONG


def test_page_can_ask_what_became_of_the_mail() -> None:
    attempt = open_attempt()
    assert queries.delivery_state(attempt, now=NOW) is Delivery.WAITING
    message = attempt.codes.get().message
    message.state = State.FAILED
    message.save()
    assert queries.delivery_state(attempt, now=NOW) is Delivery.FAILED
    again(attempt)
    assert queries.delivery_state(attempt, now=NOW) is Delivery.WAITING
    assert queries.delivery_state(attempt, now=NOW + TOO_LATE) is Delivery.EXPIRED


def test_no_code_and_no_link_is_in_the_database_in_plain_text() -> None:
    attempt = open_attempt()
    secrets = [*codes(attempt), *links(attempt)]
    judge(attempt, secrets[0])
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT "{table}"::text FROM "{table}"')
            rows = str(cursor.fetchall())
            assert not [secret for secret in secrets if secret in rows], table


def test_ledger_tells_of_every_code_and_every_guess_but_no_code() -> None:
    attempt = open_attempt()
    code = codes(attempt)[0]
    judge(attempt, wrong(code))
    judge(attempt, code)
    for _ in range(5):
        judge(attempt, code)  # judged no more, and not told
    entries = Entry.objects.filter(subject=f"attempt:{attempt.pk}").order_by("pk")
    assert [(entry.event, entry.facts.get("verdict")) for entry in entries] == [
        ("verification.code-sent", None),
        ("verification.judged", "wrong"),
        ("verification.judged", "right"),
    ]
    assert OWNER not in str([entry.facts for entry in entries])


def test_old_attempts_are_forgotten() -> None:
    old, young = open_attempt(now=NOW - tasks.KEEP - timedelta(seconds=1)), open_attempt()
    actions.forget_attempts(before=NOW - tasks.KEEP)
    assert [*Attempt.objects.all()] == [young]
    assert not Code.objects.filter(attempt_id=old.pk).exists()
