"""What is due as a calendar that other programs read: RFC 5545, whole days, in Spanish like the mails."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext, override
from icalendar import Alarm, Calendar, Event

from afilia.deadlines.rules import Due, Kind

LANGUAGE = "es"
REMIND = timedelta(days=2)


def calendar_of(due: list[Due], *, now: datetime) -> bytes:
    """The calendar. The same duty keeps its UID, so that a day which moves moves in other programs too."""
    calendar = Calendar()
    calendar.add("prodid", "-//Afilia//Plazos//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    with override(LANGUAGE):
        calendar.add("x-wr-calname", gettext("Plazos del empleador"))
        for one in due:
            calendar.add_component(_event(one, now=now))
    written: bytes = calendar.to_ical()
    return written


def _event(due: Due, *, now: datetime) -> Event:
    event = Event()
    event.add("uid", f"{due.kind}-{due.month:%Y-%m}@afilia")
    event.add("dtstamp", now)
    event.add("dtstart", due.on)
    event.add("dtend", due.on + timedelta(days=1))
    event.add("summary", title(due))
    event.add("description", due.source)
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{settings.PUBLIC_URL}{reverse('deadlines:page')}")
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title(due))
    alarm.add("trigger", -REMIND)
    event.add_component(alarm)
    return event


def title(due: Due) -> str:
    """What is due, in the reader's words."""
    month = date_format(due.month, "YEAR_MONTH_FORMAT")
    if due.kind is Kind.CONTRIBUTIONS:
        return gettext("Aportes de %(month)s") % {"month": month}
    return gettext("Novedades de %(month)s: sueldos, extras y fondos de reserva") % {"month": month}
