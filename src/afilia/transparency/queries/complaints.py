"""Complaints, for who knows the code and for the officials whose they are."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from afilia.cases.queries import calendar
from afilia.counter.rules import working
from afilia.counter.rules.working import Due
from afilia.documents import queries as documents
from afilia.offices.models import Office
from afilia.staff.rules import Staff
from afilia.transparency.models import Complaint
from afilia.transparency.rules import complaints as rules

KIND = "complaint"  # in the codes


def code_of(complaint: Complaint) -> str:
    return documents.code_of(kind=KIND, number=str(complaint.number))


def by_key(key: UUID) -> Complaint | None:
    return _all().filter(key=key, number__isnull=False).first()


def followed(number: str, *, code: str) -> Complaint | None:
    """The complaint with that number, for who knows its code."""
    plain = "".join(number.split()).upper()
    return _all().filter(number=plain, code_digest=documents.code_digest(code)).first()


def for_staff(staff: Staff) -> QuerySet[Complaint]:
    """What an official answers, the first that is due first."""
    if not staff.roles & rules.ROLES:
        return Complaint.objects.none()
    found = _all().filter(number__isnull=False).order_by("due_on", "pk")
    if staff.office_id is not None:
        return found.filter(office=staff.office_id)
    return found.filter(province=staff.province) if staff.province else found


def queue(staff: Staff, *, is_answered: bool, procedure: str = "", text: str = "") -> QuerySet[Complaint]:
    """Those that wait for an answer, or have one; the answered last ones first."""
    found = for_staff(staff).filter(answered_at__isnull=not is_answered)
    if procedure:
        found = found.filter(procedure=procedure)
    if text:
        found = found.filter(Q(number__icontains=text) | Q(text__icontains=text))
    return found.order_by("-answered_at", "-pk") if is_answered else found


def one_for_staff(staff: Staff, number: str) -> Complaint | None:
    return for_staff(staff).filter(number=number).first()


def due(complaint: Complaint, *, now: datetime) -> Due:
    """How long there is to answer, in working days; nothing to wait for once it is answered."""
    return working.due(
        due_on=None if complaint.answered_at else complaint.due_on,
        days_left=None,
        today=timezone.localdate(now) if not complaint.province else calendar.today(complaint.province, now),
        is_working=calendar.working_days(complaint.province),
    )


def offices() -> list[Office]:
    """Where somebody may have been attended, by name."""
    return [*Office.objects.order_by("province", "city", "name")]


def _all() -> QuerySet[Complaint]:
    return Complaint.objects.select_related("office", "answered_by")
