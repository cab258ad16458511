import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from smtplib import SMTPDataError, SMTPException, SMTPRecipientsRefused
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.translation import override

from afilia.kit import queue, sealing
from afilia.notices import queries, rules
from afilia.notices.models import Message
from afilia.notices.rules import Attachment, State

LANGUAGE = "es"  # of every mail: the employer's own is not known
QUEUE = "mail"
SEAL = "notices.message"


class NotSentError(Exception):
    """The mail server is down or says «not now»; the text names the fault and nobody's address."""


def post(
    *,
    to: str,
    template: str,
    facts: dict[str, Any],
    now: datetime,
    secret: bool = False,
    expires_at: datetime | None = None,
    attachments: Sequence[Attachment] = (),
) -> Message:
    """Put a mail into the outbox; it exists when the caller's transaction commits, and is sent then.

    `template` is the path of a text template whose first line is the subject; besides `facts` it gets
    `public_url`, the address of the portal. The HTML is made from the text. A mail is read by others, so it
    carries no key and no pay; one with a code or a link is `secret`: its text is kept sealed, and only until
    it is sent, refused or too late (`expires_at`). Attachments are always kept so. A mail to nobody (`to=""`)
    costs the same work and is never sent.
    """
    context = Context({"public_url": settings.PUBLIC_URL, **facts}, autoescape=False)
    with override(LANGUAGE):
        written = get_template(template).template.render(context)  # type: ignore[attr-defined]
    subject, _, text = written.strip().partition("\n")
    text = re.sub(r"\n\s*\n", "\n\n", text.strip())  # what a template left out leaves no hole
    with transaction.atomic(savepoint=False):  # a fault is for the caller, who would leave a mail unsent
        message = Message.objects.create(
            to=to,
            subject=" ".join(subject.split()),
            text="" if secret else text,
            sealed=_seal(text) if secret else None,
            attachments=_seal(json.dumps([asdict(one) for one in attachments])) if attachments else None,
            written_at=now,
            expires_at=expires_at,
        )
        queue.defer("notices.send", queue=QUEUE, message_id=message.pk)
    return message


def send(*, message_id: int, now: datetime) -> None:
    """Send one mail; nothing when it was sent, refused for good or is too late.

    Raises NotSentError when the mail server is to be asked again. A process that dies between the sending
    and the mark sends it again: twice is better than never.
    """
    message = queries.waiting(message_id)
    if message is None:
        return
    if rules.is_expired(message.expires_at, now=now):
        _end(message, State.EXPIRED)
        return
    try:
        _hand_over(message, now=now)
    except SMTPException as error:
        if rules.is_refused_for_good(_replies(error)):
            _end(message, State.FAILED)
            return
        _remember_try(message, error, now=now)
    except OSError as error:
        _remember_try(message, error, now=now)
    else:
        _end(message, State.SENT, sent_at=now)


def forget(*, before: datetime) -> None:
    """Forget the mails written before that time, and to whom they were, unless they still wait."""
    Message.objects.filter(written_at__lt=before).exclude(state=State.WAITING).delete()


def _hand_over(message: Message, *, now: datetime) -> None:
    connection = get_connection()
    try:
        if isinstance(connection, smtp.EmailBackend):
            connection.open()
        # A mail to nobody comes as far as this at the same time, and what strangers are told ends here.
        Message.objects.filter(pk=message.pk, reached_at=None).update(reached_at=now)
        if message.to:
            _mail(message, connection).send()
    finally:
        connection.close()


def _mail(message: Message, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    text = message.text if message.sealed is None else _unseal(message.sealed)
    with override(LANGUAGE):
        html = render_to_string(
            "notices/mail.html",
            {"subject": message.subject, "parts": rules.parts(text), "public_url": settings.PUBLIC_URL},
        )
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=text,
        to=[message.to],
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    mail.attach_alternative(html, "text/html")
    for one in json.loads(_unseal(message.attachments)) if message.attachments is not None else []:
        mail.attach(one["name"], one["text"], one["media_type"])
    return mail


def _seal(text: str) -> bytes:
    return sealing.seal(settings.SECRET_KEY, purpose=SEAL, text=text)


def _unseal(sealed: bytes | memoryview) -> str:
    return sealing.unseal(settings.SECRET_KEY, purpose=SEAL, sealed=sealed)


def _replies(error: SMTPException) -> list[int]:
    """The reply codes that are about this mail; those about the sender or the login are ours to mend."""
    if isinstance(error, SMTPRecipientsRefused):
        return [code for code, _text in error.recipients.values()]
    return [error.smtp_code] if isinstance(error, SMTPDataError) else []


def _remember_try(message: Message, error: OSError, *, now: datetime) -> None:
    Message.objects.filter(pk=message.pk, state=State.WAITING).update(tried_at=now)
    raise NotSentError(type(error).__name__) from None


def _end(message: Message, state: State, *, sent_at: datetime | None = None) -> None:
    Message.objects.filter(pk=message.pk).update(state=state, sent_at=sent_at, sealed=None, attachments=None)
