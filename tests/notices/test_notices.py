"""The outbox against a real SMTP server on loopback."""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import Message as Mail
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler
from django.db import transaction

from afilia.notices import actions
from afilia.notices.models import Message
from afilia.notices.tasks import RETRY
from tests.builders import NOW

FACTS = {
    "number": "2026-00000007",
    "file_name": "MSU_2026-11.txt",
    "lines": 3,
    "registered": 2,
    "rejected": 1,
    "address": "https://portal.example.org/empleadores/batch/7/",
}


class Postbox(MailHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message: Mail) -> None:
        self.mails.append(message)


@contextmanager
def smtp_server(settings: Any) -> Iterator[Postbox]:
    postbox = Postbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        yield postbox
    finally:
        server.stop()


def post() -> Message:
    return actions.post(
        to="nomina@bodegas.example", template="batches/mail/registered.txt", facts=FACTS, now=NOW
    )


@pytest.mark.django_db
def test_a_mail_says_what_was_registered_and_is_sent_once(settings: Any) -> None:
    message = post()
    with smtp_server(settings) as postbox:
        actions.send(message_id=message.pk, now=NOW)
        actions.send(message_id=message.pk, now=NOW)
    (mail,) = postbox.mails
    assert mail["To"] == "nomina@bodegas.example"
    assert mail["Subject"] == "Carga registrada: comprobante 2026-00000007"
    body = mail.get_payload(decode=True).decode()
    assert "Líneas: 3. Registradas: 2. Rechazadas: 1." in body
    assert FACTS["address"] in body
    message.refresh_from_db()
    assert message.sent_at == NOW


@pytest.mark.django_db
def test_a_server_that_is_down_loses_nothing(settings: Any) -> None:
    message = post()
    with smtp_server(settings):
        pass  # its port refuses connections from here on
    settings.EMAIL_TIMEOUT = 2
    with pytest.raises(ConnectionRefusedError):
        actions.send(message_id=message.pk, now=NOW)
    assert issubclass(ConnectionRefusedError, tuple(RETRY.retry_exceptions))
    message.refresh_from_db()
    assert message.sent_at is None
    with smtp_server(settings) as postbox:
        actions.send(message_id=message.pk, now=NOW)
    assert len(postbox.mails) == 1


def test_a_server_that_says_no_is_asked_again() -> None:
    assert issubclass(smtplib.SMTPRecipientsRefused, tuple(RETRY.retry_exceptions))


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_change_that_is_rolled_back_does_not_exist() -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
