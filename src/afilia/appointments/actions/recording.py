"""What the ledger keeps of bookings: where, for which procedure and on which day, and nobody's name."""

from datetime import datetime

from afilia.appointments.models import Appointment, WaitingEntry
from afilia.audit import actions as audit
from afilia.audit.rules import Fact


def record(row: Appointment, *, event: str, now: datetime, actor: str = "anonymous", **facts: Fact) -> None:
    """Add an entry about a booking to the ledger; the last thing in its transaction."""
    about = {"office": row.office.code, "procedure": row.procedure, "on": row.on.isoformat()}
    audit.record(event, actor=actor, subject=f"appointment:{row.pk}", at=now, facts={**about, **facts})


def record_waiting(entry: WaitingEntry, *, event: str, now: datetime, actor: str = "anonymous") -> None:
    """The same about an entry of the waiting list."""
    facts: dict[str, Fact] = {"province": entry.province, "procedure": entry.procedure}
    audit.record(event, actor=actor, subject=f"waiting:{entry.pk}", at=now, facts=facts)
