"""Made-up offices, their places, and people who book. Each call makes a new one."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from afilia.appointments import actions
from afilia.appointments.booking import Who
from afilia.appointments.models import Appointment, WaitingEntry
from afilia.appointments.rules.states import Identity, PersonKind
from afilia.offices.models import Agenda, Office, OfficeHours
from tests.builders import NOW, cedula

__all__ = ["NOW"]  # a Saturday, half past ten in Quito

QUITO = ZoneInfo("America/Guayaquil")
GALAPAGOS = ZoneInfo("Pacific/Galapagos")
MONDAY = date(2026, 11, 23)
KEY_PROCEDURE, CODE_PROCEDURE = "clave-patronal", "codigo-extranjeros"
ADDRESS = "192.0.2.7"

_numbers = count(1)


def at(hour: int, minute: int = 0, *, on: date = MONDAY, zone: ZoneInfo = QUITO) -> datetime:
    """A moment in UTC by the clock of an office."""
    return datetime.combine(on, time(hour, minute), zone).astimezone(UTC)


def make_office(
    *, opens: time = time(8), closes: time = time(17), weekdays: range = range(5), **changes: object
) -> Office:
    """An office in Quito with four counters, open from Monday to Friday from eight to five."""
    number = next(_numbers)
    fields = {
        "code": f"OF-{number}",
        "name": f"Oficina de prueba {number}",
        "province": "17",
        "city": "Quito",
        "address": "Calle de la Prueba 1",
        "counters": 4,
        "open_from": date(2020, 1, 1),
        "made_up": True,
    }
    office = Office.objects.create(**fields | changes)
    OfficeHours.objects.bulk_create(
        OfficeHours(office=office, weekday=weekday, opens=opens, closes=closes) for weekday in weekdays
    )
    return office


def make_agenda(office: Office | None = None, **changes: object) -> Agenda:
    """Places of fifteen minutes at one counter, for the employer's key, unless changed."""
    fields = {"procedures": [KEY_PROCEDURE], "minutes": 15, "seats": 1}
    return Agenda.objects.create(office=office or make_office(), **fields | changes)


def make_who(**changes: object) -> Who:
    """A person with a cédula, another at each call."""
    number = next(_numbers)
    fields = {
        "identity": Identity(kind=PersonKind.CEDULA, number=cedula()),
        "names": "PRUEBA PEÑA LUZ MARÍA",
        "email": f"persona{number}@example.com",
        "phone": f"09{number:08}",
        "who_comes": "employer",
    }
    return Who(**fields | changes)


def hold(agenda: Agenda, starts_at: datetime | None = None, **changes: object) -> Appointment:
    """A hold of a new person at nine on Monday, from an address of their own, unless changed."""
    number = next(_numbers)
    asked = {
        "agenda_id": agenda.pk,
        "starts_at": starts_at or at(9),
        "procedure": agenda.procedures[0],
        "who": make_who(),
        "address": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
        "now": NOW,
    }
    return actions.hold(**asked | changes)


def book(agenda: Agenda, starts_at: datetime | None = None, **changes: object) -> Appointment:
    """A confirmed booking of a new person."""
    held = hold(agenda, starts_at, **changes)
    return actions.confirm(appointment_id=held.pk, now=held.made_at)


def wait(**changes: object) -> WaitingEntry:
    """A new person who waits for the employer's key anywhere in Pichincha, from Monday on for four weeks."""
    number = next(_numbers)
    asked = {
        "who": make_who(),
        "procedure": KEY_PROCEDURE,
        "province": "17",
        "office_id": None,
        "from_on": MONDAY,
        "to_on": MONDAY + timedelta(days=28),
        "address": f"10.{number // 65536}.{number // 256 % 256}.{number % 256}",
        "now": NOW,
    }
    return actions.join_waiting_list(**asked | changes)
