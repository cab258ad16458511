from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.attendance import actions


@app.periodic(cron="9 * * * *")  # midnight comes at another hour in Galápagos
@app.task(name="attendance.close")
def close(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.close_days_over(now=timezone.now())


@app.periodic(cron="37 8 * * *")  # 3:37 in Guayaquil
@app.task(name="attendance.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001
    actions.forget(now=timezone.now())
