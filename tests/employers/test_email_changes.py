from datetime import timedelta

import pytest
from django.db import connection

from afilia.audit.models import Entry
from afilia.employers import actions, queries
from afilia.employers.models import EmailChange, Employer
from afilia.employers.rules import ChangeState
from afilia.kit import sealing
from afilia.notices.actions import SEAL
from afilia.notices.models import Message
from tests.builders import NOW, make_employer
from tests.concurrency.conftest import Together

pytestmark = pytest.mark.django_db
OLD, NEW, OTHER = "old@example.com", "new@example.org", "other@example.net"
WAIT = timedelta(hours=72)
DUE = NOW + WAIT


@pytest.fixture
def employer() -> Employer:
    return make_employer(email=OLD, email_verified_at=NOW - timedelta(days=100))


def ask(employer: Employer, email: str = NEW, now=NOW) -> EmailChange:
    return actions.change_email(employer_id=employer.pk, email=email, actor="holder:1", now=now)


def email_of(employer: Employer) -> str:
    return Employer.objects.get(pk=employer.pk).email


def mails() -> list[tuple[str, str]]:
    return list(Message.objects.order_by("pk").values_list("to", "subject"))


def text_of_last(settings: object) -> str:
    sealed = Message.objects.exclude(sealed=None).latest("pk").sealed
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=sealed)


def token(settings: object) -> str:
    return text_of_last(settings).partition("/empleadores/correo/objetar/")[2].partition("/")[0]


def events() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("event", flat=True))


def test_change_waits_and_the_old_address_is_told_how_to_object(employer: Employer, settings: object) -> None:
    change = ask(employer)
    assert (change.state, change.effective_at) == (ChangeState.PENDING, DUE)
    assert email_of(employer) == OLD
    assert mails() == [(OLD, f"Cambio de correo del empleador con RUC {employer.ruc}")]
    text = text_of_last(settings)
    assert f"{settings.PUBLIC_URL}/empleadores/correo/objetar/" in text
    assert "n•••@example.org" in text
    assert NEW not in text
    assert "24 de noviembre de 2026" in text
    assert events() == ["employer.email-change-asked"]


def test_token_is_kept_only_as_a_keyed_hash(employer: Employer, settings: object) -> None:
    ask(employer)
    sent = token(settings)
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM employers_emailchange c")
        ((row,),) = cursor.fetchall()
        cursor.execute("SELECT m::text FROM notices_message m")
        ((mail,),) = cursor.fetchall()
    assert len(sent) == 40
    assert sent not in row + mail
    assert sent.encode().hex() not in row + mail


def test_job_is_due_when_the_change_is(employer: Employer) -> None:
    change = ask(employer)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT scheduled_at FROM procrastinate_jobs"
            " WHERE task_name = 'employers.take-email-change' AND args->>'change_id' = %s",
            [str(change.pk)],
        )
        assert cursor.fetchall() == [(DUE,)]


@pytest.mark.parametrize(
    ("early", "taken"), [(timedelta(microseconds=1), False), (timedelta(0), True), (-timedelta(days=9), True)]
)
def test_change_takes_effect_at_its_time_and_never_before(
    employer: Employer, early: timedelta, taken: bool
) -> None:
    change = ask(employer)
    assert actions.take_email_change(change_id=change.pk, now=DUE - early) is taken
    assert email_of(employer) == (NEW if taken else OLD)


def test_both_addresses_are_told_once_that_it_changed(employer: Employer) -> None:
    change = ask(employer)
    for _ in range(2):
        actions.take_email_change(change_id=change.pk, now=DUE)
    subject = f"Nuevo correo del empleador con RUC {employer.ruc}"
    assert mails()[1:] == [(OLD, subject), (NEW, subject)]
    assert events() == ["employer.email-change-asked", "employer.email-changed"]
    assert Employer.objects.get(pk=employer.pk).email_verified_at == NOW


def test_objection_ends_it_and_tells_both(employer: Employer, settings: object) -> None:
    change = ask(employer)
    objected = actions.object_to_email_change(token=token(settings), now=NOW)
    assert objected.state == ChangeState.OBJECTED
    assert not actions.take_email_change(change_id=change.pk, now=DUE)
    assert email_of(employer) == OLD
    assert [to for to, _ in mails()[1:]] == [OLD, NEW]
    assert events()[-1] == "employer.email-change-objected"
    assert actions.object_to_email_change(token=token(settings), now=NOW).state == ChangeState.OBJECTED
    assert len(mails()) == 3


