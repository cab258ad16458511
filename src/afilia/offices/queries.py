from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from django.db.models import Prefetch, Q

from afilia.offices import holidays
from afilia.offices.models import Agenda, Closure, Office, OfficeHours
from afilia.offices.provinces import BY_CODE
from afilia.offices.rules import Opening, Shut, Stretch

Closed = dict[date, tuple[Shut, ...]]


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


def openings(offices: Iterable[Office]) -> dict[int, Opening]:
    """When each of these offices is open, by their ids."""
    known = {office.pk: office for office in offices}
    hours: dict[int, list[Stretch]] = defaultdict(list)
    rows = OfficeHours.objects.filter(office__in=known).order_by("office", "weekday", "opens")
    for office_id, weekday, opens, closes in rows.values_list("office_id", "weekday", "opens", "closes"):
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
    closures = Closure.objects.filter(
        Q(office__in=known) | Q(office=None),
        Q(province="") | Q(province__in={each.province for each in known}),
    ).filter(on__range=(first, last))
    for closure in closures.order_by("on", "pk"):
        shut = Shut(
            on=closure.on,
            from_time=closure.from_time,
            until_time=closure.until_time,
            because=closure.reason,
        )
        for each in known:
            if closure.office_id in {None, each.pk} and closure.province in {"", each.province}:
                found[each.pk][closure.on].append(shut)
    return {pk: {on: tuple(shut) for on, shut in days.items()} for pk, days in found.items()}


def closed_because(office: Office, on: date) -> str:
    """Why an office is closed all of a day: a holiday or a closure; else nothing."""
    shut = closed([office], first=on, last=on)[office.pk].get(on, ())
    return next((each.because for each in shut if each.all_day), "")
