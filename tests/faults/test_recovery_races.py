"""Two who finish one recovery at once, and one who objects meanwhile: real threads, real transactions."""

from collections.abc import Callable
from functools import partial
from threading import Event

import pytest
from django.db import transaction
from django.utils import timezone

from afilia.access import actions as access
from afilia.access import queries as access_queries
from afilia.access.actions.keys import is_key
from afilia.access.models import EmployerKey
from afilia.audit import queries as audit
from afilia.audit.models import Entry
from afilia.employers.models import Employer
from afilia.notices.models import Message
from afilia.recovery import actions, queries
from afilia.recovery.models import Recovery
from afilia.verification import queries as verification
from afilia.verification.models import Tally
from afilia.verification.rules import Verdict
from tests.concurrency.conftest import together
from tests.recovery.people import Holder, make_holder
from tests.verification.attempts import codes

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["together"]

Together = Callable[..., list[object]]


def begun(holder: Holder) -> Recovery:
    Tally.objects.all().delete()
    recovery = actions.begin(**holder.form, address="192.0.2.1", solution="", ticket="", now=timezone.now())
    assert isinstance(recovery, Recovery)
    return recovery


def is_alive(recovery: Recovery) -> bool:
    """Whether a code or a link of it still serves."""
    found, now = queries.recovery(recovery.pk), timezone.now()
    assert found
    attempts = [attempt for attempt in (found.code_attempt, found.link_attempt) if attempt]
    return any(verification.is_open(attempt, now=now) for attempt in attempts)


def passed(holder: Holder) -> Recovery:
    """A recovery whose first code was typed."""
    recovery, now = begun(holder), timezone.now()
    (typed,) = codes(recovery.code_attempt)
    assert actions.judge_code(recovery=recovery, typed=typed, now=now) is Verdict.RIGHT
    return recovery


def completing(recovery: Recovery, count: int) -> list[Callable[[], object]]:
    """As many browsers as that, each with the recovery as it was read before."""
    read = [queries.recovery(recovery.pk) for _ in range(count)]
    return [
        partial(actions.complete, recovery=mine, key=f"tres gatos miran la lluvia {turn}", now=timezone.now())
        for turn, mine in enumerate(read)
        if mine
    ]


def test_of_ten_who_save_a_key_at_once_one_does(together: Together) -> None:
    recovery = passed(make_holder())
    results = together(*completing(recovery, 10))
    assert sum(isinstance(result, EmployerKey) for result in results) == 1
    assert results.count(None) == 9
    assert Entry.objects.filter(event="recovery.completed").count() == 1
    assert Message.objects.filter(subject="La clave de empleador cambió").count() == 1
    assert audit.verify() is None


def test_an_objection_and_a_new_key_at_once_are_one_or_the_other(together: Together) -> None:
    holder = make_holder()
    for _ in range(5):
        recovery = passed(holder)
        before = EmployerKey.objects.get(pk=holder.key.pk).changed_at
        mine = queries.recovery(recovery.pk)
        assert mine
        objecting = partial(actions.object_to, recovery=mine, now=timezone.now())
        ended, saved = together(objecting, *completing(recovery, 1))
        assert ended is (saved is None)
        changed = EmployerKey.objects.get(pk=holder.key.pk).changed_at != before
        assert changed is isinstance(saved, EmployerKey)


def test_a_new_key_and_a_change_of_keys_at_once_wait_for_one_another(together: Together) -> None:
    holder = make_holder()
    for turn in range(5):
        recovery = passed(holder)
        changing = partial(
            access.set_key,
            employer=holder.employer,
            number=holder.key.number,
            key=f"cuatro perros oyen el viento {turn}",
            now=timezone.now(),
        )
        changed, saved = together(changing, *completing(recovery, 1))
        assert isinstance(changed, EmployerKey)
        assert saved is None or isinstance(saved, EmployerKey)
        # The one who changed it has the last word, whoever came first.
        (held,) = access_queries.keys_of_person(holder.key.number)
        assert is_key(held, typed=f"cuatro perros oyen el viento {turn}")


def test_of_two_recoveries_of_one_key_saved_at_once_one_is(together: Together) -> None:
    holder = make_holder()
    for _ in range(5):
        first, second = passed(holder), passed(holder)
        results = together(*completing(first, 1), *completing(second, 1))
        assert sum(isinstance(result, EmployerKey) for result in results) == 1, results
        assert results.count(None) == 1


def test_an_objection_ends_a_link_that_was_sent_after_the_page_was_read() -> None:
    recovery, now = begun(make_holder()), timezone.now()
    read = queries.recovery(recovery.pk)
    assert read
    (typed,) = codes(recovery.code_attempt)
    assert actions.judge_code(recovery=recovery, typed=typed, now=now) is Verdict.RIGHT
    assert actions.object_to(recovery=read, now=now)
    assert not is_alive(recovery)


def test_an_objection_and_the_right_code_at_once_leave_nothing_alive(together: Together) -> None:
    holder = make_holder()
    for _ in range(10):
        recovery, now = begun(holder), timezone.now()
        (typed,) = codes(recovery.code_attempt)
        objecting, typing = queries.recovery(recovery.pk), queries.recovery(recovery.pk)
        assert objecting
        assert typing
        ended, _ = together(
            partial(actions.object_to, recovery=objecting, now=now),
            partial(actions.judge_code, recovery=typing, typed=typed, now=now),
        )
        assert ended is True
        assert not is_alive(recovery)


def test_beginning_does_not_wait_for_who_changes_the_employer(together: Together) -> None:
    """Or it would show that there is one, and wait for the ledger of who waits for it."""
    holder = make_holder()
    begun, changed = Event(), Event()

    def change() -> bool:
        with transaction.atomic():
            Employer.objects.select_for_update().get(pk=holder.employer.pk)
            changed.set()
            return begun.wait(20)

    def begin() -> object:
        changed.wait(20)
        try:
            return actions.begin(
                **holder.form, address="192.0.2.1", solution="", ticket="", now=timezone.now()
            )
        finally:
            begun.set()

    waited, recovery = together(change, begin)
    assert waited is True
    assert isinstance(recovery, Recovery)


def test_of_fifty_right_codes_at_once_one_sends_a_link(together: Together) -> None:
    holder = make_holder()
    now = timezone.now()
    recovery = actions.begin(**holder.form, address="192.0.2.1", solution="", ticket="", now=now)
    assert isinstance(recovery, Recovery)
    (typed,) = codes(recovery.code_attempt)
    read = [queries.recovery(recovery.pk) for _ in range(50)]
    verdicts = together(
        *[partial(actions.judge_code, recovery=mine, typed=typed, now=now) for mine in read if mine]
    )
    assert (verdicts.count(Verdict.RIGHT), verdicts.count(Verdict.OVER)) == (1, 49)
    assert Message.objects.filter(subject="Recuperación Clave para RUC").count() == 1
