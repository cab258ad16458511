from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from afilia.audit import actions as audit
from afilia.documents import actions as documents
from afilia.documents import signing
from afilia.documents.filing_receipts import render_filing_receipt
from afilia.documents.models import Kind
from afilia.notices import actions as notices
from afilia.novedades import receipts
from afilia.novedades.models import Filing, FilingReceipt


def issue_receipt(*, filing_id: int, now: datetime) -> None:
    """Sign and keep the receipt of what a form filed; nothing when it has one."""
    filing = Filing.objects.select_related("employer").get(pk=filing_id)
    if FilingReceipt.objects.filter(filing=filing).exists():
        return
    receipt = receipts.facts(filing)
    document = documents.issue(
        kind=Kind.RECEIPT,
        number=receipt.number,
        pdf=signing.sign(render_filing_receipt(receipt), at=now),
        at=now,
        code=receipt.code,
    )
    with transaction.atomic():
        _, first = FilingReceipt.objects.get_or_create(filing=filing, defaults={"document": document})
        if not first:
            return
        if filing.employer.email:
            notices.post(
                to=filing.employer.email,
                template="novedades/mail/filed.txt",
                facts={
                    "number": receipt.number,
                    "acts": [f"{act.outcome}: {act.name}" for act in receipt.acts],
                    "address": f"{settings.PUBLIC_URL}{reverse('novedades:filing', args=[filing.pk])}",
                },
                now=now,
            )
        audit.record("novedad.receipt-issued", actor="system", subject=f"filing:{filing.pk}", at=now)
