from datetime import timedelta

from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.verification import actions

KEEP = timedelta(days=2)  # after that the ledger alone knows of an attempt


@app.periodic(cron="47 7 * * *")  # 2:47 in Guayaquil
@app.task(name="verification.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget_attempts(before=timezone.now() - KEEP)


@app.periodic(cron="23 * * * *")
@app.task(name="verification.forget-tallies")
def forget_tallies(timestamp: int) -> None:  # noqa: ARG001
    actions.forget_tallies(now=timezone.now())
