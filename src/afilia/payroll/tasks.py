from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.payroll import actions


@app.task(name="payroll.compare", retry=3)
def compare(comparison_id: str, attempt: int) -> None:
    actions.compare(
        comparison_id=UUID(comparison_id),
        attempt=attempt,
        now=timezone.now(),
        context=settings.POLICY.context(timezone.localdate()),
    )


@app.periodic(cron="47 7 * * *")  # 2:47 in Guayaquil
@app.task(name="payroll.forget")
def forget(timestamp: int) -> None:  # noqa: ARG001  procrastinate gives it to every periodic task
    actions.forget(before=timezone.now() - timedelta(days=settings.UPLOAD_DAYS))