def test_objection_that_comes_too_late_learns_it(employer: Employer, settings: object) -> None:
    change = ask(employer)
    sent = token(settings)
    actions.take_email_change(change_id=change.pk, now=DUE)
    assert actions.object_to_email_change(token=sent, now=DUE).state == ChangeState.DONE
    assert email_of(employer) == NEW


def test_token_that_was_never_sent_objects_to_nothing(employer: Employer) -> None:
    ask(employer)
    assert actions.object_to_email_change(token="0" * 40, now=NOW) is None
    assert queries.pending_email_change(employer) is not None


def test_second_change_takes_the_place_of_the_first(employer: Employer, settings: object) -> None:
    first = ask(employer)
    first_token = token(settings)
    second = ask(employer, OTHER, now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert first.state == ChangeState.REPLACED
    assert not actions.take_email_change(change_id=first.pk, now=DUE)
    assert actions.object_to_email_change(token=first_token, now=NOW).state == ChangeState.REPLACED
    assert queries.pending_email_change(employer) == second
    assert actions.take_email_change(change_id=second.pk, now=DUE + timedelta(hours=1))
    assert email_of(employer) == OTHER
    assert (OLD, f"Se anuló un cambio de correo del empleador con RUC {employer.ruc}") in mails()


def test_holder_cancels_a_pending_change(employer: Employer) -> None:
    change = ask(employer)
    assert actions.cancel_email_change(employer_id=employer.pk, actor="holder:1", now=NOW)
    assert not actions.cancel_email_change(employer_id=employer.pk, actor="holder:1", now=NOW)
    assert not actions.take_email_change(change_id=change.pk, now=DUE)
    assert [to for to, _ in mails()[1:]] == [OLD, NEW]
    assert events()[-1] == "employer.email-change-cancelled"


@pytest.mark.parametrize("old", ["", NEW.upper()])
def test_address_of_nobody_or_the_same_one_is_taken_at_once(old: str) -> None:
    employer = make_employer(email=old)
    change = ask(employer)
    assert change.state == ChangeState.DONE
    changed = Employer.objects.get(pk=employer.pk)
    assert (changed.email, changed.email_verified_at) == (NEW, NOW)
    assert OLD not in dict(mails())
    assert len(mails()) == (0 if old else 1)


def test_old_address_that_nobody_verified_is_told_and_waited_for_all_the_same() -> None:
    employer = make_employer(email=OLD, email_verified_at=None)
    assert ask(employer).state == ChangeState.PENDING
    assert mails()[0][0] == OLD


def test_demo_may_wait_for_nothing_and_still_tells_the_old_address(
    employer: Employer, settings: object
) -> None:
    settings.EMAIL_CHANGE_WAIT = timedelta(0)
    assert ask(employer).state == ChangeState.DONE
    assert email_of(employer) == NEW
    assert OLD in dict(mails())


@pytest.mark.django_db(transaction=True)
def test_objecting_and_taking_effect_at_once_agree_on_one(
    employer: Employer, settings: object, together: Together
) -> None:
    change = ask(employer)
    sent = token(settings)
    taken, objected = together(
        lambda: actions.take_email_change(change_id=change.pk, now=DUE),
        lambda: actions.object_to_email_change(token=sent, now=DUE),
    )
    change.refresh_from_db()
    assert email_of(employer) == (NEW if taken else OLD)
    assert change.state == objected.state == (ChangeState.DONE if taken else ChangeState.OBJECTED)
    assert [event for event in events() if event != "employer.email-change-asked"] == [
        "employer.email-changed" if taken else "employer.email-change-objected"
    ]


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_leave_one_pending(employer: Employer, together: Together) -> None:
    results = together(lambda: ask(employer, NEW), lambda: ask(employer, OTHER))
    assert all(isinstance(result, EmailChange) for result in results)
    states = sorted(EmailChange.objects.values_list("state", flat=True))
    assert states == [ChangeState.PENDING, ChangeState.REPLACED]
