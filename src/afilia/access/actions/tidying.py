from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from afilia.access.actions import tries
from afilia.access.models import KeySession, KnownDevice, SecondFactor

KEEP_DEVICES = timedelta(days=400)  # as long as browsers keep a cookie
KEEP_BEGUN = timedelta(days=1)  # a second factor of which no code was typed


def tidy(*, now: datetime) -> None:
    """Forget what is over: tries, sessions, devices long unused, second factors never confirmed."""
    tries.forget(now=now)
    KeySession.objects.filter(
        Q(ended_at__lte=now) | Q(started_at__lte=now - settings.SESSION_LIMITS.longest)
    ).delete()
    KnownDevice.objects.filter(seen_at__lte=now - KEEP_DEVICES).delete()
    SecondFactor.objects.filter(confirmed_at=None, begun_at__lte=now - KEEP_BEGUN).delete()
