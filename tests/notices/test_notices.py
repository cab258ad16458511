"""The outbox against a real SMTP server on loopback."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from afilia.notices import actions, queries, rules
from afilia.notices.actions import NotSentError
from afilia.notices.models import Message
from afilia.notices.rules import Attachment, Delivery
from afilia.notices.tasks import KEEP, RETRY
from tests.builders import NOW
from tests.notices.postbox import Postbox, reach, smtp_server

OWNER = "nomina@bodegas.example"
FACTS = {
    "number": "2026-00000007",
    "file_name": "Peña & <b>hijos</b>.txt",
    "lines": 3,
    "registered": 2,
    "rejected": 1,
    "address": "https://portal.example.org/empleadores/batch/7/?a=1&b=2",
}


def post(*, to: str = OWNER, secret: bool = False, expires_at: datetime | None = None) -> Message:
    return actions.post(
        to=to,
        template="batches/mail/registered.txt",
        facts=FACTS,
        now=NOW,
        secret=secret,
        expires_at=expires_at,
    )


def send(message: Message, *, now: datetime = NOW) -> Delivery:
    actions.send(message_id=message.pk, now=now)
    return told(message, now=now)


def told(message: Message, *, now: datetime = NOW) -> Delivery:
    message.refresh_from_db()
    return queries.delivery(message, now=now)


@pytest.mark.django_db
def test_a_mail_says_what_was_registered_and_is_sent_once(settings: Any) -> None:
    message = post()
    assert told(message) is Delivery.WAITING
    with smtp_server(settings) as postbox:
        assert send(message) is Delivery.SENT
        send(message)
    (mail,) = postbox.mails
    assert mail["To"] == OWNER
    assert mail["Subject"] == "Carga registrada: comprobante 2026-00000007"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert message.sent_at == NOW


@pytest.mark.django_db
def test_a_mail_has_a_text_as_it_was_written_and_an_html_part_that_says_the_same(settings: Any) -> None:
    with smtp_server(settings) as postbox:
        send(post())
    (mail,) = postbox.mails
    assert mail.get_content_type() == "multipart/alternative"
    text, html = (part.get_content() for part in mail.iter_parts())
    assert "Líneas: 3. Registradas: 2. Rechazadas: 1." in text
    assert FACTS["file_name"] in text
    assert FACTS["address"] in text
    assert '<html lang="es">' in html
    assert "Líneas: 3. Registradas: 2. Rechazadas: 1." in html
    assert "Peña &amp; &lt;b&gt;hijos&lt;/b&gt;.txt" in html
    assert f'href="{FACTS["address"].replace("&", "&amp;")}"' in html  # type: ignore[attr-defined]
    for inline in ("<style", "style=", "<script", "<img"):
        assert inline not in html


@pytest.mark.django_db
def test_a_server_that_is_down_loses_nothing(settings: Any) -> None:
    message = post()
    with smtp_server(settings):
        pass  # its port refuses connections from here on
    with pytest.raises(NotSentError, match="ConnectionRefusedError"):
        send(message)
    assert issubclass(NotSentError, tuple(RETRY.retry_exceptions or ()))
    assert told(message) is Delivery.DELAYED
    with smtp_server(settings) as postbox:
        assert send(message) is Delivery.SENT
    assert len(postbox.mails) == 1


@pytest.mark.django_db
def test_a_slow_server_is_waited_for_and_a_dead_slow_one_is_asked_again(settings: Any) -> None:
    slow, dead_slow = Postbox(), Postbox()
    slow.pause, dead_slow.pause = 0.3, 3.0
    with smtp_server(settings, slow):
        assert send(post()) is Delivery.SENT
    message = post()
    with smtp_server(settings, dead_slow):
        settings.EMAIL_TIMEOUT = 0.2
        with pytest.raises(NotSentError):
            send(message)
    assert told(message) is Delivery.DELAYED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("to_recipient", "to_mail"), [("550 No such user", ""), ("", "554 We take no such mail")]
)
def test_a_mail_refused_for_good_is_not_sent_again(settings: Any, to_recipient: str, to_mail: str) -> None:
    message = post(secret=True)
    postbox = Postbox()
    postbox.to_recipient, postbox.to_mail = to_recipient, to_mail
    with smtp_server(settings, postbox):
        assert send(message) is Delivery.FAILED
    with smtp_server(settings) as willing:
        assert send(message) is Delivery.FAILED
    assert not willing.mails
    assert message.sealed is None


@pytest.mark.django_db
@pytest.mark.parametrize(("to_recipient", "to_mail"), [("451 Greylisted", ""), ("", "452 Not now")])
def test_a_server_that_says_not_now_is_asked_again(settings: Any, to_recipient: str, to_mail: str) -> None:
    message = post()
    postbox = Postbox()
    postbox.to_recipient, postbox.to_mail = to_recipient, to_mail
    with smtp_server(settings, postbox), pytest.raises(NotSentError) as raised:
        send(message)
    assert OWNER not in str(raised.value)  # it goes into the log
    assert raised.value.__suppress_context__
    with smtp_server(settings) as willing:
        assert send(message) is Delivery.SENT
    assert len(willing.mails) == 1


@pytest.mark.django_db
def test_a_mail_that_expired_in_the_queue_is_not_sent(settings: Any) -> None:
    end = NOW + timedelta(minutes=3)
    dead, alive = post(secret=True, expires_at=end), post(secret=True, expires_at=end)
    with smtp_server(settings) as postbox:
        assert send(dead, now=end) is Delivery.EXPIRED
        assert not postbox.mails
        assert send(alive, now=end - timedelta(milliseconds=1)) is Delivery.SENT
        assert len(postbox.mails) == 1
    assert dead.sealed is None


@pytest.mark.django_db
def test_a_secret_mail_is_readable_nowhere_but_in_the_mail(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="afilia")
    message = post(secret=True)
    assert secret_rows() == []
    with smtp_server(settings) as postbox:
        send(message)
    assert "2026-00000007" in postbox.mails[0].as_string()
    message.refresh_from_db()
    assert (message.text, message.sealed) == ("", None)
    assert secret_rows() == []
    assert "Líneas" not in caplog.text


def secret_rows() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT m::text || j::text FROM notices_message m, procrastinate_jobs j")
        return [row for (row,) in cursor.fetchall() if "Líneas" in row or "Registradas" in row]


@pytest.mark.django_db
def test_a_mail_to_nobody_is_never_sent_and_waits_like_any_other(settings: Any) -> None:
    message = post(to="")
    with smtp_server(settings):
        pass
    with pytest.raises(NotSentError):
        send(message)
    assert told(message) is Delivery.DELAYED
    with smtp_server(settings) as postbox:
        assert send(message) is Delivery.SENT
    assert not postbox.mails


@pytest.mark.django_db
@pytest.mark.parametrize("reply", ["", "451 Greylisted"])
def test_what_strangers_are_told_is_the_same_of_a_mail_to_nobody(reply: str, settings: Any) -> None:
    """Whether the server is slow, down, up, or says «not now» of the recipient, before and after."""
    postbox, messages = Postbox(), [post(), post(to="")]
    postbox.to_recipient, postbox.pause = reply, 0.05

    def try_all(now: datetime) -> list[Delivery]:
        for message in messages:
            with suppress(NotSentError):
                actions.send(message_id=message.pk, now=now)
        return say(now)

    def say(now: datetime) -> list[Delivery]:
        for message in messages:
            message.refresh_from_db()
        return [queries.delivery_for_strangers(message, now=now) for message in messages]

    later = NOW + rules.SETTLED
    reach(settings, 1)
    assert try_all(NOW) == [Delivery.WAITING] * 2
    assert say(later) == [Delivery.DELAYED] * 2
    with smtp_server(settings, postbox):
        assert try_all(NOW) == [Delivery.WAITING] * 2
        assert say(later) == [Delivery.SENT] * 2
    assert try_all(later) == [Delivery.SENT] * 2  # down again


@pytest.mark.django_db
def test_mails_that_are_over_are_forgotten_after_a_month(settings: Any) -> None:
    with smtp_server(settings):
        send(post())
    waiting = post()
    actions.forget(before=NOW)
    assert Message.objects.count() == 2
    actions.forget(before=NOW + timedelta(microseconds=1))
    assert [*Message.objects.all()] == [waiting]
    assert timedelta(days=30) == KEEP


@pytest.mark.django_db
def test_a_mail_to_nobody_leaves_no_file_in_the_folder_of_the_demo(settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    assert send(post(to="")) is Delivery.SENT
    assert [*tmp_path.iterdir()] == []
    send(post())
    assert len([*tmp_path.iterdir()]) == 1


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_change_that_is_rolled_back_does_not_exist() -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not Message.objects.exists()


def test_the_retries_reach_two_days_and_are_quick_within_the_life_of_a_code() -> None:
    assert RETRY.max_attempts is not None
    waits = [RETRY.wait + RETRY.linear_wait * attempt for attempt in range(1, RETRY.max_attempts + 1)]
    assert sum(waits) >= timedelta(days=2).total_seconds()
    assert sum(waits[:12]) <= 180


@pytest.mark.django_db
def test_an_attachment_arrives_as_it_was_and_is_kept_sealed_until_it_is_sent(settings: Any) -> None:
    calendar = "BEGIN:VCALENDAR\r\nSUMMARY:Atención en Ibarra\r\nEND:VCALENDAR\r\n"
    attached = Attachment(name="turno.ics", media_type="text/calendar", text=calendar)
    message = actions.post(
        to=OWNER, template="batches/mail/registered.txt", facts=FACTS, now=NOW, attachments=[attached]
    )
    assert b"VCALENDAR" not in bytes(message.attachments or b"")
    with smtp_server(settings) as postbox:
        send(message)
    (mail,) = postbox.mails
    (part,) = mail.iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("turno.ics", "text/calendar")
    assert part.get_content().splitlines() == calendar.splitlines()
    assert message.attachments is None
