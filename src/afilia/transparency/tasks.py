from datetime import UTC, datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.transparency.actions import building, complaining, measuring


@app.periodic(cron="*/5 * * * *")
@app.task(name="transparency.measure")
def measure(timestamp: int) -> None:
    measuring.ask(now=datetime.fromtimestamp(timestamp, tz=UTC))


@app.periodic(cron="21 * * * *")
@app.task(name="transparency.build")
def build(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    measuring.write_days(now=timezone.now())
    building.build(now=timezone.now())


@app.periodic(cron="47 8 * * *")  # 3:47 in Guayaquil
@app.task(name="transparency.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001
    complaining.forget(now=timezone.now())
