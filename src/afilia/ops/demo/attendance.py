"""The people of the demo's office: those of today, and how the day before went."""

import tomllib
from datetime import datetime, time, timedelta
from typing import Any

from afilia.appointments import queries as bookings
from afilia.appointments.actions import days
from afilia.appointments.models import Appointment
from afilia.appointments.references import digest_of, reference_of
from afilia.appointments.rules.states import PersonKind, State
from afilia.attendance import actions, queries
from afilia.offices.models import Agenda, Office
from afilia.offices.queries import zone_of
from afilia.ops import demo
from afilia.staff import queries as staff_queries
from afilia.staff.models import StaffMember
from afilia.staff.rules import Role, Staff

DATA: dict[str, Any] = tomllib.loads((demo.HERE / "attendance.toml").read_text("utf-8"))
LONGEST_AGO = timedelta(hours=1)  # that something of today happened
MORNING = time(10)  # of the day before


def load(*, now: datetime) -> None:
    """Let people come to the office of the demo's official, who attends at a counter."""
    member = StaffMember.objects.filter(roles__contains=[Role.COUNTER], office__isnull=False).first()
    if member is None or member.office is None:
        return
    office, official = member.office, staff_queries.staff(member)
    _day_before(office, official, now=now - timedelta(days=1))
    actions.close_days_over(now=now)
    if queries.today(office, now=now - LONGEST_AGO) == queries.today(office, now=now):
        _today(office, official, now=now)


def _day_before(office: Office, official: Staff, *, now: datetime) -> None:
    ten = datetime.combine(queries.today(office, now=now), MORNING, zone_of(office))
    _open_counter(office, official, now=ten)
    for raw in DATA["before"]:
        _walk_in(office, raw, official, now=ten + timedelta(minutes=raw["came"]))
    for raw in DATA["before"]:
        at = ten + timedelta(minutes=raw.get("called", 0))
        if "called" in raw and (visit := actions.call_next(office=office, staff=official, now=at)):
            actions.start(office=office, visit_id=visit.pk, staff=official, now=at)
            actions.attend(office=office, visit_id=visit.pk, outcome=raw["outcome"], staff=official, now=at)


def _today(office: Office, official: Staff, *, now: datetime) -> None:
    _open_counter(office, official, now=now - LONGEST_AGO)
    for raw in DATA["next"]:
        places = bookings.hours(office, raw["procedure"], queries.today(office, now=now), now=now)
        if free := [place for place in places if place.places]:
            _book(office, raw, starts_at=free[0].starts_at, now=now)
    full_hour = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    booked = [
        (raw, _book(office, raw, starts_at=full_hour - timedelta(minutes=raw["due"]), now=now))
        for raw in DATA["appointment"]
    ]
    for raw, appointment in booked:
        if "came" in raw:
            actions.check_in(
                office=office,
                appointment_id=appointment.pk,
                priority=False,
                actor=official.actor,
                now=now - timedelta(minutes=raw["came"]),
            )
    for raw in DATA["walk_in"]:
        _walk_in(office, raw, official, now=now - timedelta(minutes=raw["came"]))


def _open_counter(office: Office, official: Staff, *, now: datetime) -> None:
    procedures = list(queries.minutes(office))
    actions.open_counter(
        office=office, staff=official, number=DATA["counter"], procedures=procedures, now=now
    )


def _walk_in(office: Office, raw: dict[str, Any], official: Staff, *, now: datetime) -> None:
    actions.receive_walk_in(
        office=office,
        procedure=raw["procedure"],
        priority=True,
        identification="",
        actor=official.actor,
        now=now,
    )


def _book(office: Office, raw: dict[str, Any], *, starts_at: datetime, now: datetime) -> Appointment:
    """A confirmed appointment of which no mail tells: its person has no address."""
    agenda = Agenda.objects.get(office=office, procedures__contains=[raw["procedure"]], seats__gt=0)
    appointment = Appointment(
        kind=PersonKind.CEDULA,
        number=demo.cedula(raw["nine"]),
        **{name: raw[name] for name in ("names", "procedure", "applicant", "who_comes", "code")},
        agenda=agenda,
        office=office,
        on=queries.today(office, now=starts_at),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=agenda.minutes),
        seat=1 + Appointment.objects.filter(agenda=agenda, starts_at=starts_at).count(),
        state=State.CONFIRMED,
        made_at=now - timedelta(days=2),
        confirmed_at=now - timedelta(days=2),
    )
    appointment.digest = digest_of(reference_of(appointment))
    days.count({(agenda.pk, appointment.on): 1})
    appointment.save(force_insert=True)
    return appointment
