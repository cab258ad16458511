"""Notarial powers as the legal units see them."""

from uuid import UUID

from django.db.models import QuerySet

from afilia.foreigners.models import Power
from afilia.foreigners.rules.states import PowerState
from afilia.staff.rules import Staff

JUDGED = 20  # the latest that are shown


def for_legal(staff: Staff) -> QuerySet[Power]:
    """The powers of the official's province; of all for the national unit, which stands in for any."""
    found = Power.objects.select_related("employer", "file", "checked_by")
    return found.filter(province=staff.province) if staff.province else found


def power(staff: Staff, power_id: UUID) -> Power | None:
    return for_legal(staff).filter(pk=power_id).first()


def waiting(staff: Staff) -> QuerySet[Power]:
    """Those that nobody judged, the oldest first."""
    return for_legal(staff).filter(state=PowerState.SUBMITTED).order_by("submitted_at", "pk")


def judged(staff: Staff) -> QuerySet[Power]:
    """Those that were judged last."""
    done = for_legal(staff).exclude(state=PowerState.SUBMITTED)
    return done.order_by("-checked_at", "pk")[:JUDGED]
