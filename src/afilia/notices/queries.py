from datetime import datetime

from afilia.notices import rules
from afilia.notices.models import Message
from afilia.notices.rules import Delivery, State


def waiting(message_id: int) -> Message | None:
    return Message.objects.filter(pk=message_id, state=State.WAITING).first()


def delivery(message: Message, *, now: datetime) -> Delivery:
    """What has become of a mail, as its row stands."""
    return rules.delivery(
        State(message.state), tried_at=message.tried_at, expires_at=message.expires_at, now=now
    )
