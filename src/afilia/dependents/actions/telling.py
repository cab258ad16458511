"""What others are told: the receipt, the worker, and the employer before an age ends a registration."""

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from afilia.audit import actions as audit
from afilia.dependents import queries, receipts
from afilia.dependents.models import Change, Dependent
from afilia.documents import actions as documents
from afilia.documents import queries as issued
from afilia.documents import signing
from afilia.documents.dependents_receipts import render_dependents_receipt
from afilia.documents.models import Kind
from afilia.notices import actions as notices
from afilia.novedades.models import Filing


def tell_workers(filing: Filing) -> None:
    """Tell the workers whose e-mail is known what a filing registers for them; in its transaction."""
    by_worker: dict[int, list[Change]] = defaultdict(list)
    known = queries.emails(
        filing.employer,
        workers=queries.of_filing(filing).values_list("dependent__worker", flat=True).distinct(),
    )
    for change in queries.of_filing(filing).filter(dependent__worker__in=known):
        by_worker[change.dependent.worker_id].append(change)
    for worker, changes in by_worker.items():
        with override("es"):
            notices.post(
                to=known[worker],
                template="dependents/mail/worker.txt",
                facts={
                    "employer": filing.employer.name,
                    "number": filing.number,
                    "changes": [
                        {
                            "kind": change.get_kind_display(),
                            "relationship": change.dependent.relationship_label,
                        }
                        for change in changes
                    ],
                },
                now=filing.filed_at,
            )


def issue_receipt(*, filing_id: int, now: datetime) -> None:
    """Sign and keep the receipt of a form; nothing when it has one. Not in a transaction."""
    filing = Filing.objects.select_related("employer").get(pk=filing_id)
    if issued.by_number(kind=Kind.DEPENDENTS, number=filing.number):
        return
    facts = receipts.facts(filing, list(queries.of_filing(filing)), at=now)
    documents.issue(
        kind=Kind.DEPENDENTS,
        number=filing.number,
        pdf=signing.sign(render_dependents_receipt(facts), at=now),
        at=now,
        code=facts.code,
    )


@transaction.atomic
def announce(*, now: datetime) -> None:
    """Tell employers in time, and once, whose age is about to end a registration; one mail an employer."""
    today = timezone.localdate(now)
    days = settings.DEPENDENT_NOTICE_DAYS
    rows = queries.to_announce(on=today, until=today + timedelta(days=days))
    found = list(rows.select_for_update(of=("self",), no_key=True))
    for employer, those in groupby(found, key=lambda row: row.employer):
        ending = list(those)
        if employer.email:
            notices.post(
                to=employer.email,
                template="dependents/mail/ending.txt",
                facts={
                    "count": len(ending),
                    "first_on": ending[0].until_on,
                    "address": f"{settings.PUBLIC_URL}{reverse('dependents:index')}",
                },
                now=now,
            )
        for row in ending:
            Dependent.objects.filter(pk=row.pk).update(announced_on=row.until_on)
        audit.record(
            "dependents.end-announced",
            actor="system",
            subject=f"employer:{employer.pk}",
            at=now,
            facts={"count": len(ending), "mailed": bool(employer.email)},
        )
