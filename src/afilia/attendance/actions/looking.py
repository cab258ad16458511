from datetime import datetime

from django.db import transaction

from afilia.appointments.models import Appointment
from afilia.attendance.models import Visit
from afilia.audit import actions as audit
from afilia.staff.rules import Staff


@transaction.atomic
def record_look(*, at: Appointment | Visit, by: Staff, now: datetime) -> None:
    """Write down that an official read of a person: an appointment, or a visit that says who it is."""
    kind = "visit" if isinstance(at, Visit) else "appointment"
    audit.record(
        "attendance.looked-at",
        actor=by.actor,
        subject=f"{kind}:{at.pk}",
        at=now,
        facts={"office": by.office_id},
    )
