from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.deadlines import actions


@app.periodic(cron="23 13 * * *")  # 8:23 in Guayaquil
@app.task(name="deadlines.warn", lock="deadlines.warn")
def warn(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.warn(context=settings.POLICY.context(timezone.localdate()), now=timezone.now())
