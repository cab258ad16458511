"""References in links: 128 bits, made again from the key whenever a mail needs them; the table has a hash."""

import hashlib
import hmac

from django.conf import settings

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.kit import codes

BYTES = 16


def reference_of(row: Appointment | WaitingEntry) -> str:
    """The reference of a booking or of an entry of the waiting list: 32 hexadecimal digits."""
    text = f"reference:{row._meta.model_name}:{row.pk.hex}"
    return hmac.digest(settings.CODES_KEY.encode(), text.encode(), hashlib.sha256)[:BYTES].hex()


def digest_of(reference: str) -> bytes:
    """The keyed hash under which a reference is looked up."""
    return codes.digest(settings.CODES_KEY, purpose="appointments.reference", typed=reference)
