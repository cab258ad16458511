"""A booking as a file that calendars read: RFC 5545, times in UTC, in Spanish like the mail it comes with."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext, override
from icalendar import Alarm, Calendar, Event, vCalAddress

from afilia.appointments.models import Appointment
from afilia.appointments.references import reference_of
from afilia.appointments.rules.states import State
from afilia.appointments.saying import moment
from afilia.procedures.catalogue import load
from afilia.procedures.speaking import spoken

REMIND = (timedelta(days=1), timedelta(hours=2))  # before it begins
LANGUAGE = "es"


def calendar_of(booking: Appointment, *, now: datetime) -> str:
    """The file as text with the line ends of the standard.

    The same booking keeps its UID, so that a calendar which has an earlier file of it changes that entry, or
    takes it away when the booking is cancelled.
    """
    with override(LANGUAGE):
        written: bytes = _calendar(booking, now=now).to_ical()
    return written.decode()


def _calendar(booking: Appointment, *, now: datetime) -> Calendar:
    cancelled = booking.state == State.CANCELLED
    office = booking.office
    procedure = spoken(load().procedures[booking.procedure].name)
    url = f"{settings.PUBLIC_URL}{reverse('appointments:booking', args=[reference_of(booking)])}"
    event = Event()
    event.add("uid", f"{booking.pk}@afilia")
    event.add("dtstamp", now)
    # Rises with every file of the booking: calendars keep the highest.
    event.add("sequence", max(int((now - booking.made_at).total_seconds()), 0))
    event.add("dtstart", booking.starts_at)
    event.add("dtend", booking.ends_at)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("summary", gettext("Turno: %(procedure)s") % {"procedure": procedure})
    event.add("location", f"{office.name}, {office.address}, {office.city}")
    event.add("url", url)
    organizer = vCalAddress(f"MAILTO:{_sender()}")
    organizer.params["CN"] = "Afilia"
    event.add("organizer", organizer)
    event.add("description", _description(booking, url))
    for before in () if cancelled else REMIND:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", gettext("Turno: %(procedure)s") % {"procedure": procedure})
        alarm.add("trigger", -before)
        event.add_component(alarm)
    calendar = Calendar()
    calendar.add("prodid", "-//Afilia//Turnos//ES")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if cancelled else "PUBLISH")
    calendar.add_component(event)
    return calendar


def _description(booking: Appointment, url: str) -> str:
    return "\n".join(
        [
            moment(booking.starts_at, booking.office),
            gettext("A nombre de %(names)s. Código: %(code)s.")
            % {"names": booking.names, "code": booking.code},
            gettext("Qué llevar, cambiar la hora o cancelar: %(url)s") % {"url": url},
        ]
    )


def _sender() -> str:
    return settings.DEFAULT_FROM_EMAIL.rpartition("<")[2].rstrip(">")
