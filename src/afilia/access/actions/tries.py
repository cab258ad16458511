"""Counts tries in the database, so that no two can pass where one may."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from afilia.access.models import Tries
from afilia.access.rules.limits import FORGET, Count, Limit, Verdict, judge
from afilia.kit import codes

# Takes the rows in one order, so that two never wait for each other, and until the transaction ends.
HOLD = """
INSERT INTO access_tries AS tries (bucket, wrong, at)
SELECT bucket, 0, %(now)s FROM unnest(%(buckets)s::bytea[]) AS bucket ORDER BY bucket
ON CONFLICT (bucket) DO UPDATE SET bucket = EXCLUDED.bucket
RETURNING bucket, wrong, at
"""

Buckets = Mapping[bytes, Limit]


def bucket(kind: str, *, of: str) -> bytes:
    """What the tries of someone or something of a kind are counted under."""
    return codes.digest(settings.SECRET_KEY, purpose=f"tries:{kind}", typed=of)


@transaction.atomic
def count(buckets: Buckets, *, now: datetime) -> Verdict:
    """Count a try in all its buckets before it is judged, or in none when it has to wait in one."""
    if not buckets:
        return Verdict(wait=timedelta(), after=timedelta())
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"buckets": sorted(buckets), "now": now})
        held = {bytes(name): Count(wrong=wrong, at=at) for name, wrong, at in cursor.fetchall()}
    verdict, counted = judge([(buckets[name], held[name]) for name in held], now=now)
    for name, after in zip(held, counted, strict=True):
        if after != held[name]:
            Tries.objects.filter(bucket=name).update(wrong=after.wrong, at=after.at)
    return verdict


def take_back(buckets: Buckets) -> None:
    """Count one try less: it was right, or it was not judged."""
    with transaction.atomic():
        list(Tries.objects.select_for_update().filter(bucket__in=buckets).order_by("bucket").values("bucket"))
        Tries.objects.filter(bucket__in=buckets, wrong__gt=0).update(wrong=F("wrong") - 1)


def clear(buckets: Buckets) -> None:
    """Count from the start again: who was right need not pay for what was wrong before."""
    Tries.objects.filter(bucket__in=buckets).delete()


@transaction.atomic
def forget(*, now: datetime) -> None:
    """Forget the tries that no longer count; those that are being counted are left for the next time."""
    old = Tries.objects.select_for_update(skip_locked=True).filter(at__lte=now - FORGET).values("bucket")
    Tries.objects.filter(bucket__in=[row["bucket"] for row in old]).delete()
