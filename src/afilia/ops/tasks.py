from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.ops import actions


@app.periodic(cron="17 8 * * *")  # 3:17 in Guayaquil
@app.task(name="ops.tidy")
def tidy(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.tidy(now=timezone.now())
