from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.recovery import actions


@app.periodic(cron="23 * * * *")
@app.task(name="recovery.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget_tallies(now=timezone.now())
