from django.utils import timezone
from procrastinate.contrib.django import app

from afilia.novedades import actions


@app.task(name="novedades.receipt")
def receipt(filing_id: int) -> None:
    actions.issue_receipt(filing_id=filing_id, now=timezone.now())
