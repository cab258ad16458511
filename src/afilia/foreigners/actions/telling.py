"""Mails to the employer about requests, powers and provisional entries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings

from afilia.employers.models import Employer
from afilia.foreigners import saying
from afilia.foreigners.models import CodeRequest, Power, ProvisionalEntry
from afilia.notices import actions as notices
from afilia.registries.contracts import Field


def prepared(request: CodeRequest, *, now: datetime) -> None:
    tell(request.employer, template="prepared", now=now, request=request, by_key=bool(request.prepared_by))


def expired(request: CodeRequest, *, now: datetime) -> None:
    tell(
        request.employer, template="expired", now=now, request=request, days=settings.FOREIGNERS.request_days
    )


def sut_differs(request: CodeRequest, *, differences: Sequence[Field], now: datetime) -> None:
    """The register answered later, and otherwise; no field's content goes by mail."""
    fields = [saying.FIELDS[field] for field in differences]
    tell(request.employer, template="sut_differs", now=now, request=request, fields=fields)


def power_submitted(power: Power, *, now: datetime) -> None:
    tell(power.employer, template="power_submitted", now=now, power=power)


def entry_filed(entry: ProvisionalEntry, *, now: datetime) -> None:
    _entry(entry, "entry_filed", now=now)


def entry_due(entry: ProvisionalEntry, *, now: datetime) -> None:
    _entry(entry, "entry_due", now=now)


def entry_definite(entry: ProvisionalEntry, *, now: datetime) -> None:
    _entry(entry, "entry_definite", now=now)


def entry_not_definite(entry: ProvisionalEntry, *, now: datetime) -> None:
    _entry(entry, "entry_not_definite", now=now)


def entry_lapsed(entry: ProvisionalEntry, *, now: datetime) -> None:
    _entry(entry, "entry_lapsed", now=now)


def tell(employer: Employer, *, template: str, now: datetime, **facts: Any) -> None:
    """Put a mail to an employer into the outbox; nothing where none of its addresses is verified."""
    if employer.email and employer.email_verified_at:
        notices.post(
            to=employer.email,
            template=f"foreigners/mail/{template}.txt",
            facts={"employer": employer, **facts},
            now=now,
        )


def _entry(entry: ProvisionalEntry, template: str, *, now: datetime) -> None:
    tell(entry.request.employer, template=template, now=now, entry=entry, request=entry.request)
