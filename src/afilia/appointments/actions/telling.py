"""The mails about bookings and the waiting list; each goes into the outbox of the caller's transaction.

The templates say days and hours themselves, in the language of mails and the time of the office.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from afilia.appointments.bringing import bring_to
from afilia.appointments.calendar import calendar_of
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.references import reference_of
from afilia.notices import actions as notices
from afilia.notices.rules import Attachment
from afilia.offices.models import Office
from afilia.offices.provinces import PROVINCES
from afilia.procedures.catalogue import load


def confirmed(appointment: Appointment, *, now: datetime) -> None:
    _post(appointment, "confirmed", now=now, calendar=True)


def moved(
    appointment: Appointment,
    *,
    from_office: Office,
    from_starts_at: datetime,
    now: datetime,
    because: str = "",
) -> None:
    """`because` is "closed" when the institution moved it."""
    _post(
        appointment,
        "moved",
        now=now,
        calendar=True,
        from_office=from_office,
        from_starts_at=from_starts_at,
        because=because,
    )


def cancelled(appointment: Appointment, *, now: datetime) -> None:
    _post(appointment, "cancelled", now=now, calendar=True)


def reminder(appointment: Appointment, *, now: datetime) -> None:
    _post(appointment, "reminder", now=now)


def displaced(appointment: Appointment, *, closure_reason: str, now: datetime) -> None:
    """The office closes and no other place is free: the person chooses one."""
    _post(appointment, "displaced", now=now, closure_reason=closure_reason)


def joined(entry: WaitingEntry, *, now: datetime) -> None:
    _post_waiting(entry, "joined", now=now)


def offered(entry: WaitingEntry, *, appointment: Appointment, now: datetime) -> None:
    _post_waiting(
        entry,
        "offered",
        now=now,
        expires_at=appointment.held_until,
        appointment=appointment,
        office=appointment.office,
        until=appointment.held_until,
    )


def offer_over(entry: WaitingEntry, *, ended: bool, now: datetime) -> None:
    """The time to accept has passed; with `ended` the entry is over too."""
    _post_waiting(entry, "offer_over", now=now, ended=ended)


def links(
    email: str, *, appointments: Sequence[Appointment], entries: Sequence[WaitingEntry], now: datetime
) -> None:
    """The links of all that is alive for an e-mail; a mail to nobody when nothing is."""
    facts = {
        "bookings": [(row, reference_of(row)) for row in appointments],
        "entries": [(entry, reference_of(entry)) for entry in entries],
    }
    notices.post(
        to=email if appointments or entries else "",
        template="appointments/mail/links.txt",
        facts=facts,
        now=now,
        secret=True,
    )


def _post(
    appointment: Appointment, mail: str, *, now: datetime, calendar: bool = False, **facts: Any
) -> None:
    attached = Attachment(
        name="turno.ics",
        media_type="text/calendar",
        text=calendar_of(appointment, now=now) if calendar else "",
    )
    notices.post(
        to=appointment.email,
        template=f"appointments/mail/{mail}.txt",
        facts={"appointment": appointment, "office": appointment.office, **_about(appointment), **facts},
        now=now,
        secret=True,
        attachments=[attached] if calendar else [],
    )


def _post_waiting(
    entry: WaitingEntry, mail: str, *, now: datetime, expires_at: datetime | None = None, **facts: Any
) -> None:
    notices.post(
        to=entry.email,
        template=f"appointments/mail/{mail}.txt",
        facts={"entry": entry, "province": PROVINCES[entry.province], **_about(entry), **facts},
        now=now,
        secret=True,
        expires_at=expires_at,
    )


def _about(row: Appointment | WaitingEntry) -> dict[str, Any]:
    return {
        "reference": reference_of(row),
        "procedure": load().procedures[row.procedure],
        "bring": bring_to(row),
    }
