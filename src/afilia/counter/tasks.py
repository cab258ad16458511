from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.counter import actions


@app.periodic(cron="11 8 * * *")  # 3:11 in Guayaquil
@app.task(name="counter.forget_prepared")
def forget_prepared(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget_prepared(now=timezone.now())
