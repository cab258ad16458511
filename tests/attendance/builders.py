"""Made-up offices with hours and counters, appointments of today, and people who come."""

from datetime import UTC, datetime, time, timedelta
from itertools import count

from afilia.appointments.models import Appointment
from afilia.appointments.references import digest_of, reference_of
from afilia.appointments.rules.states import PersonKind, State
from afilia.attendance import actions
from afilia.attendance.models import OpenCounter, Visit
from afilia.offices.models import Agenda, Office, OfficeHours
from afilia.offices.queries import zone_of
from afilia.staff import queries as staff_queries
from afilia.staff.rules import Role, Staff
from tests.builders import cedula
from tests.staff.builders import make_office, make_staff

# A Monday without a holiday near it, ten in the morning in Quito.
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
KEY, CODE = "clave-patronal", "codigo-extranjeros"

_numbers = count(1)


def at(minutes: int, *, now: datetime = NOW) -> datetime:
    """So many minutes after ten o'clock."""
    return now + timedelta(minutes=minutes)


def make_open_office(**changes: object) -> Office:
    """An office open from eight to five, Monday to Friday, two counters for the key and one for codes."""
    office = make_office(**changes)
    OfficeHours.objects.bulk_create(
        OfficeHours(office=office, weekday=weekday, opens=time(8), closes=time(17)) for weekday in range(5)
    )
    Agenda.objects.create(office=office, procedures=[KEY], minutes=10, seats=2)
    Agenda.objects.create(office=office, procedures=[CODE], minutes=20, seats=1)
    return office


def make_appointment(
    office: Office, *, minutes: int = 0, now: datetime = NOW, **changes: object
) -> Appointment:
    """A confirmed appointment so many minutes after `now`, for the key unless `procedure` is given."""
    number = next(_numbers)
    procedure = changes.get("procedure", KEY)
    starts_at = at(minutes, now=now)
    agenda = office.agendas.get(procedures__contains=[procedure])
    fields = {
        "kind": PersonKind.CEDULA,
        "number": cedula(),
        "names": "EJEMPLO PEÑA LUZ MARÍA",
        "email": f"persona{number}@example.org",
        "procedure": procedure,
        "applicant": "company",
        "who_comes": "employer",
        "agenda": agenda,
        "office": office,
        "on": starts_at.astimezone(zone_of(office)).date(),
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=agenda.minutes),
        "seat": number,
        "state": State.CONFIRMED,
        "code": f"K{number}",
        "made_at": now - timedelta(days=3),
        "confirmed_at": now - timedelta(days=3),
    }
    appointment = Appointment(**fields | changes)
    appointment.digest = digest_of(reference_of(appointment))
    appointment.save(force_insert=True)
    return appointment


def make_official(office: Office, *roles: Role) -> Staff:
    """An official of an office; of a counter unless roles are given."""
    return staff_queries.staff(make_staff(*roles, office=office))


def receive(appointment: Appointment, *, now: datetime = NOW, priority: bool = False) -> Visit:
    """The visit of an appointment whose person comes."""
    return actions.check_in(
        office=appointment.office, appointment_id=appointment.pk, priority=priority, actor="staff:1", now=now
    )


def walk_in(
    office: Office,
    *,
    now: datetime = NOW,
    priority: bool = True,
    procedure: str = KEY,
    identification: str = "",
) -> Visit:
    """The visit of somebody without an appointment, with priority unless told otherwise."""
    return actions.receive_walk_in(
        office=office,
        procedure=procedure,
        priority=priority,
        identification=identification,
        actor="staff:1",
        now=now,
    )


def open_counter(
    office: Office,
    staff: Staff,
    *,
    number: int = 1,
    procedures: tuple[str, ...] = (KEY,),
    now: datetime = NOW,
) -> OpenCounter:
    return actions.open_counter(office=office, staff=staff, number=number, procedures=procedures, now=now)


def call(office: Office, staff: Staff, *, now: datetime = NOW) -> Visit:
    """Who is called next; somebody must wait."""
    visit = actions.call_next(office=office, staff=staff, now=now)
    assert visit is not None
    return visit


def serve(office: Office, staff: Staff, *, now: datetime = NOW, outcome: str = "resuelto") -> Visit:
    """Call the next person, who comes at once and is attended."""
    visit = call(office, staff, now=now)
    actions.start(office=office, visit_id=visit.pk, staff=staff, now=now)
    return actions.attend(office=office, visit_id=visit.pk, outcome=outcome, staff=staff, now=now)
