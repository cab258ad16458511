"""Availability: the portal is asked from outside its web process, through its public address."""

from datetime import date, datetime, timedelta

import httpx
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from afilia.audit import actions as audit
from afilia.transparency.models import Attempt
from afilia.transparency.rules.counting import AVAILABILITY

SECONDS = 10.0  # that an answer may take
# Whether it can work, and whether people are let in: closed for maintenance it is ready all the same.
ASKED = ("/readyz", "/")
DAY = timedelta(days=1)


def ask(*, now: datetime) -> bool:
    """Ask the portal, as a stranger would, and keep whether it answered. Not in a transaction."""
    answered = all(_answers(path) for path in ASKED)
    Attempt.objects.get_or_create(at=now, defaults={"answered": answered})
    return answered


def _answers(path: str) -> bool:
    try:
        return httpx.get(f"{settings.PUBLIC_URL}{path}", timeout=SECONDS).is_success
    except httpx.HTTPError:
        return False


def write_days(*, now: datetime) -> list[date]:
    """Write the days that are over into the ledger and forget their attempts; the result is the days."""
    today = timezone.localdate(now)
    with transaction.atomic():
        over = [
            (timezone.localdate(at), pk, answered)
            for pk, at, answered in Attempt.objects.select_for_update()
            .order_by("at")
            .values_list("pk", "at", "answered")
            if timezone.localdate(at) < today
        ]
        Attempt.objects.filter(pk__in=[pk for _on, pk, _answered in over]).delete()
        days = sorted({on for on, _pk, _answered in over})
        for on in days:
            answers = [answered for day, _pk, answered in over if day == on]
            audit.record(
                AVAILABILITY,
                actor="system",
                subject=f"availability:{on}",
                at=now,
                facts={"asked": len(answers), "answered": sum(answers)},
            )
    return days
