from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from afilia.notices import actions

# A mail server that is down delays and never loses: for two days, every two seconds at first, since codes
# live three minutes, and at longer and longer intervals.
RETRY = RetryStrategy(
    max_attempts=416,
    linear_wait=2,
    retry_exceptions=[actions.NotSentError, OperationalError, InterfaceError],
)

KEEP = timedelta(days=30)  # a mail that is over, to answer who asks about it


@app.task(name="notices.send", retry=RETRY)
def send(message_id: int) -> None:
    actions.send(message_id=message_id, now=timezone.now())


@app.periodic(cron="17 7 * * *")  # 2:17 in Guayaquil
@app.task(name="notices.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget(before=timezone.now() - KEEP)
