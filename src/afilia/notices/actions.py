from datetime import datetime
from typing import Any

from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import override

from afilia.kit import queue
from afilia.notices.models import Message

LANGUAGE = "es"  # of every mail: the employer's own is not known


def post(*, to: str, template: str, facts: dict[str, Any], now: datetime) -> Message:
    """Put a mail into the outbox; it exists when the caller's transaction commits, and is sent then.

    `template` is the path of a text template whose first line is the subject. The text carries no key, code
    or pay: mail is read by others.
    """
    with override(LANGUAGE):
        subject, _, text = render_to_string(template, facts).strip().partition("\n")
    with transaction.atomic():
        message = Message.objects.create(to=to, subject=subject.strip(), text=text.strip(), written_at=now)
        queue.defer("notices.send", message_id=message.pk)
    return message


def send(*, message_id: int, now: datetime) -> None:
    """Send one mail; nothing when it was sent. Raises OSError or SMTPException when the server is down.

    A process that dies between the sending and the mark sends it again: twice is better than never.
    """
    message = Message.objects.filter(pk=message_id, sent_at=None).first()
    if message is None:
        return
    EmailMessage(subject=message.subject, body=message.text, to=[message.to]).send()
    Message.objects.filter(pk=message_id).update(sent_at=now)
