from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.employers import actions


@app.task(name="employers.take-email-change")
def take_email_change(change_id: int) -> None:
    actions.take_email_change(change_id=change_id, now=timezone.now())
