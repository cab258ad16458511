from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.cases import actions


@app.task(name="cases.issue_receipt")
def issue_receipt(case_id: int) -> None:
    actions.issue_receipt(case_id=case_id)


@app.periodic(cron="37 7 * * *")  # 2:37 in Guayaquil
@app.task(name="cases.forget_drafts")
def forget_drafts(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget_drafts(now=timezone.now())
