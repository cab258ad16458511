from datetime import datetime, timedelta

from afilia.notices import rules
from afilia.notices.models import Message
from afilia.notices.rules import Delivery, State


def waiting(message_id: int) -> Message | None:
    return Message.objects.filter(pk=message_id, state=State.WAITING).first()


def longest_wait(*, now: datetime) -> timedelta:
    """For how long the mail waits that waits longest; zero when none does."""
    oldest = Message.objects.filter(state=State.WAITING).order_by("written_at").first()
    return now - oldest.written_at if oldest else timedelta(0)


def delivery_for_strangers(message: Message, *, now: datetime) -> Delivery:
    """What may be told of a mail to who must not learn whether it is to somebody."""
    return rules.delivery_for_strangers(
        State(message.state),
        age=now - message.written_at,
        reached=message.reached_at is not None,
        tried_at=message.tried_at,
        expires_at=message.expires_at,
        now=now,
    )


def delivery(message: Message, *, now: datetime) -> Delivery:
    """What has become of a mail, as its row stands."""
    return rules.delivery(
        State(message.state), tried_at=message.tried_at, expires_at=message.expires_at, now=now
    )
