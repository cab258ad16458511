from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import Prefetch

from afilia.offices import holidays
from afilia.offices.models import Agenda, Office
from afilia.offices.provinces import BY_CODE
from afilia.offices.rules import Opening, Shut, Stretch

Closed = dict[date, tuple[Shut, ...]]

# Written out, since each booking reads them, the closures while the day is locked.
HOURS = """
SELECT office_id, weekday, opens, closes FROM offices_officehours
WHERE office_id = ANY(%s::bigint[]) ORDER BY office_id, weekday, opens
"""
CLOSURES = """
SELECT office_id, province, "on", from_time, until_time, reason FROM offices_closure
WHERE "on" BETWEEN %s AND %s AND (office_id IS NULL OR office_id = ANY(%s::bigint[]))
    AND (province = '' OR province = ANY(%s))
ORDER BY "on", id
"""


AGENDAS = f"""
SELECT {", ".join(f"agenda.{field.column}" for field in Agenda._meta.concrete_fields)},
    {", ".join(f"office.{field.column}" for field in Office._meta.concrete_fields)}
FROM offices_agenda AS agenda JOIN offices_office AS office ON office.id = agenda.office_id
WHERE agenda.id = ANY(%s::bigint[])
"""  # noqa: S608


def zone_of(office: Office) -> ZoneInfo:
    """The time zone in which an office lives."""
    return BY_CODE[office.province].zone


def office(code: str) -> Office | None:
    return Office.objects.filter(code=code).first()


def offices() -> list[Office]:
    """All offices with their hours and agendas, by province, city and name."""
    return list(
        Office.objects.prefetch_related("hours", Prefetch("agendas", Agenda.objects.order_by("pk"))).order_by(
            "province", "city", "name"
        )
    )


def agendas(ids: Iterable[int]) -> dict[int, Agenda]:
    """These agendas with their offices, by their ids."""
    found = {}
    own = [field.attname for field in Agenda._meta.concrete_fields]
    of_office = [field.attname for field in Office._meta.concrete_fields]
    with connection.cursor() as cursor:
        cursor.execute(AGENDAS, [[*ids]])
        for row in cursor.fetchall():
            agenda = Agenda.from_db(connection.alias, own, row[: len(own)])
            agenda.office = Office.from_db(connection.alias, of_office, row[len(own) :])
            found[agenda.pk] = agenda
    return found


def openings(offices: Iterable[Office]) -> dict[int, Opening]:
    """When each of these offices is open, by their ids."""
    known = {office.pk: office for office in offices}
    hours: dict[int, list[Stretch]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(HOURS, [list(known)])
        for office_id, weekday, opens, closes in cursor.fetchall():
            hours[office_id].append(Stretch(weekday=weekday, opens=opens, closes=closes))
    return {
        pk: Opening(
            stretches=tuple(hours[pk]),
            zone=zone_of(office),
            since=office.open_from,
            until=office.open_to,
        )
        for pk, office in known.items()
    }


def closed(offices: Iterable[Office], *, first: date, last: date) -> dict[int, Closed]:
    """What is closed at each of these offices from one day to another, by their ids and the days.

    The days are those of each office's own calendar; holidays are among them.
    """
    known = list(offices)
    found: dict[int, dict[date, list[Shut]]] = {each.pk: defaultdict(list) for each in known}
    for each in known:
        days = holidays.between(first, last, province=each.province, city=each.city)
        for on, name in days.items():
            found[each.pk][on].append(Shut(on=on, because=name))
    provinces = {each.province for each in known}
    with connection.cursor() as cursor:
        cursor.execute(CLOSURES, [first, last, [each.pk for each in known], [*provinces]])
        closures = cursor.fetchall()
    for office_id, province, on, from_time, until_time, reason in closures:
        shut = Shut(on=on, from_time=from_time, until_time=until_time, because=reason)
        for each in known:
            if office_id in {None, each.pk} and province in {"", each.province}:
                found[each.pk][on].append(shut)
    return {pk: {on: tuple(shut) for on, shut in days.items()} for pk, days in found.items()}


def closed_because(office: Office, on: date, *, language: str) -> str:
    """Why an office is closed all of a day: a holiday, named in a language, or a closure; else nothing."""
    days = holidays.between(on, on, province=office.province, city=office.city, language=language)
    if on in days:
        return days[on]
    shut = closed([office], first=on, last=on)[office.pk].get(on, ())
    return next((each.because for each in shut if each.all_day), "")
