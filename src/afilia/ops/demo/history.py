"""Two years of a branch: entries, changes of pay, extras and exits, filed as an employer would."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from afilia.employers.models import Branch
from afilia.novedades.catalogue import catalogue
from afilia.novedades.models import Channel, Filing, Novedad
from afilia.ops import demo
from afilia.registries.models import CivilRecord
from afilia.workers.models import Employment, IdentityKind, IdentityNumber, Person

FIRST_ENTRY, LAST_ENTRY, LAST_EXIT = date(2024, 1, 2), date(2026, 2, 27), date(2026, 9, 30)
EXIT_CAUSES = "TVVVRA"


@dataclass(frozen=True, kw_only=True)
class Event:
    employment: Employment
    kind: str
    period: int  # YYYYMM
    amount: Decimal | None  # US$
    due_on: date
    filed_on: date
    details: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def subject(self) -> str:
        return str(self.period) if self.kind in {"MSU", "INS"} else ""


def write(
    *, branch: Branch, people: list[CivilRecord], staff: Mapping[str, Any], random: Random
) -> Counter[str]:
    """Write the persons, employments, filings and novedades of one branch; count the novedades by type.

    `staff` has `jobs` and `origen_pago` for the notices of entry.
    """
    employments = _employments(branch, people, random)
    events = [event for employment in employments for event in _events(employment, staff, random)]
    for event in events:
        if event.kind == "ENT":
            event.employment.entry_pay = event.amount
    Employment.objects.bulk_update(employments, ["entry_pay"])
    number = next(key.number for key in demo.KEYS if key.ruc == branch.employer.ruc)
    _file(branch, events, by_number=number)
    return Counter(event.kind for event in events)


def _employments(branch: Branch, people: list[CivilRecord], random: Random) -> list[Employment]:
    entries = [_day(FIRST_ENTRY, LAST_ENTRY, random) for _ in people]
    persons = Person.objects.bulk_create(
        Person(names=record.names, birth_on=record.birth_on, identity_confirmed_at=_noon(entry))
        for record, entry in zip(people, entries, strict=True)
    )
    IdentityNumber.objects.bulk_create(
        IdentityNumber(number=record.cedula, kind=IdentityKind.CEDULA, person=person)
        for record, person in zip(people, persons, strict=True)
    )
    return Employment.objects.bulk_create(
        Employment(
            employer=branch.employer,
            branch=branch,
            person=person,
            entered_on=entry,
            left_on=_day(entry + timedelta(days=60), LAST_EXIT, random) if random.random() < 0.2 else None,
        )
        for person, entry in zip(persons, entries, strict=True)
    )


def _events(employment: Employment, staff: Mapping[str, Any], random: Random) -> Iterator[Event]:
    entry, end = employment.entered_on, employment.left_on or LAST_EXIT
    sbu = catalogue(end).sbu
    pay = Decimal(sbu[entry.year] + 25 * random.randint(0, 30))
    registered = entry + timedelta(days=random.randint(0, 3))
    yield Event(
        employment=employment,
        kind="ENT",
        period=_period(entry),
        amount=pay,
        due_on=_due("ENT", entry),
        filed_on=registered,
        details={
            "fecha_ingreso": entry.isoformat(),
            "fecha_registro": registered.isoformat(),
            "jornada": "1",
            "seguro_social": "R",
            "tipo_empleador": "2",
            "relacion_trabajo": "06",
            "cargo": random.choice(staff["jobs"]),
            "actividad_sectorial": "0101011112039",
            "origen_pago": staff["origen_pago"],
        },
    )
    for month in _months_between(entry, end):
        if month.month == 1:  # the basic salary of the new year, and a little more
            pay += sbu[month.year] - sbu[month.year - 1] + random.choice((0, 0, 15, 30))
            yield _monthly(employment, "MSU", month, pay)
        if random.random() < 0.06:
            extra = Decimal(random.randint(1_000, 18_000)) / 100
            yield _monthly(employment, "INS", month, extra, causa="O")
    if employment.left_on:
        yield Event(
            employment=employment,
            kind="SAL",
            period=_period(employment.left_on),
            amount=None,
            due_on=_due("SAL", employment.left_on),
            filed_on=employment.left_on + timedelta(days=random.randint(0, 3)),
            details={
                "fecha_salida": employment.left_on.isoformat(),
                "causa": random.choice(EXIT_CAUSES),
                "fecha_fallecimiento": None,
            },
        )


def _monthly(employment: Employment, kind: str, month: date, amount: Decimal, **details: str) -> Event:
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return Event(
        employment=employment,
        kind=kind,
        period=_period(month),
        amount=amount,
        due_on=_due(kind, end),
        filed_on=end,
        details=details,
    )


def _file(branch: Branch, events: Iterable[Event], *, by_number: str) -> None:
    """One filing for each day and type, in the order of time."""
    by_filing: dict[tuple[date, str], list[Event]] = defaultdict(list)
    for event in events:
        by_filing[event.filed_on, event.kind].append(event)
    keys = sorted(by_filing)
    filings = Filing.objects.bulk_create(
        Filing(employer=branch.employer, channel=Channel.BATCH, by_number=by_number, filed_at=_noon(filed_on))
        for filed_on, _ in keys
    )
    Novedad.objects.bulk_create(
        Novedad(
            filing_id=filing.pk,
            line=line,
            employment_id=event.employment.pk,
            kind=event.kind,
            period=event.period,
            subject=event.subject,
            amount=event.amount,
            due_on=event.due_on,
            details=dict(event.details) or None,
        )
        for filing, key in zip(filings, keys, strict=True)
        for line, event in enumerate(by_filing[key], start=1)
    )
    branch.employer.history_version += len(filings)
    branch.employer.save(update_fields=["history_version"])


def _due(kind: str, base: date) -> date:
    return base + timedelta(days=catalogue(base).deadlines[kind].days)


def _months_between(entry: date, end: date) -> Iterator[date]:
    """The first days of the months after that of the entry and before that of the end."""
    month = (entry.replace(day=1) + timedelta(days=32)).replace(day=1)
    while month < end.replace(day=1):
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def _period(day: date) -> int:
    return day.year * 100 + day.month


def _day(first: date, last: date, random: Random) -> date:
    return date.fromordinal(random.randint(first.toordinal(), last.toordinal()))


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), ZoneInfo(settings.TIME_ZONE))
