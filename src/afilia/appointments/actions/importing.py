"""Offices from a file, with what that means for those who are booked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from afilia.appointments.actions import days
from afilia.appointments.models import AgendaDay, Appointment
from afilia.appointments.queries import rows
from afilia.audit import actions as audit
from afilia.offices import actions as offices
from afilia.offices.actions import Written
from afilia.offices.reading import OfficePlan


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What changed, and the bookings ahead that fit nothing that their offices have now. None is lost."""

    written: Written
    stranded: tuple[Appointment, ...]


@transaction.atomic
def import_offices(
    *, plans: Iterable[OfficePlan], actor: str, now: datetime, made_up: bool = False
) -> Imported:
    """Write all these offices or none; bookings stay as they are, and those without a place are told of.

    Whoever wants to move them closes their day (`close_day`).
    """
    written = offices.write_offices(plans=plans, made_up=made_up)
    stranded = rows.stranded(now)
    uneven = {(row.agenda_id, row.on) for row in stranded}
    before = AgendaDay.objects.filter(uneven=True).values_list("agenda", "on")
    if changed := dict.fromkeys(uneven ^ {*before}, 0):
        days.count(changed)
        for agenda, on in changed:
            AgendaDay.objects.filter(agenda=agenda, on=on).update(uneven=(agenda, on) in uneven)
    audit.record(
        "offices.imported",
        actor=actor,
        subject="offices",
        at=now,
        facts={
            "added": len(written.added),
            "changed": len(written.changed),
            "unchanged": written.unchanged,
            "stranded": len(stranded),
        },
    )
    return Imported(written=written, stranded=tuple(stranded))
