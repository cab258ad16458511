from datetime import datetime

from afilia.notices import actions as notices
from afilia.staff.models import StaffMember


def tell(member: StaffMember, *, what: str, now: datetime, **facts: object) -> None:
    """Put the notice `staff/mail/WHAT.txt` to an official into the outbox."""
    notices.post(
        to=member.email,
        template=f"staff/mail/{what}.txt",
        facts={"member": member, "at": now, **facts},
        now=now,
    )
