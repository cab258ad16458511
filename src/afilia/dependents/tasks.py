from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.dependents import actions


@app.task(name="dependents.receipt")
def receipt(filing_id: int) -> None:
    actions.issue_receipt(filing_id=filing_id, now=timezone.now())


@app.periodic(cron="11 12 * * *")  # 7:11 in Guayaquil
@app.task(name="dependents.announce")
def announce(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.announce(now=timezone.now())


@app.periodic(cron="41 * * * *")
@app.task(name="dependents.confirm")
def confirm(timestamp: int) -> None:  # noqa: ARG001
    actions.confirm(now=timezone.now())
