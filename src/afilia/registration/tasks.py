from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.registration import actions


@app.task(name="registration.issue")
def issue(registration_id: int) -> None:
    actions.issue_all(registration_id=registration_id)


@app.periodic(cron="27 7 * * *")  # 2:27 in Guayaquil
@app.task(name="registration.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget(now=timezone.now())
