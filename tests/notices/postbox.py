"""A real mail server on loopback that can be told to misbehave."""

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postbox:
    """What a mail server does with mails: it keeps them, unless a reply is set."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.arrived: list[float] = []  # seconds since the epoch, of each mail
        self.refused: set[str] = set()  # addresses that do not exist
        self.to_recipient = ""  # the reply to RCPT
        self.to_mail = ""  # the reply to DATA
        self.pause = 0.0  # seconds before the reply to DATA

    async def handle_RCPT(  # noqa: N802  the name is the server's
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient or address in self.refused:
            return self.to_recipient or "550 No such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.pause:
            await asyncio.sleep(self.pause)
        if self.to_mail:
            return self.to_mail
        assert isinstance(envelope.content, bytes)
        self.arrived.append(time.time())
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]


@contextmanager
def mail_server(postbox: Postbox | None = None, *, port: int = 0) -> Iterator[tuple[Postbox, int]]:
    """Serve a postbox on a port, a free one without `port`."""
    postbox, port = postbox or Postbox(), port or free_port()
    server = Controller(postbox, hostname="127.0.0.1", port=port)
    server.start()
    try:
        yield postbox, port
    finally:
        server.stop()


@contextmanager
def smtp_server(settings: Any, postbox: Postbox | None = None) -> Iterator[Postbox]:
    """The mail server of the portal, reached in this process."""
    with mail_server(postbox) as (served, port):
        reach(settings, port)
        yield served


def reach(settings: Any, port: int) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 2


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
